package dev.espalier.proofs;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.Ledger;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/// Many messages from four senders, green and platform threads, to 1,000 actors: each is handled once, those
/// of one sender in order, and the ledger says the same.
final class ManyMessages {
    /// What is wrong on purpose.
    enum Mistake {
        NONE,
        /// One message of all is not counted.
        LOSES,
        /// One message of all is counted twice.
        DOUBLES,
        /// One message of all overtakes the one before it.
        OVERTAKES
    }

    private static final int ACTORS = 1_000;
    private static final int SENDERS = 4;

    private record Note(int sender, long number) {}

    /// Its figures are read when it has stopped.
    private final class Counter implements Behavior<Note> {
        private final long[] last = new long[SENDERS];
        private long handled;
        private long outOfOrder;

        @Override
        public void onMessage(Note note, ActorContext<Note> ctx) {
            boolean marked = note.sender == 0 && note.number == each / 2;
            if (!marked || mistake != Mistake.LOSES) {
                handled++;
            }
            if (marked && mistake == Mistake.DOUBLES) {
                handled++;
            }
            if (note.number <= last[note.sender]) {
                outOfOrder++;
            }
            last[note.sender] = note.number;
        }
    }

    private final long each;
    private final long seed;
    private final Mistake mistake;
    private final List<Counter> counters = new ArrayList<>();
    private final List<ActorRef<Note>> refs = new ArrayList<>();

    ManyMessages(long messages, long seed, Mistake mistake) {
        this.each = messages / SENDERS;
        this.seed = seed;
        this.mistake = mistake;
    }

    private void send(int sender) {
        var random = new SplittableRandom(seed + sender);
        for (long number = 1; number <= each; number++) {
            ActorRef<Note> to = refs.get(random.nextInt(ACTORS));
            if (mistake == Mistake.OVERTAKES && sender == 0 && number == each / 2) {
                to.tell(new Note(sender, number + 1));
                to.tell(new Note(sender, number++));
            } else {
                to.tell(new Note(sender, number));
            }
        }
    }

    Row run(String name) {
        var outcome = new Outcome();
        long begin = System.nanoTime();
        ActorSystem system = ActorSystem.builder("many")
                .handleSignals(false)
                .discoverObservers(false)
                .start();
        for (int i = 0; i < ACTORS; i++) {
            var counter = new Counter();
            counters.add(counter);
            refs.add(system.spawn("c" + i, () -> counter));
        }
        List<Strand> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            int sender = i;
            Runnable body = () -> send(sender);
            senders.add(i % 2 == 0 ? Strand.start("sender", body) : Strand.startPlatform("sender", true, body));
        }
        senders.forEach(sender -> outcome.check(sender.join(Duration.ofMinutes(10)), "a sender hangs"));
        Ledger ledger = system.shutdown().ledger();
        long all = each * SENDERS;
        double perSecond = all * 1e9 / (System.nanoTime() - begin);
        outcome.count("messages not handled", all - sum(true));
        outcome.count("messages out of order", sum(false));
        outcome.check(ledger.equals(new Ledger(all, all, 0, 0, 0, ledger.overBound())), "ledger " + ledger);
        String rest = String.format(Locale.ROOT, "seed %d, %,.0f a second", seed, perSecond);
        return outcome.row("scale", name, all, rest);
    }

    private long sum(boolean handled) {
        return counters.stream()
                .mapToLong(c -> handled ? c.handled : c.outOfOrder)
                .sum();
    }
}
