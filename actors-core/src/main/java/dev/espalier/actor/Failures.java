package dev.espalier.actor;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// The last failures of a system; thread-safe.
final class Failures {
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Failure> last = new ArrayDeque<>();

    Failures(int most) {
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

    List<Failure> all() {
        lock.lock();
        try {
            return List.copyOf(last);
        } finally {
            lock.unlock();
        }
    }
}
