package dev.espalier.sync;

import java.util.List;

/// A wait for a [Lock]: its holder must act.
final class LockWait extends PlaceWait {
    private final Lock lock;

    LockWait(Lock lock, Place place, Remedy remedy, boolean limited) {
        super(lock, place, remedy, limited);
        this.lock = lock;
    }

    /// Not oneself: the lock is being handed over then.
    @Override
    @SuppressWarnings("ReferenceEquality") // the same, not an equal one
    protected List<Strand> targets() {
        Thread holder = lock.owner();
        return holder == strand().thread() ? List.of() : DeadlockWatch.waiting(holder);
    }
}
