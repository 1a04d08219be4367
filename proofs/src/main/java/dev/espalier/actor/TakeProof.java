package dev.espalier.actor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.espalier.actor.WeakQueue.Mistake;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// What one sender sends while the reader takes is taken once and in order.
public final class TakeProof {
    private static final String FINE = "1 2 3";

    private TakeProof() {}

    /// Up to three takes.
    static String take(Supplier<@Nullable Object> source) {
        var text = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            Object taken = source.get();
            if (taken != null) {
                text.append(taken).append(' ');
            }
        }
        return text.toString();
    }

    @JCStressTest
    @State
    @Outcome(id = FINE, expect = ACCEPTABLE, desc = "All three, in order.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, doubled or out of order.")
    public static class Real {
        private final Mailbox mailbox = new Mailbox(MailboxSpec.DEFAULT);
        private String early = "";

        @Actor
        public void send() {
            mailbox.offer(1, false);
            mailbox.offer(2, false);
            mailbox.offer(3, false);
        }

        @Actor
        public void take() {
            early = TakeProof.take(mailbox::poll);
        }

        @Arbiter
        public void rest(L_Result r) {
            r.r1 = (early + TakeProof.take(mailbox::poll)).strip();
        }
    }

    @JCStressTest
    @State
    @Outcome(id = FINE, expect = ACCEPTABLE, desc = "All three, in order.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, doubled or out of order.")
    public static class Twin {
        private final WeakQueue queue = new WeakQueue(Mistake.HEAD_READ_TWICE);
        private String early = "";

        @Actor
        public void send() {
            queue.push(1);
            queue.push(2);
            queue.push(3);
        }

        @Actor
        public void take() {
            early = TakeProof.take(queue::take);
        }

        @Arbiter
        public void rest(L_Result r) {
            r.r1 = (early + TakeProof.take(queue::take)).strip();
        }
    }
}
