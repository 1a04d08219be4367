package dev.espalier.actor;

import dev.espalier.sync.CancelScope;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Strand;
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
/// | `owner` | program (NOBODY <-> ENGINE <-> USER), life (NOBODY or USER -> ABANDONED; USER <-> INTERRUPTING) |
/// both | CAS |
/// | `userThread` | program: for a call that is no message; the caller of a start on its own thread | any | release,
/// volatile |
/// | `interrupted` | life, while INTERRUPTING; program | program | plain, ordered by `owner` |
/// | `pastAborts` | life, while no incarnation is there; program | program | plain, ordered by `command` |
/// | `attention` | true: who changes any of the above; false: program, before it looks at them | program | volatile |
/// | `live`, `drainReported`, `scoped`, `context`, `borrowed` | program | program | plain |
///
/// `owner` says who holds the actor's thread. Life may give the actor up only while its thread is in user code
/// (USER -> ABANDONED, by CAS); the thread finds out by its own CAS when it comes back, and touches nothing any
/// more. So the mailbox has one reader at any time, also after an abandon. An interrupt is for user code only,
/// too: while life interrupts (INTERRUPTING, under the monitor of this object), the thread waits at its CAS on
/// the way out, so no interrupt reaches whatever the thread does afterwards. NOBODY is the owner while no thread
/// runs the program or the one that is to run it has not got a processor yet; when the budget of the system is
/// over, life gives up such an actor, too (NOBODY -> ABANDONED), for busy green threads may keep the others
/// waiting for ever.
abstract class Program<M> implements CancelScope.Source {
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

    private static final VarHandle OWNER;
    private static final VarHandle LANE;
    private static final VarHandle SCOPE;
    private static final VarHandle USER_THREAD;
    private static final StackTraceElement[] NOWHERE = {};
    private static final int ENGINE = 0;
    private static final int USER = 1;
    private static final int ABANDONED = 2;
    private static final int NOBODY = 3;
    private static final int INTERRUPTING = 4;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            OWNER = lookup.findVarHandle(Program.class, "owner", int.class);
            LANE = lookup.findVarHandle(Program.class, "lane", Queue.class);
            SCOPE = lookup.findVarHandle(Program.class, "scope", CancelScope.class);
            USER_THREAD = lookup.findVarHandle(Program.class, "userThread", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Cell<M> cell;
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
    private volatile int owner = NOBODY;
    private volatile @Nullable CancelScope scope;
    /// Asked to end the turn after this message; by the sentinel.
    private volatile boolean hurried;
    /// Whether there may be something else to do than to handle messages, or a reason not to.
    private volatile boolean attention = true;
    private volatile boolean finished;
    private volatile @Nullable Thread userThread;
    private boolean interrupted;

    /// Whether it runs on the thread of its spawner, whose interrupts are not ours.
    boolean borrowed;
    boolean live;
    boolean drainReported;
    /// Whether its code can be cancelled now.
    boolean scoped;
    private @Nullable CellContext<M> context;

    Program(Cell<M> cell) {
        this.cell = cell;
    }

    /// Whether user code holds a thread and ends by itself, so that a close must wait for it.
    abstract boolean endsItself();

    /// Does some work; false when there is none left.
    ///
    /// @param self the calling strand
    abstract boolean step(Strand self);

    /// Does what life commands now, and nothing else.
    abstract void stepOnce();

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
    private void attend() {
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

    /// Interrupts the user code that runs now, if any.
    synchronized void interrupt() {
        if (OWNER.compareAndSet(this, USER, INTERRUPTING)) {
            Thread thread = userThread();
            if (thread != null) {
                interrupted = true;
                thread.interrupt();
            }
            owner = USER;
        }
    }

    /// Takes the actor away from a thread that does not come back.
    ///
    /// @param overdue also from one that has not got a processor
    /// @return false if the thread is in engine code now, or waits for a processor and is not overdue
    boolean abandon(boolean overdue) {
        boolean lost =
                OWNER.compareAndSet(this, USER, ABANDONED) || (overdue && OWNER.compareAndSet(this, NOBODY, ABANDONED));
        if (lost) {
            attend(); // a thread that only waits for work is to end
        }
        return lost;
    }

    /// A thread begins to run the program.
    ///
    /// @return false if the actor was abandoned: the thread must touch nothing
    boolean take() {
        return OWNER.compareAndSet(this, NOBODY, ENGINE);
    }

    /// The thread stops running the program; does nothing if the actor was abandoned.
    void giveBack() {
        if (owner == ENGINE) { // nobody else leads away from there
            OWNER.setRelease(this, NOBODY);
        }
    }

    /// The thread that runs user code now; after an abandon the lost one, until it comes back. Messages leave no
    /// trace here, for their thread is known to the scheduler.
    @Nullable
    Thread userThread() {
        Thread thread = userThread;
        if (thread != null || owner == NOBODY || owner == ENGINE) {
            return thread;
        }
        return cell.scheduler().threadOf(cell);
    }

    void userThread(@Nullable Thread thread) {
        USER_THREAD.setRelease(this, thread);
    }

    /// Names the thread that runs user code now, by itself; for the thread itself.
    ///
    /// @return what was named before
    @Nullable
    Thread swapUserThread(@Nullable Thread thread) {
        Thread before = userThread;
        userThread(thread);
        return before;
    }

    /// Where the user code is now; empty if none runs. The second look makes sure that the thread was still at
    /// it: one that has only started the actor soon does something else.
    StackTraceElement[] userStack() {
        Thread thread = userThread();
        if (thread == null) {
            return NOWHERE;
        }
        StackTraceElement[] stack = thread.getStackTrace();
        return thread.equals(userThread()) ? stack : NOWHERE;
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

    boolean isAbandoned() {
        return owner == ABANDONED;
    }

    boolean isFinished() {
        return finished || owner == ABANDONED;
    }

    // The program itself.

    void run(Runnable action, int incarnation) {
        lane().offer(new Task(incarnation, action));
        attend();
    }

    boolean hasWork() {
        if (!attention) {
            return hasMessages();
        }
        if (command != null || finished || owner == ABANDONED) {
            return true;
        }
        return live && (halted || drainDue() || (!suspended && !aborted && (!laneIsEmpty() || hasMessages())));
    }

    /// Whether the messages that were there when pleaseStop went have been handled, and life does not know yet.
    boolean drainDue() {
        long mark = drainMark;
        return mark >= 0 && !drainReported && (aborted || cell.mailbox.takenCount() >= mark);
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
        if (owner != ENGINE) {
            return null;
        }
        userThread(Thread.currentThread());
        enterUser();
        Throwable thrown = callInScope(code);
        leaveUser(thrown);
        userThread(null);
        return thrown;
    }

    /// From the engine into user code.
    void enterUser() {
        interrupted = false;
        OWNER.setRelease(this, USER); // nobody else leads away from ENGINE
    }

    /// From user code, which has ended by what it has thrown or by itself, into the engine; see [#isFinished] after
    /// that.
    void leaveUser(@Nullable Throwable thrown) {
        if (!comeBack()) {
            Log.LOG.warn("{} was abandoned and has come back after all", cell.path());
            finished = true;
            attention = true;
            dropInterrupt(); // its thread goes on with others
            return;
        }
        dropInterrupt();
        if (thrown != null) {
            cell.system.noteThrown(thrown);
        }
    }

    private void dropInterrupt() {
        if ((interrupted || !borrowed) && Thread.interrupted()) {
            Log.LOG.debug("An interrupt was left over in {}", cell.path());
        }
    }

    /// The scope in which user code can be cancelled; made when somebody looks. Who makes it publishes it and then
    /// looks whether it is cancelled; [#abort] says so and then looks for the scope.
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

    /// From user code into the engine.
    ///
    /// @return false if the actor was abandoned
    private boolean comeBack() {
        while (!OWNER.compareAndSet(this, USER, ENGINE)) {
            if (owner == ABANDONED) {
                return false;
            }
            awaitInterrupt();
        }
        return true;
    }

    private synchronized void awaitInterrupt() {
        // Whoever interrupts holds the monitor.
    }

    /// User code calls into the engine: its thread may touch the mailbox until [#leaveEngine].
    void enterEngine() {
        if (!comeBack()) {
            throw new ActorStoppedException(cell.path() + " was abandoned", null);
        }
    }

    /// Does nothing if [#enterEngine] has found the actor abandoned: it must stay so.
    void leaveEngine() {
        OWNER.compareAndSet(this, ENGINE, USER);
    }

    /// Whether this is what a cancel or an interrupt of the ladder led to, and so no failure.
    boolean wasCancelled(@Nullable Throwable thrown) {
        if (!aborted) {
            return false;
        }
        int depth = 0;
        for (Throwable t = thrown; t != null && depth < 20; t = t.getCause(), depth++) {
            if (t instanceof CancelledException
                    || t instanceof InterruptedException
                    || t instanceof ClosedByInterruptException) {
                return true;
            }
        }
        return false;
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
            Log.LOG.trace("dropped a task of {}", cell.path());
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
        finished = true;
        attention = true;
        cell.life.userFinished();
    }
}
