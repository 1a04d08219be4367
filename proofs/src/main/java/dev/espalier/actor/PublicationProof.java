package dev.espalier.actor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.espalier.actor.WeakQueue.Mistake;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// Whoever takes a message sees its plain fields as its sender wrote them.
public final class PublicationProof {
    private PublicationProof() {}

    static final class Message {
        int one;
        int two;

        Message() {
            one = 1;
            two = 2;
        }
    }

    static String seen(@Nullable Object taken) {
        if (taken == null) {
            return "nothing yet";
        }
        return taken instanceof Message m && m.one == 1 && m.two == 2 ? "whole" : "torn";
    }

    @JCStressTest
    @State
    @Outcome(id = "nothing yet", expect = ACCEPTABLE, desc = "The taker came first.")
    @Outcome(id = "whole", expect = ACCEPTABLE, desc = "The message with all its fields.")
    @Outcome(id = "torn", expect = FORBIDDEN, desc = "A place in the queue without its message.")
    public static class Real {
        private final Mailbox mailbox = new Mailbox(MailboxSpec.DEFAULT);

        @Actor
        public void send() {
            mailbox.offer(new Message(), false);
        }

        @Actor
        public void take(L_Result r) {
            r.r1 = seen(mailbox.poll());
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "nothing yet", expect = ACCEPTABLE, desc = "The taker came first.")
    @Outcome(id = "whole", expect = ACCEPTABLE, desc = "The message with all its fields.")
    @Outcome(id = "torn", expect = FORBIDDEN, desc = "A place in the queue without its message.")
    public static class Twin {
        private final WeakQueue queue = new WeakQueue(Mistake.ENTRY_AFTER_PUSH);

        @Actor
        public void send() {
            queue.push(new Message());
        }

        @Actor
        public void take(L_Result r) {
            r.r1 = seen(queue.take());
        }
    }
}
