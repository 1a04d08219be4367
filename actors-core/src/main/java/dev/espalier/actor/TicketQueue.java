package dev.espalier.actor;

import dev.espalier.actor.TicketGate.Node;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A queue of many producers and one consumer in which the place of an entry, the length and the end are
/// decided by one CAS. The part of a [Mailbox] that is lock-free: here the consumer's side, in [TicketGate]
/// the producers'.
///
/// *Problem.* A message must be either taken or refused, also if it is sent at the very moment of the close;
/// the bound must hold; an idle actor must not pay for it.
///
/// *Idea.* Producers push nodes onto a stack. Each node has a *ticket*: how many entries there have been with
/// it. The consumer takes all that is new at once, without an atomic operation: it reads the head, and turns
/// the links around down to the node after the one that it has given out last. A close is a node, too, with a
/// negative ticket; nothing can be pushed onto it.
///
/// `head -> n5 -> n4 -> n3`, and n3 was given out: new are n4 and n5. After the turn: `lot = n4 -> n5`.
///
/// *No reference is written for an entry alone.* With G1 a reference that is written into an old object costs
/// a fence. So the consumer counts where it is, in `given`. One new node is not even kept: whoever looks for
/// it finds it by its ticket. Of several, the first one is kept as the *lot*, and its own link, in an object
/// that is young, is moved on from node to node: the lot leads to the node that was given out last, and that
/// to the rest.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `taken` | consumer | all | release, volatile |
/// | `given` | consumer | consumer; for others a guess | plain |
/// | `lot`, [TicketGate.Node]`.link` once pushed | consumer | consumer; for [#peek] a guess | plain |
///
/// Linearization points: of an offer and of the close, the CAS on `head`; of a take, the write of `taken`.
///
/// 1. Tickets grow by one along the stack: the CAS that pushes a node succeeds only on the node whose ticket it
///    has counted on.
/// 2. `head.ticket - taken` is the length, and every entry with a ticket can be taken: it came with the CAS.
/// 3. No node is pushed onto a closed head.
/// 4. Producers read no links, and of nodes only ticket and room of the head; so the consumer may turn the
///     links of all nodes around but the head's own, which it only reads if the head is the closing node.
/// 5. The length never grows over the bound: the room that a node carries was there when a producer looked, and
///    each node after it carries one less.
///
/// If a producer stalls before its CAS, it has sent nothing. If the consumer stalls, entries wait.
/// *Memory.* The newest node is kept, without its entry; the first one is shared by all queues.
/// *Not guaranteed.* Progress of one producer among many: its CAS may fail again and again while others
/// succeed.
/// *Source.* A stack that its consumer turns around is the way of many mailboxes, Erlang's among them; the
/// ticket in the node is ours.
abstract class TicketQueue {
    private static final int MOST_STEPS = 1_000_000;
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
    /// The ticket of the newest node that was given out.
    private long given;

    private @Nullable Node lot;

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

    /// As [#take], but leaves the entry in its node, where [#inHand] finds it until the caller takes it out.
    @Nullable
    final Node takeNode() {
        Node oldest = nextNode();
        if (oldest != null) {
            countTaken();
        }
        return oldest;
    }

    /// Counts an entry that [#next] has given out as taken.
    final void countTaken() {
        TAKEN.setRelease(this, (long) TAKEN.get(this) + 1);
    }

    /// As [#take], but the entry still counts as waiting, until [#countTaken].
    @Nullable
    final Object next() {
        Node oldest = nextNode();
        if (oldest == null) {
            return null;
        }
        Object entry = oldest.entry;
        oldest.entry = null;
        return entry;
    }

    private @Nullable Node nextNode() {
        Node next = lot == null ? null : nextOf(lot);
        if (next == null) {
            Node newest = gate.newest();
            if (newest.ticket == given) {
                return null;
            }
            next = turnAround(newest, given + 1);
            if (next != newest) {
                lot = next;
            }
        }
        given++;
        return next;
    }

    /// Moves on in the lot; at its end there is none any more.
    private @Nullable Node nextOf(Node all) {
        Node last = lastOf(all);
        Node next = last.link;
        if (last != all) {
            all.link = next;
            last.link = null; // a dead node must not keep those after it alive
        }
        if (next == null) {
            lot = null;
        }
        return next;
    }

    /// The node of the lot that was given out last.
    private Node lastOf(Node all) {
        return all.ticket == given ? all : Objects.requireNonNull(all.link);
    }

    /// How many entries were given out; for the consumer.
    final long givenCount() {
        return given;
    }

    /// The entry of the node that was given out last, if [#takeNode] gave it and it is still there.
    ///
    /// *Cost.* What is new is turned around at the first call, not by the next take.
    @Nullable
    final Object inHand() {
        Node all = lot;
        if (all == null) {
            Node newest = gate.newest();
            if (newest.ticket == given) {
                return newest.entry;
            }
            all = turnAround(newest, given);
            lot = all;
        }
        return lastOf(all).entry;
    }

    /// Turns the links from the newest node down to that with this ticket around.
    ///
    /// @return the latter
    private static Node turnAround(Node newest, long ticket) {
        Node younger = null;
        Node at = newest;
        while (at.ticket != ticket) {
            Node older = Objects.requireNonNull(at.link);
            at.link = younger;
            younger = at;
            at = older;
        }
        at.link = younger;
        return at;
    }

    /// Whether [#take] would find something; for others than the consumer a guess.
    final boolean hasEntry() {
        Node all = lot;
        Node last = all == null || all.ticket == given ? all : all.link;
        return (last != null && last.link != null) || gate.letIn() != given;
    }

    // Everybody.

    final boolean isClosed() {
        return gate.isSealed();
    }

    /// The oldest entries that wait, as a look from outside finds them: exact while the consumer takes none,
    /// as when it is stuck; else one may be missing, twice, or taken already. It follows links that the
    /// consumer may turn around meanwhile, so it counts its steps. Entries that are millions behind the
    /// newest are not found.
    final List<Object> peek(int most) {
        List<Object> found = new ArrayList<>();
        long last = given;
        Node all = lot;
        Node at = all == null || all.ticket >= last ? all : all.link;
        for (; at != null && found.size() < most; at = at.link) {
            Object entry = at.entry;
            if (entry != null && at.ticket > last) {
                last = at.ticket;
                found.add(entry);
            }
        }
        if (found.size() < most) {
            found.addAll(newerThan(last, most - found.size()));
        }
        return found;
    }

    /// The oldest entries with a higher ticket, as [#peek] finds them.
    private ArrayDeque<Object> newerThan(long ticket, int most) {
        ArrayDeque<Object> oldest = new ArrayDeque<>();
        Node at = gate.newest();
        int steps = 0;
        while (steps++ < MOST_STEPS && at != null && at.ticket > ticket) {
            Object entry = at.entry;
            if (entry != null) {
                oldest.addFirst(entry);
            }
            if (oldest.size() > most) {
                oldest.removeLast();
            }
            at = at.link;
        }
        if (steps > MOST_STEPS) {
            oldest.clear(); // the oldest were not reached
        }
        return oldest;
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
