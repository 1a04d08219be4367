package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Address;
import dev.espalier.benchmarks.engine.Engine;
import dev.espalier.benchmarks.engine.Engines;
import dev.espalier.benchmarks.engine.Handler;
import dev.espalier.benchmarks.engine.Reply;
import dev.espalier.benchmarks.engine.Self;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/// How long asks to idle actors take while others do not give way: 2 × cores actors that compute for ever, or 1,000
/// that sleep where the engine does not see it. One platform thread asks one of 1,000 actors at random, about every ms,
/// and each time waits for the answer.
///
/// The times are from the send to the answer. Because the asker waits, a pause of 100 ms is one slow ask and not a
/// hundred; so next to what was measured stands what would have been if a hundred had asked (HdrHistogram's correction
/// for an expected interval of 1 ms).
public final class Fairness {
    private static final int ACTORS = 1_000;
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final long EVERY = 1_000_000L;
    private static final int GIVES_UP = 3;
    private static final double MILLIS = 1e6;

    /// What the others do; the targets are in ms, for asks at p99 and at most.
    private enum Others {
        NOTHING(0, Double.MAX_VALUE, Double.MAX_VALUE),
        COMPUTE(2 * CORES, 50, 200),
        SLEEP(1_000, 5, Double.MAX_VALUE);

        final int count;
        final double p99;
        final double most;

        Others(int count, double p99, double most) {
            this.count = count;
            this.p99 = p99;
            this.most = most;
        }

        Handler<Object> handler(Fairness fairness) {
            return this == COMPUTE ? fairness::compute : (message, self) -> new Sleeper().sleep(fairness);
        }
    }

    private record Question(int number, Reply<Integer> reply) {}

    /// Sleeps inside a monitor, as drivers do.
    private static final class Sleeper {
        synchronized void sleep(Fairness fairness) {
            while (!fairness.over) {
                try {
                    Thread.sleep(1_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private final Histogram times = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
    private final AtomicLong work = new AtomicLong();
    private int timeouts;
    private volatile boolean over;

    /// Measures and prints a row for each kind of others.
    ///
    /// @param args the engine and the seconds for each
    public static void main(String[] args) {
        boolean missed = false;
        for (Others others : Others.values()) {
            Fairness fairness = new Fairness();
            fairness.run(args[0], others, Duration.ofSeconds(Long.parseLong(args[1])));
            missed |= !fairness.report(args[0], others);
        }
        boolean ours = args[0].startsWith(Engines.ESPALIER);
        System.exit(missed && ours ? 1 : 0);
    }

    private void run(String name, Others others, Duration time) {
        try (Engine engine = Engines.start(name)) {
            List<Address<Question>> targets = new ArrayList<>();
            for (int i = 0; i < ACTORS; i++) {
                targets.add(
                        engine.spawn(() -> (question, self) -> question.reply().reply(question.number())));
            }
            targets.forEach(target -> ask(engine, target, 0));
            List<Address<Object>> busy = new ArrayList<>();
            for (int i = 0; i < others.count; i++) {
                busy.add(engine.spawn(() -> others.handler(this)));
            }
            busy.forEach(other -> other.tell("go"));
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            askFor(engine, targets, time);
            over = true;
        }
    }

    private void askFor(Engine engine, List<Address<Question>> targets, Duration time) {
        SplittableRandom random = new SplittableRandom(1);
        long end = System.nanoTime() + time.toNanos();
        for (int i = 0; System.nanoTime() - end < 0 && timeouts < GIVES_UP; i++) {
            long began = System.nanoTime();
            if (ask(engine, targets.get(random.nextInt(ACTORS)), i)) {
                times.recordValue(System.nanoTime() - began);
            } else {
                timeouts++;
            }
            LockSupport.parkNanos(EVERY);
        }
    }

    private static boolean ask(Engine engine, Address<Question> target, int number) {
        int answer;
        try {
            answer = engine.<Question, Integer>ask(target, reply -> new Question(number, reply), TIMEOUT);
        } catch (RuntimeException e) {
            return false; // each engine has its own exception for no answer in time
        }
        if (answer != number) {
            throw new IllegalStateException("asked for " + number + ", got " + answer);
        }
        return true;
    }

    private void compute(Object message, Self<Object> self) {
        long x = 1;
        while (!over) {
            x = x * 6_364_136_223_846_793_005L + 1;
        }
        work.addAndGet(x);
    }

    private boolean report(String name, Others others) {
        Histogram corrected = times.copyCorrectedForCoordinatedOmission(EVERY);
        boolean met = timeouts == 0
                && times.getValueAtPercentile(99) / MILLIS < others.p99
                && times.getMaxValue() / MILLIS <= others.most;
        System.out.printf(
                Locale.ROOT,
                "| %-18s | %4d %-7s | %,7d asks | %s | corrected: %s | %d timed out after %d s | %s |%n",
                name,
                others.count,
                others.name().toLowerCase(Locale.ROOT),
                times.getTotalCount(),
                millis(times),
                millis(corrected),
                timeouts,
                TIMEOUT.toSeconds(),
                met ? "met" : "missed");
        return met;
    }

    private static String millis(Histogram times) {
        return String.format(
                Locale.ROOT,
                "p50 %.3f, p99 %.3f, max %.3f ms",
                times.getValueAtPercentile(50) / MILLIS,
                times.getValueAtPercentile(99) / MILLIS,
                times.getMaxValue() / MILLIS);
    }
}
