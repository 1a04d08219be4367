package dev.espalier.proofs;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.Ledger;
import dev.espalier.actor.StopReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Families of 1,000 actors, all of them alive at once: each gets one message, and all stop in reverse order.
final class ManyActors {
    /// What is wrong on purpose.
    enum Mistake {
        NONE,
        /// One message of all is not counted.
        LOSES,
        /// One actor of all ends before its turn.
        ENDS_EARLY
    }

    private static final int FAMILY = 1_000;

    private final int families;
    private final Mistake mistake;
    private final LongAdder handled = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder outOfOrder = new LongAdder();
    /// The family whose turn to end it is. Only who ends touches it: one at a time.
    private int last;

    ManyActors(int actors, Mistake mistake) {
        this.families = actors / FAMILY;
        this.mistake = mistake;
        this.last = families - 1;
    }

    private final class Head implements Behavior<String> {
        private final int number;
        private final List<ActorRef<String>> members = new ArrayList<>(FAMILY);
        private int youngest = FAMILY - 1;

        Head(int number) {
            this.number = number;
        }

        @Override
        public void onStart(ActorContext<String> ctx) {
            for (int i = 0; i < FAMILY; i++) {
                int index = i;
                members.add(ctx.spawn("m" + i, () -> new Member(this, index)));
            }
        }

        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            handled.increment();
            members.forEach(member -> member.tell(message));
            if (mistake == Mistake.ENDS_EARLY && number == families / 2) {
                members.get(FAMILY / 2).stop();
            }
        }

        @Override
        public void onStop(ActorContext<String> ctx) {
            ended.increment();
            if (youngest-- != -1 || last-- != number) {
                outOfOrder.increment();
            }
        }
    }

    private final class Member implements Behavior<String> {
        private final Head head;
        private final int index;

        Member(Head head, int index) {
            this.head = head;
            this.index = index;
        }

        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            if (mistake != Mistake.LOSES || head.number != families / 2 || index != FAMILY / 2) {
                handled.increment();
            }
        }

        @Override
        public void onStop(ActorContext<String> ctx) {
            ended.increment();
            if (head.youngest-- != index) {
                outOfOrder.increment();
            }
        }
    }

    Row run(String name) {
        var outcome = new Outcome();
        ActorSystem system = ActorSystem.builder("many")
                .handleSignals(false)
                .discoverObservers(false)
                .budget(Duration.ofMinutes(10))
                .start();
        List<ActorRef<String>> heads = new ArrayList<>(families);
        for (int i = 0; i < families; i++) {
            int number = i;
            heads.add(system.spawn("f" + i, () -> new Head(number)));
        }
        heads.forEach(head -> head.tell("hello"));
        heads.forEach(head -> outcome.check(head.awaitProcessed(Duration.ofMinutes(5)), head + " hangs"));
        StopReport report = system.shutdown();
        long all = (long) families * (FAMILY + 1);
        Ledger ledger = report.ledger();
        outcome.count("messages not handled", all - handled.sum());
        outcome.count("messages not in the ledger", all - ledger.processed());
        outcome.check(ledger.balanced() && ledger.accepted() == all && ledger.queued() == 0, "ledger " + ledger);
        outcome.count("actors without an end", all - ended.sum());
        outcome.count("ends out of order", outOfOrder.sum());
        outcome.count("actors not in the report", all + 1 - report.counts().get(StopReport.How.CLEAN));
        return outcome.row("scale", name, all, "stopped in " + report.took().toMillis() + " ms");
    }
}
