package dev.espalier.actor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// A queue of many producers and one consumer in which the place of an entry, the length and the end are decided
/// by one CAS. The part of a [Mailbox] that is lock-free.
///
/// *Problem.* A message must be either taken or refused, also if it is sent at the very moment of the close; the
/// bound must hold; an idle actor must not pay for it.
///
/// *Idea.* Producers push nodes onto a stack. Each node has a *ticket*: how many entries there have been with
/// it. The consumer takes all that is new at once, without an atomic operation: it reads the head, and turns
/// the links around down to the newest node that it has seen before. A close is a node, too, with a negative
/// ticket; nothing can be pushed onto it.
///
/// `head -> n5 -> n4 -> n3 (tail)`: new are n4 and n5. After the turn: `first = n4 -> n5 (tail)`.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `head` | producers and closer, CAS | all | volatile |
/// | `taken` | consumer | all | release, volatile |
/// | `first`, `tail`, [Node]`.link` once pushed | consumer | consumer | plain |
/// | [Node]`.ticket` | its producer before the CAS | all | plain, published by `head` |
///
/// Linearization points: of an offer and of the close, the CAS on `head`; of a take, the write of `taken`.
///
/// 1. Tickets grow by one along the stack: the CAS that pushes a node succeeds only on the node whose ticket it
///    has counted on.
/// 2. `head.ticket - taken` is the length, and every entry with a ticket can be taken: it came with the CAS.
/// 3. No node is pushed onto a closed head.
/// 4. Producers read no links, and of nodes only the ticket of the head; so the consumer may turn the links of
///    all nodes around but the head's own, which it only reads if the head is the closing node.
///
/// If a producer stalls before its CAS, it has sent nothing. If the consumer stalls, entries wait.
/// *Memory.* The newest node is kept, without its entry; the first one is shared by all queues.
/// *Not guaranteed.* Progress of one producer among many: its CAS may fail again and again while others succeed.
/// *Source.* A stack that its consumer turns around is the way of many mailboxes, Erlang's among them; the
/// ticket in the node is ours.
abstract class TicketQueue {
    private static final class Node {
        @Nullable
        Object entry;

        long ticket;

        @Nullable
        Node link;

        Node(@Nullable Object entry, long ticket, @Nullable Node link) {
            this.entry = entry;
            this.ticket = ticket;
            this.link = link;
        }
    }

    private static final long CLOSED = Long.MIN_VALUE;
    private static final Node ORIGIN = new Node(null, 0, null);
    private static final VarHandle HEAD;
    private static final VarHandle TAKEN;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(TicketQueue.class, "head", Node.class);
            TAKEN = lookup.findVarHandle(TicketQueue.class, "taken", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile Node head = ORIGIN;
    private volatile long taken;
    private @Nullable Node first;
    private Node tail = ORIGIN;

    // Producers.

    /// Offers an entry while fewer than `bound` wait.
    ///
    /// @return the length with it; 0 if there is no room; -1 if closed
    final long push(Object entry, long bound) {
        Node fresh = null;
        while (true) {
            Node now = head;
            long tickets = now.ticket;
            if (tickets < 0) {
                return -1;
            }
            long length = tickets - taken;
            if (length >= bound) {
                return 0;
            }
            if (fresh == null) {
                fresh = new Node(entry, tickets + 1, now);
            } else {
                fresh.ticket = tickets + 1;
                fresh.link = now;
            }
            if (HEAD.compareAndSet(this, now, fresh)) {
                return length + 1;
            }
        }
    }

    // The closer.

    /// Refuses entries from now on. Idempotent.
    final void seal() {
        Node now = head;
        while (now.ticket >= 0 && !trySeal(now)) {
            now = head;
        }
    }

    /// The same, if nothing waits.
    ///
    /// @return whether it is closed
    final boolean sealIfEmpty() {
        Node now = head;
        return now.ticket < 0 || (now.ticket == taken && trySeal(now));
    }

    private boolean trySeal(Node now) {
        return HEAD.compareAndSet(this, now, new Node(null, now.ticket | CLOSED, now));
    }

    // The consumer.

    /// Takes the oldest entry; null if there is none.
    @Nullable
    final Object take() {
        Object entry = next();
        if (entry != null) {
            countTaken();
        }
        return entry;
    }

    /// Counts an entry that [#next] has given out as taken.
    final void countTaken() {
        TAKEN.setRelease(this, (long) TAKEN.get(this) + 1);
    }

    /// As [#take], but the entry still counts as waiting, until [#countTaken].
    @Nullable
    final Object next() {
        Node oldest = first;
        if (oldest == null) {
            Node newest = newest();
            if (newest == tail) {
                return null;
            }
            oldest = turnAround(newest);
            tail = newest;
        }
        Object entry = oldest.entry;
        first = oldest.link;
        oldest.entry = null;
        oldest.link = null; // a dead node must not keep those after it alive
        return entry;
    }

    private Node newest() {
        Node now = head;
        Node below = now.ticket < 0 ? now.link : now;
        return below == null ? tail : below;
    }

    /// Turns the links from the newest node down to the tail around.
    ///
    /// @return the oldest of them
    private Node turnAround(Node newest) {
        Node younger = null;
        Node at = newest;
        while (true) {
            Node older = at.link;
            at.link = younger;
            if (older == tail || older == null) {
                return at;
            }
            younger = at;
            at = older;
        }
    }

    /// Whether [#take] would find something; for others than the consumer a guess.
    final boolean hasEntry() {
        return first != null || newest() != tail;
    }

    // Everybody.

    final boolean isClosed() {
        return head.ticket < 0;
    }

    /// How many entries have been let in.
    final long tickets() {
        return head.ticket & ~CLOSED;
    }

    final long takenCount() {
        return taken;
    }

    final long depth() {
        return tickets() - taken;
    }
}
