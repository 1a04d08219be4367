package dev.espalier.profiling;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;

/// Lets the figures of actors that end move on to others, but never while somebody reads all figures.
///
/// *Problem.* Who reads the records of a tree one after the other would see the figures of an actor that ends meanwhile
/// twice, at the actor and at its parent, or not at all. Who ends an actor must not wait for him: it may be the thread
/// of the timer.
///
/// *Idea.* A move is put into a queue, and done by whoever can: at once, or by the reader when he has read.
///
/// 1. A move is done under the read lock, a reading under the write lock: they exclude each other.
/// 2. No move is left behind: who finds that somebody reads has put it in before, and a reader looks at the queue after
///    he has said that he reads no more.
/// 3. A reader comes to his turn however many actors end: while one waits, no move begins.
final class Moves {
    private static final StampedLock LOCK = new StampedLock();
    private static final AtomicInteger READERS = new AtomicInteger();
    private static final Queue<Runnable> LATE = new ConcurrentLinkedQueue<>();

    private Moves() {}

    /// Does it now, or when nobody reads any more. Does not wait.
    ///
    /// @param move must not throw, nor wait
    static void move(Runnable move) {
        LATE.add(move);
        moveAll();
    }

    private static void moveAll() {
        while (!LATE.isEmpty()) {
            long stamp = READERS.get() > 0 ? 0 : LOCK.tryReadLock();
            if (stamp == 0) {
                return; // invariant 2
            }
            try {
                runAll();
            } finally {
                LOCK.unlockRead(stamp);
            }
        }
    }

    private static void runAll() {
        for (Runnable next = LATE.poll(); next != null; next = LATE.poll()) {
            next.run();
        }
    }

    /// Reads while nothing moves; what has ended before has moved.
    static <T> T read(Supplier<T> reading) {
        READERS.incrementAndGet();
        try {
            long stamp = LOCK.writeLock();
            try {
                runAll();
                return reading.get();
            } finally {
                LOCK.unlockWrite(stamp);
            }
        } finally {
            READERS.decrementAndGet();
            moveAll();
        }
    }
}
