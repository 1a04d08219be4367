package dev.espalier.actor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.espalier.actor.WeakQueue.Mistake;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A message that is sent at the moment of the close is taken or refused, and the ledger says which.
public final class CloseProof {
    private CloseProof() {}

    static String judge(boolean accepted, int taken) {
        if (accepted) {
            return taken == 1 ? "accepted and taken" : "accepted and lost";
        }
        return taken == 0 ? "refused" : "refused and taken";
    }

    @JCStressTest
    @State
    @Outcome(id = "accepted and taken", expect = ACCEPTABLE, desc = "The message came before the close.")
    @Outcome(id = "refused", expect = ACCEPTABLE, desc = "The message came after the close.")
    @Outcome(expect = FORBIDDEN, desc = "No fate, two fates, or a ledger that does not add up.")
    public static class Real {
        private final Mailbox mailbox = new Mailbox(MailboxSpec.DEFAULT);
        private boolean accepted;
        private int taken;

        @Actor
        public void send() {
            accepted = mailbox.offer("m", false) == Mailbox.Offer.ACCEPTED;
            if (!accepted) {
                mailbox.countLate();
            }
        }

        @Actor
        public void close() {
            mailbox.close();
            while (mailbox.poll() != null) {
                taken++;
                mailbox.countDead(false);
            }
        }

        @Arbiter
        public void judge(L_Result r) {
            Ledger ledger = mailbox.ledger();
            boolean exact = ledger.balanced() && ledger.accepted() == 1 && ledger.deadLettered() == 1;
            r.r1 = exact ? CloseProof.judge(accepted, taken) : ledger.toString();
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "accepted and taken", expect = ACCEPTABLE, desc = "The message came before the close.")
    @Outcome(id = "refused", expect = ACCEPTABLE, desc = "The message came after the close.")
    @Outcome(expect = FORBIDDEN, desc = "No fate or two fates.")
    public static class Twin {
        private final WeakQueue queue = new WeakQueue(Mistake.SEAL_WITHOUT_CAS);
        private boolean accepted;
        private int taken;

        @Actor
        public void send() {
            accepted = queue.push("m");
        }

        @Actor
        public void close() {
            queue.seal();
            while (queue.take() != null) {
                taken++;
            }
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = CloseProof.judge(accepted, taken);
        }
    }
}
