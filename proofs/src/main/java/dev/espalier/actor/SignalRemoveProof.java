package dev.espalier.actor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.espalier.sync.Registration;
import dev.espalier.sync.Signal;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A listener that is removed while the signal goes runs or is removed, never both, and both sides know which.
public final class SignalRemoveProof {
    private SignalRemoveProof() {}

    static String judge(int ran, boolean removed) {
        if (ran > 1) {
            return "run twice";
        }
        return ran == 1 ? removed ? "both" : "run" : removed ? "removed" : "neither";
    }

    @JCStressTest
    @State
    @Outcome(id = "run", expect = ACCEPTABLE, desc = "The signal was faster.")
    @Outcome(id = "removed", expect = ACCEPTABLE, desc = "The removal was faster.")
    @Outcome(id = "both", expect = FORBIDDEN, desc = "Said to be removed, and run.")
    @Outcome(expect = FORBIDDEN, desc = "Neither, or run twice.")
    public static class Real {
        private final Signal signal = new Signal();
        private int ran;
        private boolean removed;
        private final Registration registration = signal.onGo(() -> ran++);

        @Actor
        public void go() {
            signal.go();
        }

        @Actor
        public void remove() {
            removed = registration.remove();
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = SignalRemoveProof.judge(ran, removed);
        }
    }

    /// Who looks at the listener's state then writes it, with no CAS.
    @JCStressTest
    @State
    @Outcome(id = "run", expect = ACCEPTABLE, desc = "The signal was faster.")
    @Outcome(id = "removed", expect = ACCEPTABLE, desc = "The removal was faster.")
    @Outcome(id = "both", expect = FORBIDDEN, desc = "Said to be removed, and run.")
    @Outcome(expect = FORBIDDEN, desc = "Neither, or run twice.")
    public static class Twin {
        private volatile boolean taken;
        private int ran;
        private boolean removed;

        @Actor
        public void go() {
            if (!taken) {
                taken = true;
                ran++;
            }
        }

        @Actor
        public void remove() {
            if (!taken) {
                taken = true;
                removed = true;
            }
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = SignalRemoveProof.judge(ran, removed);
        }
    }
}
