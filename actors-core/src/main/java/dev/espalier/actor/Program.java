package dev.espalier.actor;

import dev.espalier.sync.CancelScope;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Strand;
import dev.espalier.sync.TraceContext;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.ClosedByInterruptException;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import org.jctools.queues.varhandle.unpadded.MpscLinkedVarHandleUnpaddedQueue;
import org.jspecify.annotations.Nullable;

/// The side of an actor that runs user code, on the actor's own thread. Its counterpart is [Lifecycle], which
/// decides; the two talk by the fields below (life to program) and by posts (program to life).
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `command` | life (one at a time: it waits for the answer), program (back to null) | program | volatile |
/// | `halted`, `drainMark`, `childrenGone`, `aborted`, `aborts`, `suspended` | life | program | volatile |
/// | `lane` | any | program | queue |
/// | `pastAborts` | life, while no incarnation is there; program | program | plain, ordered by `command` |
/// | `attention` | true: who changes any of the above; false: program, before it looks at them | program | volatile |
/// | `live`, `drainReported`, `scoped`, `context` | program | program | plain |
///
/// Who holds the thread is decided by [Border].
abstract class Program<M> extends Border<M> implements CancelScope.Source {
    /// What life tells the program to do; each is answered by a post.
    enum Command {
        BEGIN,
        BEGIN_AGAIN,
        RESUME,
        END,
        CLOSE
    }

    /// A task of the control lane; dropped if its incarnation is over.
    record Task(int incarnation, Runnable action) {}

    /// How far causes are followed.
    private static final int MOST_CAUSES = 20;

    private static final VarHandle LANE;
    private static final VarHandle SCOPE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            LANE = lookup.findVarHandle(Program.class, "lane", Queue.class);
            SCOPE = lookup.findVarHandle(Program.class, "scope", CancelScope.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Queue<Task> lane;
    private volatile @Nullable Command command;
    volatile boolean halted;
    volatile boolean childrenGone;
    volatile boolean aborted;
    private volatile int aborts;
    /// How many aborts the scope that comes does not concern.
    private int pastAborts;
    volatile boolean suspended;
    volatile long drainMark = -1;
    private volatile @Nullable CancelScope scope;
    /// Asked to end the turn after this message; by the sentinel.
    private volatile boolean hurried;
    /// Whether there may be something else to do than to handle messages, or a reason not to.
    private volatile boolean attention = true;

    /// That of the cell: who reads it need not touch the lines that senders write.
    final Mailbox mailbox;

    boolean live;
    boolean drainReported;
    /// Whether its code can be cancelled now.
    boolean scoped;
    private @Nullable CellContext<M> context;

    Program(Cell<M> cell) {
        super(cell);
        mailbox = cell.mailbox;
    }

    /// Whether user code holds a thread and ends by itself, so that a close must wait for it.
    abstract boolean endsItself();

    /// Does some work; false when there is none left.
    ///
    /// @param self the calling strand
    abstract boolean step(Strand self);

    /// What became of a turn.
    enum Turn {
        /// There is more to do.
        MORE,
        /// There is nothing left to do.
        DONE,
        /// There was nothing left to do, and the program was given back. The actor is idle.
        LEFT,
        /// The same, but somebody may have found it busy since: it must be woken.
        LEFT_IN_DOUBT
    }

    /// As [#step], for a scheduler that runs many: may give the program back by itself.
    ///
    /// @param worker who runs it; null if it is not to be given back by itself
    Turn turn(Strand self, @Nullable Worker worker) {
        return step(self) ? Turn.MORE : Turn.DONE;
    }

    /// Whether something other than messages must be looked at.
    boolean wantsAttention() {
        return attention;
    }

    /// Does what life commands now, and nothing else.
    abstract void stepOnce();

    /// The entry that the user code handles; null if none. For its own thread.
    @Nullable
    Object inHand() {
        return null;
    }

    abstract boolean hasMessages();

    /// Whether messages wait that are no longer in the mailbox; on the actor's thread.
    abstract boolean hasAside();

    /// Hands a message of the control lane to the user code; on the actor's thread.
    abstract void deliver(M message);

    /// The user says that it has started; on the actor's thread.
    void ready() {}

    /// A child has failed; on the actor's thread.
    void childFailed(Failure failure) {}

    /// After a change of what the program must look at.
    @Override
    void attend() {
        attention = true;
        cell.wake();
    }

    /// Whether there is nothing to look at but messages; on the program's thread.
    boolean isCalm() {
        if (!attention) {
            return true;
        }
        attention = false; // before the look: what changes after it sets it again
        boolean calm = live
                && command == null
                && !halted
                && !suspended
                && !aborted
                && (drainMark < 0 || drainReported)
                && laneIsEmpty()
                && !isFinished();
        if (!calm) {
            attention = true;
        }
        return calm;
    }

    /// The incarnation handles no more messages; on the program's thread.
    void dies() {
        live = false;
        attention = true;
    }

    // Called by life.

    void command(Command next) {
        command = next;
        attend();
    }

    void halt() {
        halted = true;
        attend();
    }

    void drainTo(long mark) {
        drainMark = mark;
        attend();
    }

    void childrenGone() {
        childrenGone = true;
        attend();
    }

    void suspend(boolean value) {
        suspended = value;
        attention = true;
        if (!value) {
            cell.wake();
        }
    }

    /// Cancels what runs, and handles no more messages.
    @SuppressWarnings("NonAtomicVolatileUpdate") // only life writes
    void abort() {
        aborted = true;
        aborts++;
        CancelScope now = scope;
        if (now != null) {
            now.cancel();
        }
        attend();
    }

    void hurry() {
        hurried = true;
    }

    /// Whether the turn is to end; forgets it.
    boolean wasHurried() {
        if (hurried) {
            hurried = false;
            return true;
        }
        return false;
    }

    // The program itself.

    void run(Runnable action, int incarnation) {
        lane().offer(new Task(incarnation, action));
        attend();
    }

    /// As [#run(Runnable, int)], in a context if there is one.
    void run(Runnable action, int incarnation, @Nullable TraceContext trace) {
        run(trace == null ? action : () -> trace.run(action), incarnation);
    }

    boolean hasWork() {
        if (!attention) {
            return hasMessages();
        }
        if (command != null || isFinished()) {
            return true;
        }
        return live && (halted || drainDue() || (!suspended && !aborted && (!laneIsEmpty() || hasMessages())));
    }

    /// Whether the messages that were there when pleaseStop went have been handled, and life does not know yet.
    boolean drainDue() {
        long mark = drainMark;
        return mark >= 0 && !drainReported && (aborted || mailbox.takenCount() >= mark);
    }

    void reportDrained() {
        drainReported = true;
        cell.life.userDrained();
    }

    @Nullable
    Command takeCommand() {
        Command next = command;
        if (next != null) {
            command = null;
        }
        return next;
    }

    /// Runs the next task of the control lane.
    ///
    /// @return false if there was none
    boolean runTask() {
        Queue<Task> tasks = lane;
        Task task = tasks == null ? null : tasks.poll();
        if (task == null) {
            return false;
        }
        if (live && task.incarnation == cell.life.incarnation()) {
            task.action.run();
        }
        return true;
    }

    int laneSize() {
        Queue<Task> tasks = lane;
        return tasks == null ? 0 : tasks.size();
    }

    boolean laneIsEmpty() {
        Queue<Task> tasks = lane;
        return tasks == null || tasks.isEmpty();
    }

    private Queue<Task> lane() {
        Queue<Task> now = lane;
        if (now == null) {
            LANE.compareAndSet(this, null, new MpscLinkedVarHandleUnpaddedQueue<Task>());
            now = Objects.requireNonNull(lane);
        }
        return now;
    }

    CellContext<M> newContext() {
        CellContext<M> fresh = new CellContext<>(cell, cell.life.incarnation());
        context = fresh;
        cell.context = fresh;
        return fresh;
    }

    CellContext<M> context() {
        CellContext<M> now = context;
        if (now == null) {
            throw new IllegalStateException(cell.path() + " has not begun");
        }
        return now;
    }

    /// Opens the scope in which the user code of one incarnation can be cancelled.
    void openScope() {
        scope = null;
        scoped = true;
    }

    /// Opens a scope for `onStop`, which an earlier cancel does not reach.
    void openLastScope() {
        pastAborts = aborts;
        scope = null;
        scoped = true;
    }

    /// Runs user code: nothing that it throws gets past here.
    ///
    /// @return what it threw, or null
    @Nullable
    Throwable call(Callable<?> code) {
        if (!isInEngine()) {
            return null;
        }
        userThread(Thread.currentThread());
        enterUser();
        Throwable thrown = callInScope(code);
        leaveUser(thrown);
        userThread(null);
        return thrown;
    }

    /// The scope in which user code can be cancelled; made when somebody looks. Who makes it publishes it and
    /// then looks whether it is cancelled; [#abort] says so and then looks for the scope.
    @Override
    public CancelScope scope() {
        CancelScope now = scope;
        if (now == null) {
            CancelScope fresh = new CancelScope(cell.path());
            if (SCOPE.compareAndSet(this, null, fresh) && aborts != pastAborts) {
                fresh.cancel();
            }
            now = Objects.requireNonNullElse(scope, fresh);
        }
        return now;
    }

    private @Nullable Throwable callInScope(Callable<?> code) {
        try {
            if (scoped) {
                Strand self = Strand.current();
                CancelScope.expect(self, this);
                try {
                    code.call();
                } finally {
                    CancelScope.leave(self, this);
                }
            } else {
                code.call();
            }
            return null;
        } catch (Throwable t) {
            return t;
        }
    }

    /// Whether this is what a cancel or an interrupt of the ladder led to, and nothing else, and so no failure.
    boolean wasCancelled(@Nullable Throwable thrown) {
        return aborted && isCancel(thrown, 0);
    }

    /// @return false also if something else failed while the code unwound, which is suppressed in the cancel
    private static boolean isCancel(@Nullable Throwable thrown, int depth) {
        boolean found = false;
        int left = MOST_CAUSES - depth;
        for (Throwable t = thrown; t != null && left > 0; t = t.getCause(), left--) {
            for (Throwable each : t.getSuppressed()) {
                if (!isCancel(each, depth + 1)) {
                    return false;
                }
            }
            found |= t instanceof CancelledException
                    || t instanceof InterruptedException
                    || t instanceof ClosedByInterruptException;
        }
        return found;
    }

    /// Ends the incarnation as far as the user can see it.
    void endContext() {
        dies();
        scoped = false;
        scope = null;
        CellContext<M> now = context;
        if (now != null) {
            now.end();
        }
        Queue<Task> tasks = lane;
        while (tasks != null && tasks.poll() != null) {
            // A task of an incarnation that is over.
            Log.trace("dropped a task of {}", cell.path());
        }
    }

    /// Called by life while no incarnation is there: forgets what was meant for the last one.
    void prepare() {
        halted = false;
        childrenGone = false;
        aborted = false;
        pastAborts = aborts;
        suspended = false;
        drainMark = -1;
    }

    /// Called by life after an abandon: gives the messages that the lost thread holds their fate.
    void settleAbandoned() {}

    void hookFailed(String hook, @Nullable Throwable thrown) {
        if (thrown != null) {
            cell.system.observers.hookFailed(cell.path(), hook, thrown);
        }
    }

    /// Closes the mailbox; what is left in it becomes dead letters.
    void closeMailbox() {
        cell.closeMailbox();
    }

    void finish() {
        endContext();
        markFinished();
        cell.life.userFinished();
    }
}
