package dev.espalier.sync;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Who runs in a [Group], and how those have ended that nobody has asked about.
///
/// *State.* All fields are guarded by `lock`, which is held for a few instructions.
/// *Lost wake-ups.* A fork that ends changes the state and then unparks the owner; the owner looks and then parks.
/// *Invariant 1.* A fork is in `running` from before its thread starts until it has its result. *Invariant 2.* It is in
/// `forks` until somebody was told of its outcome, once.
final class GroupBook<T extends @Nullable Object> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Strand owner;
    private final CancelScope scope;
    private final Set<Fork<?>> running = new LinkedHashSet<>();
    private final List<Fork<? extends T>> forks = new ArrayList<>();
    private boolean failed;
    private boolean ending;
    private boolean closed;
    private int numbers;
    private @Nullable Fork<?> firstEnded;
    private @Nullable Fork<?> firstDone;

    /// @param owner whom to wake
    /// @param scope what a failure cancels: the code of the owner
    GroupBook(Strand owner, CancelScope scope) {
        this.owner = owner;
        this.scope = scope;
    }

    private <R extends @Nullable Object> R locked(Supplier<R> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    int nextNumber() {
        return locked(() -> ++numbers);
    }

    void add(Fork<? extends T> fork) {
        boolean late = locked(() -> {
            if (closed) {
                throw new IllegalStateException("the group has ended: no place for " + fork);
            }
            running.add(fork);
            forks.add(fork);
            return ending;
        });
        if (late) {
            fork.cancel();
        }
    }

    /// It could not be started.
    void forget(Fork<?> fork) {
        locked(() -> running.remove(fork) && forks.remove(fork));
    }

    /// By the strand of the fork, last.
    void ended(Fork<?> fork) {
        Throwable failure = fork.result().failureOrNull();
        boolean bad = failure != null && !Fork.isCancel(failure);
        lock.lock();
        try {
            running.remove(fork);
            failed |= bad;
            firstEnded = firstEnded == null ? fork : firstEnded;
            firstDone = firstDone == null && failure == null ? fork : firstDone;
            if (bad) {
                scope.cancel(); // with the lock, so that it comes before its revival
            }
        } finally {
            lock.unlock();
        }
        owner.unpark();
    }

    boolean isIdle() {
        return locked(running::isEmpty);
    }

    /// Where those run that have begun.
    List<Strand> strands() {
        return locked(() -> {
            List<Strand> strands = new ArrayList<>(running.size());
            for (Fork<?> each : running) {
                Strand strand = each.strand();
                if (strand != null) {
                    strands.add(strand);
                }
            }
            return strands;
        });
    }

    int running() {
        return locked(running::size);
    }

    boolean hasFailed() {
        return locked(() -> failed);
    }

    /// The first that has ended since the last join.
    @Nullable
    Fork<?> firstEnded() {
        return locked(() -> firstEnded);
    }

    /// The first that has ended well since the last join.
    @Nullable
    Fork<?> firstDone() {
        return locked(() -> firstDone);
    }

    boolean isEmpty() {
        return locked(forks::isEmpty);
    }

    /// Cancels all that run, outside the lock: a cancel wakes strands.
    void cancelAll() {
        locked(() -> List.copyOf(running)).forEach(Fork::cancel);
    }

    /// Cancels all, also those that are still to be forked, and waits for them; nothing disturbs that.
    void end(String group) {
        setEnding(true);
        cancelAll();
        CancelScope.shield(() -> new GroupWait(this, group, false, WaitsFor.Remedy.NONE).await(() -> {
            while (!isIdle()) {
                Strand.park(this, Long.MAX_VALUE);
            }
        }));
        setEnding(false);
    }

    private void setEnding(boolean value) {
        lock.lock();
        try {
            ending = value;
        } finally {
            lock.unlock();
        }
    }

    /// Takes no more forks, if none runs.
    ///
    /// @return false if some do
    boolean close() {
        return locked(() -> closed = running.isEmpty());
    }

    /// Forgets those that have ended, but for what they have thrown.
    ///
    /// @return the failures, in the order of the forks; without those that were cancelled
    List<Throwable> takeFailures() {
        return locked(() -> {
            List<Throwable> failures = new ArrayList<>();
            for (Fork<?> each : forks) {
                Throwable failure = each.result().failureOrNull();
                if (failure != null && !Fork.isCancel(failure)) {
                    failures.add(failure);
                }
            }
            clear();
            return failures;
        });
    }

    /// The results, in the order of the forks; all have ended.
    List<T> takeResults(Function<List<Throwable>, RuntimeException> failure) {
        lock.lock();
        try {
            List<T> results = new ArrayList<>(forks.size());
            List<Throwable> failures = new ArrayList<>();
            for (Fork<? extends T> each : forks) {
                Throwable thrown = each.result().failureOrNull();
                if (thrown != null) {
                    failures.add(thrown);
                } else {
                    results.add(each.result().valueOrNull());
                }
            }
            clear();
            if (!failures.isEmpty()) {
                throw failure.apply(failures);
            }
            return results;
        } finally {
            lock.unlock();
        }
    }

    /// Forgets those that have ended: somebody was told.
    void clear() {
        lock.lock();
        try {
            forks.removeIf(Fork::isDone);
            failed = false;
            firstEnded = null;
            firstDone = null;
            scope.revive();
        } finally {
            lock.unlock();
        }
    }
}
