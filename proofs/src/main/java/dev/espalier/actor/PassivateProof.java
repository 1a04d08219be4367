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

/// A mailbox that is to close only if it is empty does not close over a message.
public final class PassivateProof {
    private PassivateProof() {}

    static String judge(boolean accepted, boolean closed) {
        return (accepted ? "accepted, " : "refused, ") + (closed ? "closed" : "open");
    }

    @JCStressTest
    @State
    @Outcome(id = "accepted, open", expect = ACCEPTABLE, desc = "The message came first: it stays open.")
    @Outcome(id = "refused, closed", expect = ACCEPTABLE, desc = "The close came first.")
    @Outcome(id = "accepted, closed", expect = FORBIDDEN, desc = "Closed over a message.")
    @Outcome(id = "refused, open", expect = FORBIDDEN, desc = "Refused by an open mailbox.")
    public static class Real {
        private final Mailbox mailbox = new Mailbox(MailboxSpec.DEFAULT);
        private boolean accepted;
        private boolean closed;

        @Actor
        public void send() {
            accepted = mailbox.offer("m", false) == Mailbox.Offer.ACCEPTED;
        }

        @Actor
        public void close() {
            closed = mailbox.closeIfEmpty();
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = PassivateProof.judge(accepted, closed);
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "accepted, open", expect = ACCEPTABLE, desc = "The message came first: it stays open.")
    @Outcome(id = "refused, closed", expect = ACCEPTABLE, desc = "The close came first.")
    @Outcome(id = "accepted, closed", expect = FORBIDDEN, desc = "Closed over a message.")
    @Outcome(id = "refused, open", expect = FORBIDDEN, desc = "Refused by an open mailbox.")
    public static class Twin {
        private final WeakQueue queue = new WeakQueue(Mistake.SEAL_WITHOUT_CAS);
        private boolean accepted;
        private boolean closed;

        @Actor
        public void send() {
            accepted = queue.push("m");
        }

        @Actor
        public void close() {
            closed = queue.sealIfEmpty();
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = PassivateProof.judge(accepted, closed);
        }
    }
}
