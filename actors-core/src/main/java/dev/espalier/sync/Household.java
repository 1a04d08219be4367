package dev.espalier.sync;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The living threads of one [Concurrent#runMain].
///
/// A thread enters before it starts, on the thread of somebody who is in; so when nobody is in, nobody comes.
final class Household {
    private final AtomicInteger living = new AtomicInteger();
    private final Set<Fork<?>> forks = ConcurrentHashMap.newKeySet();
    private final Signal empty = new Signal("all threads have ended");

    void enter() {
        living.incrementAndGet();
    }

    void watch(Fork<?> fork) {
        forks.add(fork);
        fork.done().onGo(() -> leave(fork)); // at once, if it has ended
    }

    void leave(@Nullable Fork<?> fork) {
        if (fork != null) {
            forks.remove(fork);
        }
        if (living.decrementAndGet() == 0) {
            empty.go();
        }
    }

    void awaitEmpty() {
        empty.waitForGo();
    }

    void killAll() {
        forks.forEach(Fork::cancel);
    }
}
