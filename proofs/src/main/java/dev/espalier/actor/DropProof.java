package dev.espalier.actor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A message that finds no room is counted as dropped before the close or refused after it: the figure that the
/// closer reads is final.
public final class DropProof {
    private DropProof() {}

    static String judge(boolean counted, long atClose, long atEnd) {
        if (atClose != atEnd) {
            return "counted after the close";
        }
        return atEnd != (counted ? 1 : 0) ? "counted wrongly" : counted ? "counted" : "refused";
    }

    @JCStressTest
    @State
    @Outcome(id = "counted", expect = ACCEPTABLE, desc = "Dropped before the close.")
    @Outcome(id = "refused", expect = ACCEPTABLE, desc = "Refused after the close.")
    @Outcome(id = "counted after the close", expect = FORBIDDEN, desc = "The ledger changed after the close.")
    @Outcome(id = "counted wrongly", expect = FORBIDDEN, desc = "What the sender was told is not what was counted.")
    public static class Real {
        private static final MailboxSpec SPEC = MailboxSpec.bounded(1, Overflow.DROP_NEWEST);

        private final Mailbox mailbox = new Mailbox(SPEC);
        private boolean counted;
        private long atClose;

        public Real() {
            mailbox.offer("fills it", false);
        }

        @Actor
        public void send() {
            counted = mailbox.offer("m", false) == Mailbox.Offer.DROPPED;
        }

        @Actor
        public void close() {
            mailbox.close();
            atClose = mailbox.ledgerBeforeClose().dropped();
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = DropProof.judge(counted, atClose, mailbox.ledgerBeforeClose().dropped());
        }
    }

    /// The sender looks whether it is closed and then counts: two steps.
    @JCStressTest
    @State
    @Outcome(id = "counted", expect = ACCEPTABLE, desc = "Dropped before the close.")
    @Outcome(id = "refused", expect = ACCEPTABLE, desc = "Refused after the close.")
    @Outcome(id = "counted after the close", expect = FORBIDDEN, desc = "The ledger changed after the close.")
    @Outcome(id = "counted wrongly", expect = FORBIDDEN, desc = "What the sender was told is not what was counted.")
    public static class Twin {
        private final AtomicLong dropped = new AtomicLong();
        private volatile boolean closed;
        private boolean counted;
        private long atClose;

        @Actor
        public void send() {
            if (!closed) {
                dropped.getAndIncrement();
                counted = true;
            }
        }

        @Actor
        public void close() {
            closed = true;
            atClose = dropped.get();
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = DropProof.judge(counted, atClose, dropped.get());
        }
    }
}
