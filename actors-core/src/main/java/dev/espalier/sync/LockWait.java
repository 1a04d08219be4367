package dev.espalier.sync;

import java.util.List;

/// A wait for a [Lock]: its holder must act.
final class LockWait extends WaitsFor {
    private final Lock lock;

    LockWait(Lock lock, Remedy remedy, boolean limited) {
        super(remedy, limited);
        this.lock = lock;
    }

    @Override
    protected List<Strand> targets() {
        return DeadlockWatch.waiting(lock.owner());
    }

    @Override
    protected String what() {
        return "waits for " + lock;
    }
}
