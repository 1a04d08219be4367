package dev.espalier.actor;

import dev.espalier.sync.Strand;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One actor that waits for another: an edge of the wait-for graph. It exists while the wait lasts, in
/// [Cell#waiting] of the actor that waits.
///
/// *Problem.* A cycle of waits never ends by itself. *Idea.* An edge is published first, then whoever published
/// it follows the edges from its target. Of the edges of a cycle one is published last, and its owner sees all
/// the others (all accesses are volatile). Edges are read one after the other, so a cycle that was found is
/// read a second time: if every edge is still the same object, all existed together at the end of the first
/// reading, and the cycle is real. An edge whose request is forwarded gets another target; whoever forwards it
/// follows the edges again. Several owners may find the same cycle; resolving it twice does no harm.
///
/// A cycle with a blocking send in it: that send is let through above the bound. A cycle of asks (and waits
/// without a limit for a start or an end): the youngest ask fails.
final class WaitEdge {
    enum Kind {
        ASK,
        SEND,
        START,
        END
    }

    private static final AtomicLong SEQUENCE = new AtomicLong();

    final Kind kind;
    final @Nullable Cell<?> from;
    private final Cell<?> to;
    final Strand strand = Strand.current();
    final @Nullable Request<?> request;
    /// Of asks only.
    private final long age;
    private final @Nullable WaitEdge outer;
    private volatile boolean letThrough;

    private WaitEdge(Kind kind, @Nullable Cell<?> from, Cell<?> to, @Nullable Request<?> request) {
        this.kind = kind;
        this.from = from;
        this.to = to;
        this.request = request;
        this.age = kind == Kind.ASK ? SEQUENCE.incrementAndGet() : 0;
        this.outer = from == null ? null : from.waiting;
    }

    /// Publishes the wait of the calling thread and resolves the cycle that it closes, if any.
    static WaitEdge enter(Kind kind, Cell<?> to, @Nullable Request<?> request) {
        Cell<?> from = Cell.current();
        WaitEdge edge = new WaitEdge(kind, from, to, request);
        if (from != null) {
            from.waiting = edge;
            edge.resolve();
        }
        return edge;
    }

    /// Ends the wait.
    void exit() {
        if (from != null) {
            from.waiting = outer;
        }
    }

    void letThrough(boolean value) {
        letThrough = value; // under the monitor of the WaitingSenders
    }

    /// Whom it waits for; changes when its request is forwarded.
    private Cell<?> to() {
        Asked holder = request == null ? null : request.holder();
        return holder == null ? to : holder.to;
    }

    /// The request was forwarded: its asker, if it waits, waits for another, which may close a cycle.
    static void forwarded(Request<?> request) {
        Cell<?> asker = request.asker;
        WaitEdge edge = asker == null ? null : asker.waiting;
        if (edge != null && edge.request == request) {
            edge.resolve();
        }
    }

    boolean letThrough() {
        return letThrough;
    }

    void wake() {
        strand.unpark();
    }

    /// Looks for a cycle through this edge and breaks it.
    void resolve() {
        List<WaitEdge> cycle = cycle();
        if (cycle == null) {
            return;
        }
        WaitEdge send = null;
        WaitEdge youngest = null;
        for (WaitEdge edge : cycle) {
            if (edge.kind == Kind.SEND) {
                send = edge;
            } else if (edge.kind == Kind.ASK && (youngest == null || edge.age > youngest.age)) {
                youngest = edge;
            }
        }
        if (send != null) {
            letIn(send, cycle);
        } else if (youngest != null && youngest.request != null) {
            youngest.request.abort(new AskCycleException(withStacks(cycle), null));
        }
    }

    private static void letIn(WaitEdge send, List<WaitEdge> cycle) {
        long letIn = send.to.mailbox.letIn(send, send.to.system.now());
        send.wake();
        if (letIn > 0) {
            Log.LOG.warn(
                    "A cycle of full mailboxes: {}; {} let in above the bound of {}",
                    text(cycle),
                    letIn == 1 ? "one message is" : letIn + " messages in the last seconds were",
                    send.to.path());
        }
    }

    private @Nullable List<WaitEdge> cycle() {
        List<WaitEdge> edges = new ArrayList<>();
        HashSet<Cell<?>> seen = new HashSet<>();
        edges.add(this);
        Cell<?> at = to();
        List<Cell<?>> targets = new ArrayList<>(List.of(at));
        while (at != from) {
            WaitEdge next = at.waiting;
            if (next == null || !next.isPending() || !seen.add(at)) {
                return null;
            }
            edges.add(next);
            at = next.to();
            targets.add(at);
        }
        for (int i = 0; i < edges.size(); i++) {
            WaitEdge edge = edges.get(i);
            if (edge.from == null || edge.from.waiting != edge || !edge.isPending() || edge.to() != targets.get(i)) {
                return null;
            }
        }
        return edges;
    }

    private boolean isPending() {
        return !letThrough && (request == null || !request.isDone());
    }

    private static String text(List<WaitEdge> cycle) {
        StringBuilder text = new StringBuilder();
        for (WaitEdge edge : cycle) {
            text.append(edge.from == null ? "?" : edge.from.path()).append(" -> ");
        }
        return text.append(cycle.getLast().to().path()).toString();
    }

    private static String withStacks(List<WaitEdge> cycle) {
        StringBuilder text = new StringBuilder("A cycle of asks: ").append(text(cycle));
        for (WaitEdge edge : cycle) {
            text.append("\n  ")
                    .append(edge.from == null ? "?" : edge.from.path())
                    .append(" waits at");
            for (StackTraceElement frame : edge.strand.thread().getStackTrace()) {
                text.append("\n    at ").append(frame);
            }
        }
        return text.toString();
    }
}
