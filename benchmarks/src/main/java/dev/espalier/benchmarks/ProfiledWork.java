package dev.espalier.benchmarks;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.profiling.Level;
import dev.espalier.profiling.Profiler;
import dev.espalier.sync.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/// How much of the throughput a recording takes: with the events of the Flight Recorder and samples of processor time,
/// each message counted, while actors do about 1 µs of work for a message.
///
/// Recorded and not, in turn, in one JVM, some hundred times: what disturbs the machine disturbs both. The
/// result is the median of the ratios of neighbours.
public final class ProfiledWork {
    private static final int ACTORS = 16;
    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(250);

    /// Tells itself to go on.
    private static final class Smith implements Behavior<Integer> {
        private final int steps;
        private final LongAdder done;
        private final Signal over;
        private long work = 1;

        Smith(int steps, LongAdder done, Signal over) {
            this.steps = steps;
            this.done = done;
            this.over = over;
        }

        @Override
        public void onMessage(Integer message, ActorContext<Integer> ctx) {
            work = work(work, steps);
            done.increment();
            if (!over.isGo()) {
                ctx.self().tell(message);
            }
        }
    }

    private ProfiledWork() {}

    private static long work(long start, int steps) {
        long x = start;
        for (int i = 0; i < steps; i++) {
            x = x * 6_364_136_223_846_793_005L + i;
        }
        return x;
    }

    /// How many steps take a microsecond here.
    private static int stepsFor(long nanos) {
        long best = Long.MAX_VALUE;
        long x = 1;
        int steps = 100_000;
        for (int i = 0; i < 200; i++) {
            long began = System.nanoTime();
            x = work(x, steps);
            best = Math.min(best, System.nanoTime() - began);
        }
        return (int) (steps * nanos / best) + (x == 0 ? 1 : 0);
    }

    private static double rate(LongAdder done) throws InterruptedException {
        long began = System.nanoTime();
        long before = done.sum();
        TimeUnit.NANOSECONDS.sleep(SLICE);
        return (done.sum() - before) * 1e3 / (System.nanoTime() - began);
    }

    private static Profiler record(Path folder) {
        return Profiler.builder()
                .level(Level.COUNTERS)
                .folder(folder)
                .flightRecorder()
                .samples()
                .start();
    }

    /// Measures and prints.
    ///
    /// @param args the seconds
    public static void main(String[] args) throws IOException, InterruptedException {
        long pairs = TimeUnit.SECONDS.toNanos(Long.parseLong(args[0])) / (2 * SLICE);
        Path folder = Files.createTempDirectory("profiled");
        int steps = stepsFor(1_000);
        LongAdder done = new LongAdder();
        Signal over = new Signal();
        List<Double> without = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        try (ActorSystem system =
                ActorSystem.builder("work").handleSignals(false).start()) {
            for (int i = 0; i < ACTORS; i++) {
                system.<Integer>spawn("smith" + i, () -> new Smith(steps, done, over))
                        .tell(i);
            }
            for (int i = 0; i < pairs; i++) {
                double off = rate(done);
                double on;
                try (Profiler _ = record(folder)) {
                    rate(done); // it settles
                    on = rate(done);
                }
                TimeUnit.MILLISECONDS.sleep(200); // what the close has left to do
                double again = rate(done);
                without.add((off + again) / 2);
                ratios.add(2 * on / (off + again));
            }
            over.go();
        }
        Scores.Sample lost = new Scores.Sample(ratios.stream()
                .skip(ratios.size() / 4)
                .map(ratio -> 100 * (1 - ratio))
                .toList());
        System.out.printf(
                Locale.ROOT,
                "%.2f messages a microsecond; recorded, %.1f %% less (median of %d; %.1f to %.1f)%n",
                new Scores.Sample(without).median(),
                lost.median(),
                lost.values().size(),
                lost.least(),
                lost.most());
    }
}
