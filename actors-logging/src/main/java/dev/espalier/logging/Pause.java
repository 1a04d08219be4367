package dev.espalier.logging;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The waits between the looks of a thread that waits by looking: 20 µs first, 1 ms at most. Nobody has to wake
/// it, so nobody can forget to. For one wait by one thread; [#end] gives an interrupt back that came meanwhile.
final class Pause {
    private static final long FIRST = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(1);

    private long nanos = FIRST;
    private boolean interrupted;

    void next() {
        interrupted |= Thread.interrupted(); // a set flag would make the park return at once
        LockSupport.parkNanos(this, nanos);
        nanos = Math.min(LONGEST, nanos + nanos / 2);
    }

    void end() {
        if (interrupted || Thread.interrupted()) {
            Thread.currentThread().interrupt();
        }
    }
}
