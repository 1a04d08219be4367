package dev.espalier.actor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// What life tells a program is not overlooked, although the program forgets between messages that there may be
/// something to look at.
public final class AttentionProof {
    private AttentionProof() {}

    static String judge(boolean calmAtOnce, boolean calmLater) {
        return calmLater ? "overlooked" : calmAtOnce ? "seen at the next look" : "seen at once";
    }

    @JCStressTest
    @State
    @Outcome(id = "seen at once", expect = ACCEPTABLE, desc = "The command came before the look.")
    @Outcome(id = "seen at the next look", expect = ACCEPTABLE, desc = "The command came after the look.")
    @Outcome(id = "overlooked", expect = FORBIDDEN, desc = "The program goes on with messages.")
    public static class Real {
        private final Program<String> program = RunWordProof.inTurn().program;
        private boolean calm;

        public Real() {
            program.suspend(false); // something to look at that turns out to be nothing
        }

        @Actor
        public void command() {
            program.halt();
        }

        @Actor
        public void look() {
            calm = program.isCalm();
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = AttentionProof.judge(calm, program.isCalm());
        }
    }

    /// The program looks and then forgets.
    @JCStressTest
    @State
    @Outcome(id = "seen at once", expect = ACCEPTABLE, desc = "The command came before the look.")
    @Outcome(id = "seen at the next look", expect = ACCEPTABLE, desc = "The command came after the look.")
    @Outcome(id = "overlooked", expect = FORBIDDEN, desc = "The program goes on with messages.")
    public static class Twin {
        private volatile boolean attention = true;
        private volatile boolean halted;
        private boolean calm;

        @Actor
        public void command() {
            halted = true;
            attention = true;
        }

        @Actor
        public void look() {
            calm = isCalm();
        }

        private boolean isCalm() {
            if (!attention) {
                return true;
            }
            if (halted) {
                return false;
            }
            attention = false;
            return true;
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = AttentionProof.judge(calm, isCalm());
        }
    }
}
