package dev.espalier.actor;

import dev.espalier.actor.TicketGate.Node;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// A queue of many producers and one consumer in which the place of an entry, the length and the end are decided
/// by one CAS. The part of a [Mailbox] that is lock-free: here the consumer's side, in [TicketGate] the producers'.
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
/// | `taken` | consumer | all | release, volatile |
/// | `first`, `tail`, [TicketGate.Node]`.link` once pushed | consumer | consumer | plain |
///
/// Linearization points: of an offer and of the close, the CAS on `head`; of a take, the write of `taken`.
///
/// 1. Tickets grow by one along the stack: the CAS that pushes a node succeeds only on the node whose ticket it
///    has counted on.
/// 2. `head.ticket - taken` is the length, and every entry with a ticket can be taken: it came with the CAS.
/// 3. No node is pushed onto a closed head.
/// 4. Producers read no links, and of nodes only ticket and room of the head; so the consumer may turn the links of
///    all nodes around but the head's own, which it only reads if the head is the closing node.
/// 5. The length never grows over the bound: the room that a node carries was there when a producer looked, and
///    each node after it carries one less.
///
/// If a producer stalls before its CAS, it has sent nothing. If the consumer stalls, entries wait.
/// *Memory.* The newest node is kept, without its entry; the first one is shared by all queues.
/// *Not guaranteed.* Progress of one producer among many: its CAS may fail again and again while others succeed.
/// *Source.* A stack that its consumer turns around is the way of many mailboxes, Erlang's among them; the
/// ticket in the node is ours.
abstract class TicketQueue {
    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(TicketQueue.class, "taken", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final TicketGate gate;
    private volatile long taken;
    private @Nullable Node first;
    private Node tail = TicketGate.ORIGIN;

    TicketQueue(TicketGate gate) {
        this.gate = gate;
    }

    /// How many entries may wait.
    abstract long bound();

    /// Where producers go.
    final TicketGate gate() {
        return gate;
    }

    // The closer.

    /// Refuses entries from now on. Idempotent.
    final void seal() {
        gate.seal();
    }

    /// The same, if nothing waits.
    ///
    /// @return whether it is closed
    final boolean sealIfEmpty() {
        return gate.sealAt(taken);
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
        Node now = gate.newest();
        return now == null ? tail : now;
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
        return gate.isSealed();
    }

    /// How many entries have been let in.
    final long tickets() {
        return gate.letIn();
    }

    final long takenCount() {
        return taken;
    }

    final long depth() {
        return tickets() - taken;
    }
}
