package dev.espalier.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// How one run of a workload ends: so many parts report what they have done, and the measuring thread waits for all.
final class Finish {
    private static final long LONGEST_SECONDS = 120;

    private final CountDownLatch open;
    private final AtomicLong sum = new AtomicLong();

    /// @param parts how many reports there will be
    Finish(int parts) {
        open = new CountDownLatch(parts);
    }

    /// Reports one part.
    void done(long value) {
        sum.addAndGet(value);
        open.countDown();
    }

    /// Waits for all parts.
    ///
    /// @throws IllegalStateException if they take over two minutes, or report another sum
    void await(long expected) {
        try {
            if (!open.await(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(open.getCount() + " parts are missing after " + LONGEST_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted with " + open.getCount() + " parts missing", e);
        }
        if (sum.get() != expected) {
            throw new IllegalStateException("the parts report " + sum.get() + " instead of " + expected);
        }
    }
}
