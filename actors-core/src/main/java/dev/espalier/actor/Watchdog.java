package dev.espalier.actor;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Halts the JVM when its end, or the stop of a system that has run out of memory, takes too long.
///
/// It relies on nothing that may be the reason for the delay. Its thread is a platform thread, for busy green
/// threads may hold every carrier. The thread has been started long before, for a full heap has no room to
/// start one. Its last words are spoken by another thread, for nobody may be reading standard error, and then a
/// write to it never returns.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `exitAt` | the first that begins an exit, guarded by `this`, once | own thread | volatile |
/// | `starved`, `starvedUntil` | an actor that met an OutOfMemoryError, guarded by `this` | own thread | volatile |
/// | `dismissed` | [ProcessStop], once | own thread | volatile |
///
/// Writers write and then unpark; the thread reads and then parks: a write in between leaves a permit.
final class Watchdog {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long SLACK = TimeUnit.SECONDS.toNanos(2);
    private static final Duration LAST_WORDS = Duration.ofMillis(300);

    private final Thread thread = Thread.ofPlatform()
            .name("espalier-watchdog")
            .daemon(true)
            .inheritInheritableThreadLocals(false)
            .unstarted(this::run);
    private final Supplier<String> lastWords;
    private volatile long exitAt = NEVER;
    private volatile @Nullable ActorSystem starved;
    private volatile long starvedUntil = NEVER;
    private volatile boolean dismissed;

    /// @param lastWords for standard error
    Watchdog(Supplier<String> lastWords) {
        this.lastWords = lastWords;
    }

    Watchdog start() {
        thread.start();
        return this;
    }

    /// Nothing is left to watch.
    void dismiss() {
        dismissed = true;
        LockSupport.unpark(thread);
    }

    /// Lets the JVM live that much longer, and two seconds; only the first call counts.
    ///
    /// @param nanos [Long#MAX_VALUE] for ever
    synchronized void watchExit(long nanos) {
        if (exitAt == NEVER) {
            exitAt = later(nanos);
            LockSupport.unpark(thread);
        }
    }

    /// Lets the JVM live that much longer, and two seconds, unless the system has stopped by then. Needs no
    /// memory.
    ///
    /// @param nanos [Long#MAX_VALUE] for ever
    synchronized void watchStop(ActorSystem system, long nanos) {
        if (starved == null) {
            starvedUntil = later(nanos);
            starved = system;
            LockSupport.unpark(thread);
        }
    }

    private static long later(long nanos) {
        return nanos >= NEVER / 2 ? NEVER : Ladder.later(System.nanoTime(), nanos + SLACK);
    }

    private void run() {
        while (!dismissed) {
            ActorSystem system = starved;
            if (system != null && system.stopped().isGo()) {
                starved = null;
            } else if (isOver(exitAt) || (system != null && isOver(starvedUntil))) {
                halt();
            } else {
                park(system != null);
            }
            Thread.interrupted(); // meant for somebody else: a set flag would make the park a busy loop
        }
    }

    private static boolean isOver(long deadline) {
        return deadline != NEVER && deadline - System.nanoTime() <= 0;
    }

    private void park(boolean forStarved) {
        long left = Math.min(left(exitAt), forStarved ? left(starvedUntil) : NEVER);
        if (left == NEVER) {
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(this, left);
        }
    }

    private static long left(long deadline) {
        return deadline == NEVER ? NEVER : deadline - System.nanoTime();
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
