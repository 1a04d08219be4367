package dev.espalier.actor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The producers' side of a [TicketQueue]: where entries are let in, or refused.
///
/// It is an object of its own, so that what the consumer writes for each entry is not in the cache line that
/// producers write: for two processors that share a line the transfer of it is most of the cost of an entry.
///
/// A node carries how much *room* there is known to be after it. So a producer looks at what the consumer has
/// taken only once in [#LOOK] entries; and what was taken meanwhile can only make more room.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `head` | producers and closer, CAS | all | volatile |
/// | [Node]`.ticket`, `.room` | its producer before the CAS | all | plain, published by `head` |
class TicketGate {
    static final class Node {
        @Nullable
        Object entry;

        long ticket;
        /// How many entries may follow before a producer must look again.
        int room;

        @Nullable
        Node link;

        Node(@Nullable Object entry, long ticket, @Nullable Node link) {
            this.entry = entry;
            this.ticket = ticket;
            this.link = link;
        }
    }

    /// What became of a [#push].
    static final int REFUSED = -1;
    static final int NO_ROOM = 0;
    static final int LET_IN = 1;
    /// Let in, and [#LOOK] or more others wait before it; told once in so many.
    static final int LET_IN_CROWD = 2;

    static final Node ORIGIN = new Node(null, 0, null);
    static final int LOOK = 32;
    /// How long a producer stays away after the first CAS that has failed; twice as long after each more, so
    /// many times.
    private static final int SPINS = 8;

    private static final int MOST_BACK_OFF = 4;
    private static final long CLOSED = Long.MIN_VALUE;
    private static final VarHandle HEAD;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(TicketGate.class, "head", Node.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile Node head = ORIGIN;

    // Producers.

    /// Offers an entry if there is room.
    final int push(Object entry, TicketQueue queue) {
        Node fresh = null;
        int failures = 0;
        while (true) {
            Node now = head;
            int room = now.room;
            int told = LET_IN;
            if (room <= 0) {
                if (now.ticket < 0) {
                    return REFUSED;
                }
                long length = Math.max(0, now.ticket - queue.takenCount());
                room = (int) Math.min(LOOK, queue.bound() - length);
                if (room <= 0) {
                    return NO_ROOM;
                }
                told = length < LOOK ? LET_IN : LET_IN_CROWD;
            }
            fresh = nodeAfter(now, fresh, entry);
            fresh.room = room - 1;
            if (HEAD.compareAndSet(this, now, fresh)) {
                return told;
            }
            failures = backOff(failures);
        }
    }

    /// Another producer was faster: lets it send a few more, rather than to take the line from it at each
    /// entry.
    private static int backOff(int failures) {
        for (int i = SPINS << failures; i > 0; i--) {
            Thread.onSpinWait();
        }
        return Math.min(MOST_BACK_OFF, failures + 1);
    }

    /// The same, also if there is no room.
    ///
    /// @return the length with it; -1 if closed
    final long pushAnyway(Object entry, TicketQueue queue) {
        Node fresh = null;
        while (true) {
            Node now = head;
            if (now.ticket < 0) {
                return REFUSED;
            }
            long length = now.ticket - queue.takenCount();
            fresh = nodeAfter(now, fresh, entry);
            if (HEAD.compareAndSet(this, now, fresh)) {
                return length + 1;
            }
        }
    }

    private static Node nodeAfter(Node now, @Nullable Node made, Object entry) {
        if (made == null) {
            return new Node(entry, now.ticket + 1, now);
        }
        made.ticket = now.ticket + 1;
        made.link = now;
        return made;
    }

    // The closer.

    /// Refuses entries from now on. Idempotent.
    final void seal() {
        Node now = head;
        while (now.ticket >= 0 && !trySeal(now)) {
            now = head;
        }
    }

    /// The same, if no more than so many have been let in.
    ///
    /// @return whether it is closed
    final boolean sealAt(long tickets) {
        Node now = head;
        return now.ticket < 0 || (now.ticket == tickets && trySeal(now)) || isSealed(); // by another meanwhile
    }

    private boolean trySeal(Node now) {
        return HEAD.compareAndSet(this, now, new Node(null, now.ticket | CLOSED, now));
    }

    // Everybody.

    /// The newest node that is not the closing one.
    final Node newest() {
        Node now = head;
        return now.ticket < 0 ? Objects.requireNonNull(now.link) : now;
    }

    final boolean isSealed() {
        return head.ticket < 0;
    }

    /// How many entries have been let in.
    final long letIn() {
        return head.ticket & ~CLOSED;
    }
}
