package dev.espalier.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// Units of a semaphore that are taken and given back at once are neither lost nor made.
public final class UnitsProof {
    private static final int UNITS = 1;

    private UnitsProof() {}

    static String judge(int taken, long left) {
        long all = taken + left;
        return all == UNITS + 1 ? taken + " taken" : all + " units";
    }

    @JCStressTest
    @State
    @Outcome(
            id = {"0 taken", "2 taken"},
            expect = ACCEPTABLE,
            desc = "It gave up before the release, or had both.")
    @Outcome(expect = FORBIDDEN, desc = "Units were lost or made.")
    public static class Real {
        private final Semaphore semaphore = new Semaphore(UNITS);
        private int taken;

        /// Stands in the line, for there is one too few, and gives up at once.
        @Actor
        public void take() {
            taken = semaphore.acquire(2, Duration.ZERO) ? 2 : 0;
        }

        @Actor
        public void release() {
            semaphore.release();
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = UnitsProof.judge(taken, semaphore.available());
        }
    }

    /// Who releases writes the sum that it has seen, with no CAS.
    @JCStressTest
    @State
    @Outcome(id = "1 taken", expect = ACCEPTABLE, desc = "Before the release or after it.")
    @Outcome(expect = FORBIDDEN, desc = "Units were lost or made.")
    public static class Twin {
        private volatile long units = UNITS;
        private int taken;

        @Actor
        public void take() {
            long seen = units;
            if (seen > 0) {
                units = seen - 1;
                taken = 1;
            }
        }

        @Actor
        @SuppressWarnings("NonAtomicVolatileUpdate") // the mistake
        public void release() {
            units++;
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = UnitsProof.judge(taken, units);
        }
    }
}
