package dev.espalier.sync;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The living threads of one [Concurrent#runMain].
///
/// A thread enters before it starts, on the thread of somebody who is in; so when nobody is in, nobody comes.
///
/// *A late thread.* [#killAll] says that all are to be killed and then looks who there is; who is new is noted and then
/// looks whether all are to be killed: at least one of the two kills it.
final class Household {
    private final AtomicInteger living = new AtomicInteger();
    private final Set<Fork<?>> forks = ConcurrentHashMap.newKeySet();
    private final Signal empty = new Signal("all threads have ended");
    private volatile boolean killed;

    void enter() {
        living.incrementAndGet();
    }

    /// It has started, and perhaps ended.
    void watch(Fork<?> fork) {
        forks.add(fork);
        if (fork.isDone()) {
            forks.remove(fork); // it may have left before it was noted
        }
        if (killed) {
            fork.cancel();
        }
    }

    /// @param fork which has ended; null: it could not be started
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
        killed = true;
        forks.forEach(Fork::cancel);
    }
}
