package dev.espalier.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// Who falls asleep while it is granted what it waits for is woken, or does not sleep.
public final class SleepProof {
    private SleepProof() {}

    static String judge(boolean sleeps, boolean woken) {
        if (sleeps) {
            return woken ? "woken" : "sleeps for ever";
        }
        return woken ? "woken for nothing" : "does not sleep";
    }

    @JCStressTest
    @State
    @Outcome(id = "woken", expect = ACCEPTABLE, desc = "It slept and was woken.")
    @Outcome(id = "does not sleep", expect = ACCEPTABLE, desc = "It found the grant; nobody had to wake it.")
    @Outcome(expect = FORBIDDEN, desc = "A wake-up was lost, or there was one too many.")
    public static class Real {
        private final Wait wait = new Wait();
        private boolean sleeps;
        private boolean woken;

        @Actor
        public void sleep() {
            sleeps = wait.fallAsleep() || !wait.isOver();
        }

        @Actor
        public void grant() {
            woken = wait.claim("granted") && wait.isAsleep();
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = SleepProof.judge(sleeps, woken);
        }
    }

    /// Two words, each side writes its own and then reads the other's, without a fence in between.
    @JCStressTest
    @State
    @Outcome(id = "woken", expect = ACCEPTABLE, desc = "It slept and was woken.")
    @Outcome(
            id = {"does not sleep", "woken for nothing"},
            expect = ACCEPTABLE,
            desc = "It found the grant.")
    @Outcome(expect = FORBIDDEN, desc = "A wake-up was lost.")
    public static class Twin {
        private @Nullable Object outcome;
        private boolean asleep;
        private boolean sleeps;
        private boolean woken;

        @Actor
        public void sleep() {
            asleep = true;
            sleeps = outcome == null;
        }

        @Actor
        public void grant() {
            outcome = "granted";
            woken = asleep;
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = SleepProof.judge(sleeps, woken);
        }
    }
}
