package dev.espalier.samples.logging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The child JVM that is measured: warm-up, a paced load, bursts that fit the queue, the program.
final class Busy {
    private static final int BURST = 12_000; // four of them fit a queue of 64k
    private static final int BURSTS = 5;
    private static final int ORDERS = 20_000;
    private static final int RATE = 2_500;
    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(1);

    private final Path file = Path.of(System.getProperty("log.file"));
    private long next;

    private Busy() {}

    public static void main(String[] arguments) throws Exception {
        new Busy().run(Integer.parseInt(arguments[0]));
    }

    private void run(int seconds) throws Exception {
        for (int i = 0; i < BURSTS; i++) {
            burst();
        }
        paced(1);
        Paced paced = paced(seconds);
        tell("p50", paced.percentile(0.5));
        tell("p99", paced.percentile(0.99));
        tell("p99.9", paced.percentile(0.999));
        long[] best = {Long.MAX_VALUE, Long.MAX_VALUE};
        for (int i = 0; i < BURSTS; i++) {
            long[] took = burst();
            best[0] = Math.min(best[0], took[0]);
            best[1] = Math.min(best[1], took[1]);
        }
        tell("burst", best[0] / (double) BURST);
        tell("drain", BURST * (double) Producers.COUNT * 1e9 / best[1]);
        program();
        tell("lines", next * (double) Producers.COUNT);
    }

    private Paced paced(int seconds) throws Exception {
        Paced paced = new Paced(seconds * RATE);
        paced.run(next);
        next += (long) seconds * RATE;
        awaitWritten();
        return paced;
    }

    /// How many ns the callers took, and until all was in the file.
    private long[] burst() throws Exception {
        long start = System.nanoTime();
        Producers.run(next, (producer, from) -> {
            for (int i = 0; i < BURST; i++) {
                Producers.log(producer, from + i);
            }
        });
        long called = System.nanoTime() - start;
        next += BURST;
        awaitWritten();
        return new long[] {called, System.nanoTime() - start};
    }

    private void program() throws Exception {
        long best = Long.MAX_VALUE;
        long silent = Long.MAX_VALUE;
        for (int i = 0; i < BURSTS; i++) {
            silent = Math.min(silent, Desks.run(0, ORDERS, false));
            best = Math.min(best, Desks.run(next, ORDERS, true));
            next += ORDERS;
            awaitWritten();
        }
        tell("program", best / 1e6);
        tell("silent", silent / 1e6);
    }

    private void awaitWritten() throws IOException {
        long bytes = Producers.bytes(next);
        long start = System.nanoTime();
        while (Files.size(file) < bytes) {
            if (System.nanoTime() - start > PATIENCE) {
                throw new IllegalStateException(Files.size(file) + " bytes are written, not " + bytes);
            }
            LockSupport.parkNanos(200_000);
        }
    }

    private static void tell(String name, double figure) {
        System.out.println(name + " " + figure);
    }
}
