package dev.espalier.actor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.espalier.sync.Signal;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A listener that is registered while the signal goes runs once, and sees what was written before.
public final class SignalGoProof {
    private SignalGoProof() {}

    static String judge(int ran, int saw) {
        if (ran != 1) {
            return ran == 0 ? "missed" : "run twice";
        }
        return saw == 1 ? "run once" : "blind";
    }

    @JCStressTest
    @State
    @Outcome(id = "run once", expect = ACCEPTABLE, desc = "By whoever came second.")
    @Outcome(id = "missed", expect = FORBIDDEN, desc = "The signal has gone and the listener has not run.")
    @Outcome(id = "run twice", expect = FORBIDDEN, desc = "By both.")
    @Outcome(id = "blind", expect = FORBIDDEN, desc = "It does not see what was written before the signal went.")
    public static class Real {
        private final Signal signal = new Signal();
        private int before;
        private int ran;
        private int saw;

        @Actor
        public void go() {
            before = 1;
            signal.go();
        }

        @Actor
        public void listen() {
            signal.onGo(() -> {
                saw = before;
                ran++;
            });
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = SignalGoProof.judge(ran, saw);
        }
    }

    /// The listener looks whether the signal has gone and then registers: two steps.
    @JCStressTest
    @State
    @Outcome(id = "run once", expect = ACCEPTABLE, desc = "By whoever came second.")
    @Outcome(id = "missed", expect = FORBIDDEN, desc = "The signal has gone and the listener has not run.")
    @Outcome(id = "run twice", expect = FORBIDDEN, desc = "By both.")
    @Outcome(id = "blind", expect = FORBIDDEN, desc = "It does not see what was written before the signal went.")
    public static class Twin {
        private volatile boolean gone;
        private volatile List<Runnable> listeners = List.of();
        private int before;
        private int ran;
        private int saw;

        @Actor
        public void go() {
            before = 1;
            gone = true;
            listeners.forEach(Runnable::run);
        }

        @Actor
        public void listen() {
            Runnable listener = () -> {
                saw = before;
                ran++;
            };
            if (gone) {
                listener.run();
            } else {
                var more = new ArrayList<>(listeners);
                more.add(listener);
                listeners = more;
            }
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = SignalGoProof.judge(ran, saw);
        }
    }
}
