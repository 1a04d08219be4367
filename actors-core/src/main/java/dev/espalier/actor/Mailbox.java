package dev.espalier.actor;

import dev.espalier.actor.TicketGate.Node;
import dev.espalier.sync.Strand;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The data lane of one actor: many senders, one reader, a bound, a close that loses nothing, and figures that
/// add up. The entries are in the lock-free [TicketQueue]; this is what the actor's spec makes of them.
///
/// What most mailboxes never need is in [Incidents], made when the first of it happens.
///
/// | word | writer | reader | access |
/// |---|---|---|---|
/// | `processed` | the reader | all | release, volatile |
/// | `held` | the reader | all | opaque |
/// | `incidents` | whoever needs it first, CAS | all | volatile |
///
/// 1. Depth <= bound, but for sends let in to break a cycle, counted in `overBound`.
/// 2. A sender that found no room registers as waiting and looks again; the reader takes and then looks for
///    waiting ones. Once there has been one, the reader has a fence in between: one of them sees the other.
///    Before the first one it has none, so that nobody pays for what never happens: therefore a sender's first
///    wait, and only that, looks again after [#FIRST_LOOK]. The same holds for those that wait for fates. The
///    wake-up goes to all waiting, so none can swallow another's.
/// 3. A message that is dropped because there is no room is counted before the close or refused after it: the
///    closer closes the queue and then that count; a sender makes sure that there is a count, looks whether the
///    queue is open and then counts by CAS. So the figures do not change after the close.
/// 4. With DROP_OLDEST, senders take, too: then all takes are under a lock.
final class Mailbox extends TicketQueue {
    /// How long the first wait for a mailbox lasts at most: 1 ms.
    static final long FIRST_LOOK = 1_000_000L;

    private static final VarHandle PROCESSED;
    private static final VarHandle HELD;
    private static final VarHandle INCIDENTS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PROCESSED = lookup.findVarHandle(Mailbox.class, "processed", long.class);
            HELD = lookup.findVarHandle(Mailbox.class, "held", int.class);
            INCIDENTS = lookup.findVarHandle(Mailbox.class, "incidents", Incidents.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// What became of an offer.
    enum Offer {
        ACCEPTED,
        /// Accepted, and a number of others wait before it.
        CROWDED,
        /// Accepted after an older one was dropped.
        DISPLACED,
        FULL,
        DROPPED,
        CLOSED
    }

    final MailboxSpec spec;
    private volatile long processed;

    @SuppressWarnings("UnusedVariable") // by its handle
    private int held;

    private volatile @Nullable Incidents incidents;

    /// One that belongs to no actor.
    Mailbox(MailboxSpec spec) {
        this(spec, new TicketGate());
    }

    Mailbox(MailboxSpec spec, TicketGate gate) {
        super(gate);
        this.spec = spec;
        if (spec.priority != null || spec.overflow == Overflow.DROP_OLDEST) {
            incidents();
        }
    }

    /// The message of a mailbox entry.
    static Object message(Object entry) {
        Object opened = Sampled.opened(entry);
        return opened instanceof Asked asked ? asked.message : opened;
    }

    private Incidents incidents() {
        Incidents now = incidents;
        if (now == null) {
            INCIDENTS.compareAndSet(this, null, new Incidents(spec));
            now = Objects.requireNonNull(incidents);
        }
        return now;
    }

    // Senders.

    /// Offers an entry. FULL only if the policy is BLOCK or FAIL; with `force` never.
    Offer offer(Object entry, boolean force) {
        int told = gate().push(entry, this);
        return told == TicketGate.LET_IN ? Offer.ACCEPTED : other(told, entry, force);
    }

    /// What an offer means that was not simply let in.
    Offer other(int told, Object entry, boolean force) {
        if (told != TicketGate.NO_ROOM) {
            return told == TicketGate.REFUSED ? Offer.CLOSED : Offer.CROWDED;
        }
        if (force) {
            return offerAbove(entry);
        }
        return switch (spec.overflow) {
            case BLOCK, FAIL -> Offer.FULL;
            case DROP_NEWEST -> incidents().tryCountDropped(this) ? Offer.DROPPED : Offer.CLOSED;
            case DROP_OLDEST -> {
                dropOldest();
                Offer second = offer(entry, false);
                yield second == Offer.CLOSED ? second : Offer.DISPLACED;
            }
        };
    }

    private Offer offerAbove(Object entry) {
        long length = gate().pushAnyway(entry, this);
        if (length > spec.bound) {
            incidents().countOverBound();
        }
        return length < 0 ? Offer.CLOSED : Offer.ACCEPTED;
    }

    @Override
    long bound() {
        return spec.bound;
    }

    boolean isFull() {
        return depth() >= spec.bound;
    }

    /// Whether an offer would find room, or the close.
    boolean hasRoomOrClosed() {
        return isClosed() || depth() < spec.bound;
    }

    /// Offers an entry only if there is room at this moment, whatever the policy.
    Told offerIfRoom(Object entry) {
        int told = gate().push(entry, this);
        return told > 0 ? Told.ACCEPTED : told < 0 ? Told.CLOSED : Told.FULL;
    }

    void addWaiting(WaitEdge edge) {
        incidents().senders().add(edge);
    }

    /// See [WaitingSenders#letIn].
    long letIn(WaitEdge send, long now) {
        return incidents().senders().letIn(send, now);
    }

    void removeWaiting(WaitEdge edge) {
        incidents().senders().remove(edge);
    }

    /// Counts a message that came after the close.
    void countLate() {
        incidents().countLate();
    }

    private void dropOldest() {
        Incidents all = incidents();
        all.takes.lock();
        try {
            Object oldest = isFull() && !isClosed() ? take() : null;
            if (oldest != null) {
                all.countDropped();
                if (Sampled.opened(oldest) instanceof Asked asked) {
                    asked.abort(new MailboxFullException("The request was dropped from a full mailbox", null));
                }
            }
        } finally {
            all.takes.unlock();
        }
    }

    // The reader.

    /// Whether entries come out as they went in, and nobody but the reader takes any.
    boolean isPlain() {
        return spec.isPlain;
    }

    /// The next entry of one that [#isPlain], in its node, to be taken out of it when it has met its fate;
    /// null if there is none.
    @Nullable
    Node pollNode() {
        Node node = takeNode();
        Incidents all = incidents;
        if (node != null && all != null) {
            wakeSenders(all);
        }
        return node;
    }

    /// The next entry; null if there is none.
    @Nullable
    Object poll() {
        Incidents all = incidents;
        if (all == null) {
            return take();
        }
        Object entry = pollWith(all);
        if (entry != null) {
            wakeSenders(all);
        }
        return entry;
    }

    private @Nullable Object pollWith(Incidents all) {
        if (all.ranked != null) {
            return all.ranked.next(this);
        }
        if (spec.overflow != Overflow.DROP_OLDEST) {
            return take();
        }
        all.takes.lock();
        try {
            return take();
        } finally {
            all.takes.unlock();
        }
    }

    /// For how long it has been full, as senders have noticed.
    long fullFor(long now) {
        return incidents().fullFor(now);
    }

    /// Whether this is the first warning of the episode.
    boolean startWarning() {
        return incidents().startWarning();
    }

    /// Wakes the waiting senders once there is room worth waking for: looks now and then, and when it is empty.
    private void wakeSenders(Incidents all) {
        if ((takenCount() & spec.lookMask) == 0 || !hasNext()) {
            VarHandle.fullFence(); // invariant 2
            if (depth() <= spec.bound / 2) {
                all.roomAgain();
            }
        }
    }

    /// Whether a poll would find something.
    boolean hasNext() {
        Incidents all = incidents;
        return hasEntry() || (all != null && all.ranked != null && !all.ranked.isEmpty());
    }

    /// Closes and lets waiting senders see it. Idempotent.
    void close() {
        seal();
        Incidents all = incidents;
        if (all != null) {
            all.endDrops();
            all.wakeSenders();
        }
    }

    /// Closes if no message waits, and no sender for room: one decision, the CAS. After the close it has
    /// nothing to do.
    ///
    /// @return whether it is closed
    boolean closeIfEmpty() {
        Incidents all = incidents;
        if (!isClosed() && ((all != null && all.hasWaitingSenders()) || !sealIfEmpty())) {
            return false;
        }
        close();
        return true;
    }

    void countProcessed(long n) {
        processed((long) PROCESSED.get(this) + n);
    }

    /// How many were handled; for the reader.
    long processed() {
        return (long) PROCESSED.get(this);
    }

    void processed(long total) {
        PROCESSED.setRelease(this, total);
        wakeSettledWaiters();
    }

    /// @param leftOver whether it was still in the mailbox at the end
    void countDead(boolean leftOver) {
        incidents().countDead(leftOver);
        wakeSettledWaiters();
    }

    void addSettledWaiter(Strand strand) {
        incidents().settledWaiters().add(strand);
    }

    void removeSettledWaiter(Strand strand) {
        incidents().settledWaiters().remove(strand);
    }

    void wakeSettledWaiters() {
        Incidents all = incidents;
        if (all != null) {
            all.wakeSettledWaiters();
        }
    }

    // Everybody.

    /// Messages that have met their fate.
    long settled() {
        Incidents all = incidents;
        long done = processed;
        return all == null ? done : done + all.dead() + (spec.overflow == Overflow.DROP_OLDEST ? all.dropped() : 0);
    }

    /// How many were still in the mailbox at the end.
    long leftOver() {
        Incidents all = incidents;
        return all == null ? 0 : all.leftOver();
    }

    /// Without the messages that came after the close.
    Ledger ledgerBeforeClose() {
        return ledger(false);
    }

    Ledger ledger() {
        return ledger(true);
    }

    private Ledger ledger(boolean withLate) {
        Incidents all = incidents;
        long fates = processed;
        if (all == null) {
            long tickets = tickets();
            return new Ledger(tickets, fates, 0, 0, depth() + held(), 0);
        }
        long after = withLate ? all.late() : 0;
        long letters = all.dead();
        long lost = all.dropped();
        long beforeTicket = spec.overflow == Overflow.DROP_NEWEST ? lost : 0;
        long tickets = tickets();
        // Not from the depth alone: a message in hand or stashed is taken but has not met its fate yet.
        long queued = depth() + held();
        return new Ledger(tickets + beforeTicket + after, fates, letters + after, lost, queued, all.overBound());
    }

    private int held() {
        return (int) HELD.getOpaque(this);
    }

    /// Messages taken out that still wait for their fate: in hand, stashed, kept for a retry. Written by the
    /// reader.
    void held(int n) {
        HELD.setOpaque(this, n);
    }
}
