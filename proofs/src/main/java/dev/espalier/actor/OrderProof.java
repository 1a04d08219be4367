package dev.espalier.actor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.espalier.actor.WeakQueue.Mistake;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// Two senders at once: nothing is lost, and the order of each is kept.
public final class OrderProof {
    private OrderProof() {}

    static String judge(Supplier<@Nullable Object> source) {
        List<Object> taken = new ArrayList<>();
        for (Object each = source.get(); each != null && taken.size() < 5; each = source.get()) {
            taken.add(each);
        }
        if (taken.size() != 4) {
            return "lost or doubled";
        }
        boolean inOrder = taken.indexOf("a1") < taken.indexOf("a2") && taken.indexOf("b1") < taken.indexOf("b2");
        return inOrder && taken.indexOf("a1") >= 0 && taken.indexOf("b1") >= 0 ? "in order" : "out of order";
    }

    @JCStressTest
    @State
    @Outcome(id = "in order", expect = ACCEPTABLE, desc = "All four, each sender's in its order.")
    @Outcome(id = "out of order", expect = FORBIDDEN, desc = "A sender's second message came before its first.")
    @Outcome(id = "lost or doubled", expect = FORBIDDEN, desc = "Not four messages.")
    public static class Real {
        private final Mailbox mailbox = new Mailbox(MailboxSpec.DEFAULT);

        @Actor
        public void one() {
            mailbox.offer("a1", false);
            mailbox.offer("a2", false);
        }

        @Actor
        public void other() {
            mailbox.offer("b1", false);
            mailbox.offer("b2", false);
        }

        @Arbiter
        public void take(L_Result r) {
            r.r1 = judge(mailbox::poll);
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "in order", expect = ACCEPTABLE, desc = "All four, each sender's in its order.")
    @Outcome(id = "out of order", expect = FORBIDDEN, desc = "A sender's second message came before its first.")
    @Outcome(id = "lost or doubled", expect = FORBIDDEN, desc = "Not four messages.")
    public static class Twin {
        private final WeakQueue queue = new WeakQueue(Mistake.PUSH_WITHOUT_CAS);

        @Actor
        public void one() {
            queue.push("a1");
            queue.push("a2");
        }

        @Actor
        public void other() {
            queue.push("b1");
            queue.push("b2");
        }

        @Arbiter
        public void take(L_Result r) {
            r.r1 = judge(queue::take);
        }
    }
}
