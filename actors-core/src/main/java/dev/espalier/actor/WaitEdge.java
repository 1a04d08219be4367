package dev.espalier.actor;

import dev.espalier.sync.Deadlock;
import dev.espalier.sync.Strand;
import dev.espalier.sync.WaitsFor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One wait for an actor: an edge of the wait-for graph of the [dev.espalier.sync.DeadlockWatch].
///
/// An edge whose request is forwarded gets another target; whoever forwards it looks for a cycle again.
///
/// In a cycle, a blocking send is let through above the bound; otherwise the youngest ask fails; or else the youngest
/// join, or whatever other wait can fail. Starts cannot, nor the waits of a parent for an end.
final class WaitEdge extends WaitsFor {
    enum Kind {
        ASK(Remedy.FAIL_FIRST, "asks "),
        SEND(Remedy.LET_ON, "sends to the full mailbox of "),
        START(Remedy.NONE, "waits for the start of "),
        END(Remedy.NONE, "waits for the end of "),
        JOIN(Remedy.FAIL, "joins ");

        private final Remedy remedy;
        private final String verb;

        Kind(Remedy remedy, String verb) {
            this.remedy = remedy;
            this.verb = verb;
        }
    }

    private final Kind kind;
    private final Cell<?> to;
    private final @Nullable Request<?> request;
    private volatile boolean letThrough;

    private WaitEdge(Kind kind, Cell<?> to, @Nullable Request<?> request) {
        super(kind.remedy, false);
        this.kind = kind;
        this.to = to;
        this.request = request;
    }

    /// Publishes the wait of the calling thread.
    static WaitEdge enter(Kind kind, Cell<?> to, @Nullable Request<?> request) {
        WaitEdge edge = new WaitEdge(kind, to, request);
        edge.enter();
        return edge;
    }

    /// Ends the wait.
    void leave() {
        exit();
    }

    /// Looks for a cycle, without being about to park.
    void resolve() {
        look();
    }

    /// The thread that waits.
    Strand waiting() {
        return strand();
    }

    void letThrough(boolean value) {
        letThrough = value; // under the monitor of the WaitingSenders
    }

    boolean letThrough() {
        return letThrough;
    }

    void wake() {
        strand().unpark();
    }

    /// The request was forwarded: its asker, if it waits, waits for another, which may close a cycle.
    static void forwarded(Request<?> request) {
        Cell<?> asker = request.asker;
        WaitsFor wait = asker == null ? request.strand.waitsFor() : asker.waitsFor();
        if (wait instanceof WaitEdge edge && edge.request == request) {
            edge.resolve();
        }
    }

    /// Whom it waits for; changes when its request is forwarded.
    private Cell<?> to() {
        Asked holder = request == null ? null : request.holder();
        return holder == null ? to : holder.to;
    }

    @Override
    protected List<Cell<?>> targets() {
        return List.of(to());
    }

    @Override
    protected String what() {
        return kind.verb + to().path();
    }

    @Override
    protected boolean isPending() {
        return switch (kind) {
            case ASK -> request != null && !request.isDone();
            case SEND -> !letThrough;
            case START -> to.state() != ActorState.RUNNING && to.state() != ActorState.STOPPED;
            case END, JOIN -> to.state() != ActorState.STOPPED;
        };
    }

    @Override
    protected void end(Deadlock deadlock) {
        if (kind == Kind.SEND) {
            letIn(deadlock);
        } else if (request != null) {
            boolean onlyAsks =
                    deadlock.members().stream().allMatch(each -> each.what().startsWith(Kind.ASK.verb));
            String what = onlyAsks ? "A cycle of asks: " : "A cycle of waits: ";
            request.abort(new AskCycleException(what + deadlock.path() + deadlock.stacks(), null));
        } else {
            super.end(deadlock);
        }
    }

    private void letIn(Deadlock deadlock) {
        long letIn = to.mailbox.letIn(this, to.system.now());
        wake();
        if (letIn > 0) {
            Log.warn(
                    "A cycle of full mailboxes: {}; {} let in above the bound of {}",
                    deadlock.path(),
                    letIn == 1 ? "one message is" : letIn + " messages in the last seconds were",
                    to.path());
        }
    }
}
