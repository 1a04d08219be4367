package dev.espalier.actor;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;

/// The last failures of a system; thread-safe.
final class LastFailures {
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Failure> last = new ArrayDeque<>();

    LastFailures(int most) {
        this.most = most;
    }

    void add(Failure failure) {
        lock.lock();
        try {
            last.add(failure);
            if (last.size() > most) {
                last.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }

    Failures all() {
        lock.lock();
        try {
            return new Failures(last);
        } finally {
            lock.unlock();
        }
    }
}
