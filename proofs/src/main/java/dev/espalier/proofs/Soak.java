package dev.espalier.proofs;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.DeadLetter;
import dev.espalier.actor.Ledger;
import dev.espalier.actor.MailboxSpec;
import dev.espalier.actor.Supervision;
import dev.espalier.sync.Strand;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.management.JMException;
import org.HdrHistogram.Histogram;

/// Two senders and 32 actors at half of the load that they bear; every 100 ms one actor fails, is restarted, stopped
/// or cancelled. Nothing is lost, doubled or out of order; latency and live heap of the last third are those of the
/// first.
///
/// It runs in [#STRETCHES] stretches. Between two of them, when all messages have been handled, the heap is looked
/// at, which stops the JVM for a full collection: in a stretch that would be the latency which is measured.
final class Soak {
    /// What is wrong on purpose.
    enum Mistake {
        NONE,
        /// One message in a million is not counted.
        LOSES,
        /// Messages are kept.
        KEEPS,
        /// Some messages of the last third take 100 ms.
        SLOWS
    }

    private static final int ACTORS = 32;
    private static final int SENDERS = 2;
    private static final int FAULTS = SENDERS; // numbers its messages like a third sender
    private static final int STRETCHES = 12;
    private static final long TICK = 1_000_000;
    private static final Duration BETWEEN_FAULTS = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long HIGHEST_MICROS = 60_000_000;

    /// @param due when it was to be sent
    /// @param fatal whether its actor is to fail over it
    private record Note(int sender, long number, long due, boolean fatal) {}

    private static final class OnPurpose extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OnPurpose() {
            super("on purpose", null, false, false);
        }
    }

    /// What the actors of one name have seen, one after the other.
    private final class Account implements Behavior<Note> {
        private final long[] last = new long[SENDERS + 1];
        private final List<Histogram> latency = histograms();
        private final List<Object> kept = new ArrayList<>();
        private long handled;
        private long outOfOrder;

        @Override
        public void onMessage(Note note, ActorContext<Note> ctx) {
            handled++;
            if (note.number <= last[note.sender]) {
                outOfOrder++;
            }
            last[note.sender] = note.number;
            record(latency, note.due);
            err(note);
            if (note.fatal) {
                throw new OnPurpose();
            }
        }

        private void err(Note note) {
            switch (mistake) {
                case LOSES -> handled -= note.number % 1_000_000 == 500_000 ? 1 : 0;
                case KEEPS -> {
                    if (note.number % 16 == 0) {
                        kept.add(new byte[256]);
                    }
                }
                case SLOWS -> {
                    if (third == 2 && note.number % 64 == 0) {
                        Strand.sleep(Duration.ofMillis(100));
                    }
                }
                case NONE -> {}
            }
        }
    }

    private final Duration length;
    private final Mistake mistake;
    private final long seed;
    private final List<Account> accounts =
            Stream.generate(Account::new).limit(ACTORS).toList();
    private final AtomicReferenceArray<ActorRef<Note>> refs = new AtomicReferenceArray<>(ACTORS);
    /// How late a thread is that only sleeps: what the machine adds.
    private final List<Histogram> sleeper = histograms();

    private final List<SplittableRandom> randoms;
    /// Of each sender, its own: the number of its last message.
    private final long[] numbers = new long[SENDERS + 1];
    private final LongAdder sent = new LongAdder();
    private final LongAdder dead = new LongAdder();
    private final List<Long> heap = new ArrayList<>();
    private final ActorSystem system;
    private volatile int third;
    private volatile boolean over;

    Soak(Duration length, long seed, Mistake mistake) {
        this.length = length;
        this.seed = seed;
        this.mistake = mistake;
        randoms = IntStream.rangeClosed(0, SENDERS)
                .mapToObj(sender -> new SplittableRandom(seed + sender))
                .toList();
        system = ActorSystem.builder("soak")
                .handleSignals(false)
                .discoverObservers(false)
                .supervision(Supervision.DEFAULT.intensity(Supervision.UNLIMITED, Duration.ofSeconds(1)))
                .start();
        system.deadLetters().onDeadLetter(this::died);
        for (int i = 0; i < ACTORS; i++) {
            Account account = accounts.get(i);
            refs.set(
                    i,
                    system.spawn(
                            ActorSpec.<Note>behavior("a" + i, () -> account).mailbox(MailboxSpec.bounded(1_024))));
        }
    }

    private static List<Histogram> histograms() {
        return Stream.generate(() -> new Histogram(HIGHEST_MICROS, 2)).limit(3).toList();
    }

    private void record(List<Histogram> thirds, long due) {
        long micros = (System.nanoTime() - due) / 1_000;
        thirds.get(third).recordValue(Math.clamp(micros, 0, HIGHEST_MICROS));
    }

    private void died(DeadLetter letter) {
        if (letter.message() instanceof Note) {
            dead.increment();
        }
    }

    /// How many messages a second there can be, with nothing else to do.
    static double capacity(Duration length) {
        var soak = new Soak(length, 1, Mistake.NONE);
        long begin = System.nanoTime();
        List<Strand> senders = soak.senders(Double.POSITIVE_INFINITY);
        Strand.sleep(length);
        soak.over = true;
        senders.forEach(sender -> sender.join(PATIENCE));
        soak.system.shutdown();
        return soak.sent.sum() * 1e9 / (System.nanoTime() - begin);
    }

    private List<Strand> senders(double perSecond) {
        return IntStream.range(0, SENDERS)
                .mapToObj(i -> Strand.start("sender" + i, () -> send(i, perSecond / SENDERS)))
                .toList();
    }

    /// Each tick, what is due at it. Who comes late sends all that was due meanwhile, with the times when it was due.
    private void send(int sender, double perSecond) {
        SplittableRandom random = randoms.get(sender);
        boolean paced = perSecond < Double.POSITIVE_INFINITY;
        long begin = System.nanoTime();
        long before = numbers[sender];
        for (long tick = 1; !over; tick++) {
            long due = begin + tick * TICK;
            long until = paced ? before + (long) (perSecond * tick * TICK / 1e9) : numbers[sender] + 100;
            while (numbers[sender] < until && !over) {
                long number = ++numbers[sender];
                tell(random.nextInt(ACTORS), new Note(sender, number, paced ? due : System.nanoTime(), false));
            }
            long left = due + TICK - System.nanoTime();
            if (paced && left > 0) {
                Strand.sleep(Duration.ofNanos(left));
            }
        }
    }

    private void tell(int place, Note note) {
        sent.increment();
        refs.get(place).tell(note);
    }

    private void sleepOn() {
        while (!over) {
            long due = System.nanoTime() + TICK;
            Strand.sleep(Duration.ofNanos(TICK));
            record(sleeper, due);
        }
    }

    private void disturb() {
        SplittableRandom random = randoms.get(FAULTS);
        while (!over) {
            Strand.sleep(BETWEEN_FAULTS);
            int place = random.nextInt(ACTORS);
            long number = ++numbers[FAULTS];
            switch (random.nextInt(4)) {
                case 0 -> tell(place, new Note(FAULTS, number, System.nanoTime(), true));
                case 1 -> system.restart(refs.get(place));
                case 2 -> replace(place, refs.get(place)::stop);
                default -> replace(place, refs.get(place)::cancel);
            }
        }
    }

    @SuppressWarnings("unchecked") // of one type are all children
    private void replace(int place, Runnable end) {
        end.run();
        if (!refs.get(place).stopped().waitForGo(PATIENCE)) {
            throw new IllegalStateException("does not stop: " + refs.get(place).info());
        }
        String name = "a" + place;
        system.children().restart(name);
        refs.set(place, (ActorRef<Note>) system.children().find(name).orElseThrow());
    }

    /// Senders and faults for a while, and until all has been handled.
    private void stretch(double perSecond, Outcome outcome) {
        over = false;
        List<Strand> all = new ArrayList<>(senders(perSecond));
        all.add(Strand.start("faults", this::disturb));
        all.add(Strand.startPlatform("sleeper", true, this::sleepOn));
        Strand.sleep(length.dividedBy(STRETCHES));
        over = true;
        all.forEach(each -> outcome.check(each.join(PATIENCE), each + " hangs"));
        for (int i = 0; i < ACTORS; i++) {
            ActorRef<Note> ref = refs.get(i);
            outcome.check(ref.awaitProcessed(PATIENCE), ref.path() + " hangs");
        }
    }

    /// Runs it for its length.
    ///
    /// @param perSecond how many messages to send
    Row run(String name, double perSecond, PrintStream console) throws JMException {
        var outcome = new Outcome();
        for (int sample = 0; sample < STRETCHES; sample++) {
            third = sample * 3 / STRETCHES;
            stretch(perSecond, outcome);
            heap.add(Living.now().bytes());
            if (length.toMinutes() >= 1) {
                console.printf(Locale.ROOT, "%s %d/%d: %s%n", name, sample + 1, STRETCHES, figures());
            }
        }
        Ledger ledger = system.shutdown().ledger();
        long handled = accounts.stream().mapToLong(a -> a.handled).sum();
        outcome.count("lost or, if negative, doubled", sent.sum() - handled - dead.sum());
        outcome.count(
                "out of order", accounts.stream().mapToLong(a -> a.outOfOrder).sum());
        outcome.check(ledger.balanced() && ledger.queued() == 0 && ledger.accepted() == sent.sum(), "ledger " + ledger);
        outcome.check(p99(2) <= 3 * p99(0) + 50_000, "p99 grows");
        outcome.check(heap(2) <= heap(0) * 5 / 4 + 4_000_000, "heap grows");
        String rest = String.format(
                Locale.ROOT, "seed %d, %,.0f a second, %d faults, %s", seed, perSecond, numbers[FAULTS], figures());
        return outcome.row("soak", name, sent.sum(), rest);
    }

    private String figures() {
        return String.format(
                Locale.ROOT,
                "%,d dead letters, p99 %,d to %,d µs, that of a sleeper %,d to %,d µs, live %,d to %,d KiB",
                dead.sum(),
                p99(0),
                p99(third),
                sleeper.getFirst().getValueAtPercentile(99),
                sleeper.get(third).getValueAtPercentile(99),
                heap(0) / 1_024,
                heap(third) / 1_024);
    }

    /// In microseconds; between stretches.
    private long p99(int part) {
        var sum = new Histogram(HIGHEST_MICROS, 2);
        accounts.forEach(account -> sum.add(account.latency.get(part)));
        return sum.getValueAtPercentile(99);
    }

    private long heap(int part) {
        int many = STRETCHES / 3;
        return (long) IntStream.range(part * many, part * many + many)
                .filter(i -> i < heap.size())
                .mapToLong(heap::get)
                .average()
                .orElse(0);
    }
}
