package dev.espalier.sync;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A wait for a [Lock]: its holder must act.
final class LockWait extends WaitsFor {
    private final Lock lock;
    private final Place place;

    LockWait(Lock lock, Place place, Remedy remedy, boolean limited) {
        super(remedy, limited);
        this.lock = lock;
        this.place = place;
    }

    boolean await(long deadlineNanos, @Nullable Signal till) {
        enter();
        try {
            return place.await(lock, deadlineNanos, till);
        } finally {
            exit();
        }
    }

    /// Not oneself: the lock is being handed over then.
    @Override
    @SuppressWarnings("ReferenceEquality") // the same, not an equal one
    protected List<Strand> targets() {
        Thread holder = lock.owner();
        return holder == strand().thread() ? List.of() : DeadlockWatch.waiting(holder);
    }

    @Override
    protected boolean isPending() {
        return !place.standing.isOver();
    }

    @Override
    protected String what() {
        return "waits for " + lock;
    }
}
