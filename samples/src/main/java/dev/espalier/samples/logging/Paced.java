package dev.espalier.samples.logging;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/// Callers at a steady rate, and how long a call takes from the moment when it was meant to start: one that comes late
/// since the calls before it took long counts from when it was due. That the operating system wakes a caller late is
/// not the log's fault: then it counts from the wake-up.
final class Paced {
    private static final long NANOS = 400_000; // 2,500 a second

    private final int each;
    private final long[] latencies;

    Paced(int each) {
        this.each = each;
        latencies = new long[each * Producers.COUNT];
    }

    void run(long from) throws InterruptedException {
        long start = System.nanoTime() + NANOS;
        Producers.run(from, (producer, first) -> produce(producer, first, start));
        Arrays.sort(latencies);
    }

    private void produce(int producer, long first, long start) {
        long woken = start;
        for (int i = 0; i < each; i++) {
            long due = start + i * NANOS + producer * NANOS / Producers.COUNT;
            long now = System.nanoTime();
            if (now < due) {
                while (now < due) {
                    LockSupport.parkNanos(due - now);
                    now = System.nanoTime();
                }
                woken = now;
            }
            Producers.log(producer, first + i);
            latencies[producer * each + i] = System.nanoTime() - Math.max(due, woken);
        }
    }

    /// The latency, in ns, that this share of the calls did not exceed.
    ///
    /// @param share from 0 to 1
    double percentile(double share) {
        return (double) latencies[(int) Math.min(latencies.length - 1, Math.round(share * latencies.length))];
    }
}
