package dev.espalier.actor;

import dev.espalier.sync.Strand;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Comparator;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What most mailboxes never need: senders that wait, drops, dead letters, warnings, an order by priority.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `dropped` | senders, +1; bit 63: the closer | all | CAS |
/// | `late`, `overBound` | senders, +1 | all | volatile |
/// | `dead`, `leftOver` | the reader of the mailbox | all | volatile |
/// | `fullSince`, `warned` | senders; the reader ends the episode | all | volatile, CAS |
/// | `senders`, `settledWaiters` | whoever waits first, CAS | all | volatile |
final class Incidents {
    /// The messages of one mailbox, the smallest first. For the reader only.
    static final class Ranked {
        private record Arrived(Object entry, long arrival) {}

        private final PriorityQueue<Arrived> queue;
        private long arrivals;
        private volatile boolean empty = true;

        private Ranked(Comparator<Object> order) {
            queue = new PriorityQueue<>((a, b) -> {
                int byRank = order.compare(Mailbox.message(a.entry), Mailbox.message(b.entry));
                return byRank != 0 ? byRank : Long.compare(a.arrival, b.arrival);
            });
        }

        @Nullable
        Object next(TicketQueue lane) {
            for (Object each = lane.next(); each != null; each = lane.next()) {
                queue.add(new Arrived(each, arrivals++));
            }
            Arrived best = queue.poll();
            empty = queue.isEmpty();
            if (best == null) {
                return null;
            }
            lane.countTaken();
            return best.entry;
        }

        boolean isEmpty() {
            return empty;
        }
    }

    private static final long NO_MORE = Long.MIN_VALUE;
    private static final VarHandle DROPPED;
    private static final VarHandle LATE;
    private static final VarHandle OVER;
    private static final VarHandle WARNED;
    private static final VarHandle SENDERS;
    private static final VarHandle SETTLED_WAITERS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            DROPPED = lookup.findVarHandle(Incidents.class, "dropped", long.class);
            LATE = lookup.findVarHandle(Incidents.class, "late", long.class);
            OVER = lookup.findVarHandle(Incidents.class, "overBound", long.class);
            WARNED = lookup.findVarHandle(Incidents.class, "warned", boolean.class);
            SENDERS = lookup.findVarHandle(Incidents.class, "senders", WaitingSenders.class);
            SETTLED_WAITERS = lookup.findVarHandle(Incidents.class, "settledWaiters", Queue.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final @Nullable Ranked ranked;
    /// Guards all takes of a mailbox in which senders take, too.
    final ReentrantLock takes = new ReentrantLock();

    private volatile long dead;
    private volatile long leftOver;
    private volatile long dropped;
    private volatile long late;
    private volatile long overBound;
    private volatile long fullSince;
    private volatile boolean warned;
    private volatile @Nullable WaitingSenders senders;
    private volatile @Nullable Queue<Strand> settledWaiters;

    Incidents(MailboxSpec spec) {
        ranked = spec.priority == null ? null : new Ranked(spec.priority);
    }

    /// Counts a message that was taken out again to make room; under the lock.
    void countDropped() {
        DROPPED.getAndAdd(this, 1L);
    }

    /// Counts a message that found no room, unless the mailbox is closed.
    boolean tryCountDropped(TicketQueue lane) {
        long now = lane.isClosed() ? NO_MORE : dropped;
        while (now >= 0) {
            if (DROPPED.compareAndSet(this, now, now + 1)) {
                return true;
            }
            now = dropped;
        }
        return false;
    }

    /// The mailbox is closed: no drop is counted any more.
    void endDrops() {
        DROPPED.getAndBitwiseOr(this, NO_MORE);
    }

    void countLate() {
        LATE.getAndAdd(this, 1L);
    }

    void countOverBound() {
        OVER.getAndAdd(this, 1L);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time
    void countDead(boolean atTheEnd) {
        if (atTheEnd) {
            leftOver++;
        }
        dead++;
    }

    long leftOver() {
        return leftOver;
    }

    long dead() {
        return dead;
    }

    long dropped() {
        return dropped & ~NO_MORE;
    }

    long late() {
        return late;
    }

    long overBound() {
        return overBound;
    }

    // A mailbox that stays full.

    long fullFor(long now) {
        long since = fullSince;
        if (since == 0) {
            fullSince = now == 0 ? 1 : now;
            return 0;
        }
        return now - since;
    }

    boolean startWarning() {
        return WARNED.compareAndSet(this, false, true);
    }

    /// The reader has emptied half of it: the episode is over.
    void roomAgain() {
        if (fullSince != 0) {
            fullSince = 0;
        }
        if (warned) {
            warned = false;
        }
        wakeSenders();
    }

    // Who waits.

    WaitingSenders senders() {
        WaitingSenders now = senders;
        if (now == null) {
            SENDERS.compareAndSet(this, null, new WaitingSenders());
            now = Objects.requireNonNull(senders);
        }
        return now;
    }

    boolean hasWaitingSenders() {
        WaitingSenders now = senders;
        return now != null && !now.isEmpty();
    }

    void wakeSenders() {
        WaitingSenders now = senders;
        if (now != null) {
            now.wakeAll();
        }
    }

    Queue<Strand> settledWaiters() {
        Queue<Strand> now = settledWaiters;
        if (now == null) {
            SETTLED_WAITERS.compareAndSet(this, null, new ConcurrentLinkedQueue<Strand>());
            now = Objects.requireNonNull(settledWaiters);
        }
        return now;
    }

    void wakeSettledWaiters() {
        Queue<Strand> now = settledWaiters;
        if (now != null) {
            VarHandle.fullFence(); // invariant 2 of the mailbox
            now.forEach(Strand::unpark);
        }
    }
}
