package dev.espalier.sync;

import java.util.IdentityHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Strands by their thread, in parts that each have a lock. Not a `ConcurrentHashMap`: that is `synchronized` inside,
/// and before 25.0.4 a green thread that is blocked at a monitor can be forgotten (JDK-8373120).
final class StrandRoll {
    private static final int PARTS = 64;

    private static final class Part {
        final ReentrantLock lock = new ReentrantLock();
        final IdentityHashMap<Thread, Strand> strands = new IdentityHashMap<>(4);
    }

    private final Part[] parts = new Part[PARTS];

    StrandRoll() {
        for (int i = 0; i < PARTS; i++) {
            parts[i] = new Part();
        }
    }

    private Part part(Thread thread) {
        int hash = System.identityHashCode(thread);
        return parts[(hash ^ (hash >>> 16)) & (PARTS - 1)];
    }

    void put(Strand strand) {
        Part part = part(strand.thread());
        part.lock.lock();
        try {
            part.strands.put(strand.thread(), strand);
        } finally {
            part.lock.unlock();
        }
    }

    void remove(Strand strand) {
        Part part = part(strand.thread());
        part.lock.lock();
        try {
            part.strands.remove(strand.thread());
        } finally {
            part.lock.unlock();
        }
    }

    @Nullable
    Strand get(Thread thread) {
        Part part = part(thread);
        part.lock.lock();
        try {
            return part.strands.get(thread);
        } finally {
            part.lock.unlock();
        }
    }

    int size() {
        int size = 0;
        for (Part each : parts) {
            each.lock.lock();
            try {
                size += each.strands.size();
            } finally {
                each.lock.unlock();
            }
        }
        return size;
    }
}
