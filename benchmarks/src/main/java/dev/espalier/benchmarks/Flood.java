package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Address;
import dev.espalier.benchmarks.engine.Engine;
import dev.espalier.benchmarks.engine.Engines;
import dev.espalier.benchmarks.engine.Handler;
import dev.espalier.benchmarks.engine.Self;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Whether the heap stays flat when four actors send all they can to one that is slower, with the default mailbox. Run
/// with `-Xmx256m`; without a bound this ends in an OutOfMemoryError after some seconds.
///
/// Every 5 s the used heap after a full collection is printed. It fails if one of these is over that of the
/// first by more than half of it and 8 MB, or if there was no flood.
public final class Flood {
    private static final int PRODUCERS = 4;
    private static final int PAYLOAD = 64;
    private static final int WORK = 500;
    private static final long EVERY = TimeUnit.SECONDS.toNanos(5);
    private static final double MEGA = 1 << 20;
    private static final double SLACK = 8;
    private static final int LEAST = 100_000;

    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong work = new AtomicLong();
    private volatile boolean over;

    /// Floods and exits with 0 if the heap stayed flat.
    ///
    /// @param args the engine and the seconds
    public static void main(String[] args) {
        System.exit(new Flood().run(args[0], Long.parseLong(args[1])) ? 0 : 1);
    }

    private boolean run(String name, long seconds) {
        Finish ended = new Finish(PRODUCERS);
        List<Double> heaps = new ArrayList<>();
        try (Engine engine = Engines.start(name)) {
            Address<byte[]> consumer = engine.spawn(() -> this::consume);
            Handler<Finish> producer = (finish, self) -> produce(consumer, finish);
            for (int i = 0; i < PRODUCERS; i++) {
                engine.<Finish>spawn(() -> producer).tell(ended);
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(Math.min(EVERY, end - System.nanoTime()));
                heaps.add(sample(name));
            }
            over = true;
            ended.await(PRODUCERS);
        }
        return judge(name, heaps);
    }

    private void produce(Address<byte[]> consumer, Finish finish) {
        while (!over) {
            consumer.tell(new byte[PAYLOAD]);
            sent.incrementAndGet();
        }
        finish.done(1);
    }

    private void consume(byte[] message, Self<byte[]> self) {
        long x = message.length;
        for (int i = 0; i < WORK; i++) {
            x = x * 31 + i;
        }
        work.addAndGet(x);
        received.incrementAndGet();
    }

    private double sample(String name) {
        System.gc();
        double used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MEGA;
        System.out.printf(
                Locale.ROOT, "%s: %,d sent, %,d received, %.1f MB live%n", name, sent.get(), received.get(), used);
        return used;
    }

    /// At the end everything that was sent has been received: the orderly stop drains the mailbox.
    private boolean judge(String name, List<Double> heaps) {
        double first = heaps.getFirst();
        double most = heaps.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        boolean flat = most <= 1.5 * first + SLACK;
        boolean all = sent.get() == received.get() || !name.startsWith(Engines.ESPALIER);
        System.out.printf(
                Locale.ROOT,
                "%s: heap %s (%.1f to %.1f MB), %,d sent, %,d received%n",
                name,
                flat ? "flat" : "GROWING",
                first,
                most,
                sent.get(),
                received.get());
        return flat && all && received.get() > LEAST;
    }
}
