package dev.espalier.actor;

import dev.espalier.sync.Strand;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jctools.queues.varhandle.unpadded.MpscLinkedVarHandleUnpaddedQueue;
import org.jspecify.annotations.Nullable;

/// The data lane of one actor: many senders, one reader, a bound, a close that loses nothing.
///
/// *Problem.* A message must be either handled or a dead letter, also if it is sent at the very moment of the
/// close; the bound must hold; the figures must add up.
///
/// *Idea.* A sender first takes a ticket, then puts the message into an unbounded lock-free queue. The tickets
/// are the word `accepted`: the number of tickets given, and one bit that says closed. Both in one word, so
/// "still open" and "one more" are one decision. The reader counts what it takes out; depth = accepted - taken.
///
/// | word | bits | writer | reader | access |
/// |---|---|---|---|---|
/// | `accepted` | 63: closed; 0–62: tickets given | senders (CAS, +1), the closer (sets the bit) | all | volatile |
/// | `taken` | messages out of the queue | the reader; with DROP_OLDEST also senders, under `dropLock` | all | volatile
/// |
/// | `processed`, `dead` | fates | the reader | all | opaque |
/// | `dropped`, `late`, `overBound` | fates decided by senders | senders (+1) | all | volatile |
///
/// Linearization points: of a send, the CAS on `accepted`; of the close, the CAS that sets the bit.
///
/// 1. A ticket taken before the close is followed by its message in the queue, after it by none: the closer
///    takes out exactly `accepted - taken` messages ([#pollTicketed]) and nothing is left.
/// 2. `accepted - taken <= bound`, but for sends let in to break a cycle, counted in `overBound`.
/// 3. A sender that found no room registers in `waiting` and looks again; the reader writes `taken` and then
///    looks at `waiting`. Both are volatile, so one of them sees the other: no wake-up is lost. A sender that
///    dies waiting takes its entry out; the wake-up goes to all waiting, so none can swallow another's.
///
/// If a sender stalls between ticket and message, the reader sees the queue as empty until the message comes;
/// the closer waits for it. The sender cannot park or be cancelled in between.
final class Mailbox {
    private static final long CLOSED = Long.MIN_VALUE;
    private static final VarHandle ACCEPTED;
    private static final VarHandle DROPPED;
    private static final VarHandle LATE;
    private static final VarHandle OVER;
    private static final VarHandle WARNED;
    private static final VarHandle WAITING;
    private static final VarHandle SETTLED_WAITERS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ACCEPTED = lookup.findVarHandle(Mailbox.class, "accepted", long.class);
            DROPPED = lookup.findVarHandle(Mailbox.class, "dropped", long.class);
            LATE = lookup.findVarHandle(Mailbox.class, "late", long.class);
            OVER = lookup.findVarHandle(Mailbox.class, "overBound", long.class);
            WARNED = lookup.findVarHandle(Mailbox.class, "warned", boolean.class);
            WAITING = lookup.findVarHandle(Mailbox.class, "waiting", WaitingSenders.class);
            SETTLED_WAITERS = lookup.findVarHandle(Mailbox.class, "settledWaiters", Queue.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// What became of an offer.
    enum Offer {
        ACCEPTED,
        FULL,
        DROPPED,
        CLOSED
    }

    private record Ranked(Object entry, long arrival) {}

    final MailboxSpec spec;
    private final Queue<Object> queue = new MpscLinkedVarHandleUnpaddedQueue<>();
    private final @Nullable PriorityQueue<Ranked> ranked;
    private final @Nullable ReentrantLock dropLock;
    private volatile long accepted;
    private volatile long taken;
    private volatile long processed;
    private volatile long dead;
    private volatile long dropped;
    private volatile long late;
    private volatile long overBound;
    private volatile @Nullable WaitingSenders waiting;
    private volatile @Nullable Queue<Strand> settledWaiters;
    private volatile long fullSince;
    private volatile boolean warned;
    private volatile long held;
    private long arrivals;

    Mailbox(MailboxSpec spec) {
        this.spec = spec;
        var order = spec.priority;
        ranked = order == null
                ? null
                : new PriorityQueue<>((a, b) -> {
                    int byRank = order.compare(message(a.entry), message(b.entry));
                    return byRank != 0 ? byRank : Long.compare(a.arrival, b.arrival);
                });
        dropLock = spec.overflow == Overflow.DROP_OLDEST ? new ReentrantLock() : null;
    }

    /// The message of a mailbox entry.
    static Object message(Object entry) {
        return entry instanceof Asked asked ? asked.message : entry;
    }

    // Senders.

    /// Offers an entry. FULL only if the policy is BLOCK or FAIL; with `force` never.
    Offer offer(Object entry, boolean force) {
        while (true) {
            long now = accepted;
            if (now < 0) {
                return Offer.CLOSED;
            }
            boolean over = now - taken >= spec.bound;
            if (over && !force) {
                switch (spec.overflow) {
                    case BLOCK, FAIL -> {
                        return Offer.FULL;
                    }
                    case DROP_NEWEST -> {
                        DROPPED.getAndAdd(this, 1L);
                        return Offer.DROPPED;
                    }
                    case DROP_OLDEST -> {
                        dropOldest();
                        continue;
                    }
                }
            }
            if (ACCEPTED.compareAndSet(this, now, now + 1)) {
                if (over) {
                    OVER.getAndAdd(this, 1L);
                }
                queue.offer(entry);
                return Offer.ACCEPTED;
            }
        }
    }

    boolean isFull() {
        return depth() >= spec.bound;
    }

    /// Whether an offer would find room, or the close.
    boolean hasRoomOrClosed() {
        long now = accepted;
        return now < 0 || now - taken < spec.bound;
    }

    /// Offers an entry only if there is room at this moment, whatever the policy.
    Told offerIfRoom(Object entry) {
        while (true) {
            long now = accepted;
            if (now < 0) {
                return Told.CLOSED;
            }
            if (now - taken >= spec.bound) {
                return Told.FULL;
            }
            if (ACCEPTED.compareAndSet(this, now, now + 1)) {
                queue.offer(entry);
                return Told.ACCEPTED;
            }
        }
    }

    void addWaiting(WaitEdge edge) {
        senders().add(edge);
    }

    private WaitingSenders senders() {
        if (waiting == null) {
            WAITING.compareAndSet(this, null, new WaitingSenders());
        }
        return Objects.requireNonNull(waiting);
    }

    /// See [WaitingSenders#letIn].
    long letIn(WaitEdge send, long now) {
        return senders().letIn(send, now);
    }

    void removeWaiting(WaitEdge edge) {
        WaitingSenders all = waiting;
        if (all != null) {
            all.remove(edge);
        }
    }

    /// Counts a message that came after the close.
    void countLate() {
        LATE.getAndAdd(this, 1L);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    private void dropOldest() {
        ReentrantLock lock = dropLock;
        if (lock == null) {
            return;
        }
        lock.lock();
        try {
            long now = accepted;
            if (now >= 0 && now - taken >= spec.bound) {
                Object oldest = queue.poll();
                if (oldest != null) {
                    taken++;
                    DROPPED.getAndAdd(this, 1L);
                    if (oldest instanceof Asked asked) {
                        asked.abort(new MailboxFullException("The request was dropped from a full mailbox", null));
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    // The reader.

    /// The next entry; null if there is none (yet).
    @Nullable
    Object poll() {
        Object entry = pollQueue();
        if (entry != null) {
            wakeSenders();
        }
        return entry;
    }

    private @Nullable Object pollQueue() {
        PriorityQueue<Ranked> byRank = ranked;
        if (byRank != null) {
            for (Object e = queue.poll(); e != null; e = queue.poll()) {
                byRank.add(new Ranked(e, arrivals++));
            }
            Ranked first = byRank.poll();
            if (first == null) {
                return null;
            }
            setTaken();
            return first.entry;
        }
        ReentrantLock lock = dropLock;
        if (lock == null) {
            Object entry = queue.poll();
            if (entry != null) {
                setTaken();
            }
            return entry;
        }
        lock.lock();
        try {
            Object entry = queue.poll();
            if (entry != null) {
                setTaken();
            }
            return entry;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time
    private void setTaken() {
        taken++;
    }

    /// For how long it has been full, as senders have noticed.
    long fullFor(long now) {
        long since = fullSince;
        if (since == 0) {
            fullSince = now == 0 ? 1 : now;
            return 0;
        }
        return now - since;
    }

    /// Whether this is the first warning of the episode.
    boolean startWarning() {
        return WARNED.compareAndSet(this, false, true);
    }

    /// The reader has emptied half of it: the episode is over.
    private void endEpisode() {
        if (fullSince != 0) {
            fullSince = 0;
        }
        if (warned) {
            warned = false;
        }
    }

    /// Wakes the waiting senders once there is room worth waking for.
    private void wakeSenders() {
        WaitingSenders all = waiting;
        if ((all != null || fullSince != 0 || warned) && depth() <= spec.bound / 2) {
            endEpisode();
            if (all != null) {
                all.wakeAll();
            }
        }
    }

    /// Whether a poll would find something. An entry whose ticket is taken but which has not arrived does not
    /// count.
    boolean hasNext() {
        return !queue.isEmpty() || (ranked != null && !ranked.isEmpty());
    }

    /// Closes and lets waiting senders see it. Idempotent.
    void close() {
        ACCEPTED.getAndBitwiseOr(this, CLOSED);
        WaitingSenders all = waiting;
        if (all != null) {
            all.wakeAll();
        }
    }

    /// Closes if no ticket is out whose message has not been taken, and no sender waits for room: one decision,
    /// the CAS. After the close it has nothing to do.
    ///
    /// @return whether it is closed
    boolean closeIfEmpty() {
        long now = accepted;
        if (now < 0) {
            return true;
        }
        WaitingSenders all = waiting;
        return now == taken && (all == null || all.isEmpty()) && ACCEPTED.compareAndSet(this, now, now | CLOSED);
    }

    /// After the close: the next entry whose ticket was taken before; waits for it if its sender is still on
    /// the way. Null when all are out.
    @Nullable
    Object pollTicketed() {
        while (depth() > 0) {
            Object entry = pollQueue();
            if (entry != null) {
                return entry;
            }
            Thread.onSpinWait();
        }
        return null;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time
    void countProcessed(long n) {
        processed += n;
        wakeSettledWaiters();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time
    void countDead() {
        dead++;
        wakeSettledWaiters();
    }

    void addSettledWaiter(Strand strand) {
        Queue<Strand> all = settledWaiters;
        if (all == null) {
            SETTLED_WAITERS.compareAndSet(this, null, new ConcurrentLinkedQueue<Strand>());
            all = settledWaiters;
        }
        if (all != null) {
            all.add(strand);
        }
    }

    void removeSettledWaiter(Strand strand) {
        Queue<Strand> all = settledWaiters;
        if (all != null) {
            all.remove(strand);
        }
    }

    void wakeSettledWaiters() {
        Queue<Strand> all = settledWaiters;
        if (all != null) {
            all.forEach(Strand::unpark);
        }
    }

    // Everybody.

    boolean isClosed() {
        return accepted < 0;
    }

    long tickets() {
        return accepted & ~CLOSED;
    }

    long takenCount() {
        return taken;
    }

    long depth() {
        return (accepted & ~CLOSED) - taken;
    }

    /// Messages that have met their fate.
    long settled() {
        return processed + dead + droppedAfterTicket();
    }

    private long droppedAfterTicket() {
        return spec.overflow == Overflow.DROP_OLDEST ? dropped : 0;
    }

    /// Without the messages that came after the close.
    Ledger ledgerBeforeClose() {
        return ledger(0);
    }

    Ledger ledger() {
        return ledger(late);
    }

    private Ledger ledger(long after) {
        long fates = processed;
        long letters = dead;
        long lost = dropped;
        long beforeTicket = spec.overflow == Overflow.DROP_NEWEST ? lost : 0;
        long tickets = tickets();
        // Not from the depth alone: a message in hand or stashed is taken but has not met its fate yet.
        long queued = depth() + held;
        return new Ledger(tickets + beforeTicket + after, fates, letters + after, lost, queued, overBound);
    }

    /// Messages taken out that still wait for their fate: in hand, stashed, kept for a retry. Written by the
    /// reader.
    void held(long n) {
        held = n;
    }
}
