package dev.espalier.actor;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Halts the JVM when its end takes too long.
///
/// It relies on nothing that may be the reason for the delay: its thread is a platform thread that was made
/// beforehand (the heap may be full by now), and its last words are spoken by another thread (nobody may be
/// reading standard error, and then a write to it never returns).
final class Watchdog {
    private static final Duration LAST_WORDS = Duration.ofMillis(300);

    private final Thread thread = Thread.ofPlatform()
            .name("espalier-watchdog")
            .daemon(true)
            .inheritInheritableThreadLocals(false)
            .unstarted(this::run);
    private final AtomicBoolean started = new AtomicBoolean();
    private final BooleanSupplier needed;
    private final Supplier<String> lastWords;
    private volatile long deadline;

    /// @param needed asked when the time is over
    /// @param lastWords for standard error
    Watchdog(BooleanSupplier needed, Supplier<String> lastWords) {
        this.needed = needed;
        this.lastWords = lastWords;
    }

    /// Lets the JVM live that much longer; only the first call counts.
    ///
    /// @param nanos [Long#MAX_VALUE] for ever
    void start(long nanos) {
        if (nanos != Long.MAX_VALUE && started.compareAndSet(false, true)) {
            deadline = System.nanoTime() + nanos;
            thread.start();
        }
    }

    private void run() {
        for (long left = deadline - System.nanoTime(); left > 0; left = deadline - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
            Thread.interrupted(); // meant for somebody else: a set flag would make the park a busy loop
        }
        if (needed.getAsBoolean()) {
            halt();
        }
    }

    private void halt() {
        try {
            Thread speaker = Thread.ofPlatform()
                    .name("espalier-last-words")
                    .daemon(true)
                    .start(() -> System.err.println(lastWords.get()));
            speaker.join(LAST_WORDS);
        } catch (Throwable t) {
            // There is nobody left to tell.
        } finally {
            Runtime.getRuntime().halt(ExitCode.WATCHDOG);
        }
    }
}
