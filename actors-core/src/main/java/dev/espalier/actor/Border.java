package dev.espalier.actor;

import dev.espalier.sync.Compute;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// The border between the engine and the user code of one actor: who holds its thread, and how interrupts and
/// an abandon find it.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `owner` | program (NOBODY <-> ENGINE <-> USER), life (to ABANDONED; USER <-> INTERRUPTING) | both | CAS |
/// | `userThread` | program, for a call that is no message; caller of a start | any | release, volatile |
/// | `interrupted` | life, while INTERRUPTING; program | program | plain, ordered by `owner` |
/// | `finished` | program | any | volatile |
/// | `borrowed` | program | program | plain |
///
/// `owner` says who holds the actor's thread. Life may give the actor up only while its thread is in user
/// code (USER -> ABANDONED, by CAS); the thread finds out by its own CAS when it comes back, and touches
/// nothing any more. So the mailbox has one reader at any time, also after an abandon. An interrupt is for
/// user code only, too: while life interrupts (INTERRUPTING, under the monitor of this object), the thread
/// waits at its CAS on the way out, so no interrupt reaches whatever the thread does afterwards. NOBODY is
/// the owner while no thread runs the program or the one that is to run it has not got a processor yet; when
/// the budget of the system is over, life gives up such an actor, too (NOBODY -> ABANDONED), for busy green
/// threads may keep the others waiting for ever.
abstract class Border<M> {
    private static final VarHandle OWNER;
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
            OWNER = lookup.findVarHandle(Border.class, "owner", int.class);
            USER_THREAD = lookup.findVarHandle(Border.class, "userThread", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Cell<M> cell;
    private volatile int owner = NOBODY;
    private volatile boolean finished;
    private volatile @Nullable Thread userThread;
    private boolean interrupted;

    /// Whether it runs on the thread of its spawner, whose interrupts are not ours.
    boolean borrowed;

    Border(Cell<M> cell) {
        this.cell = cell;
    }

    /// There is something to look at other than messages: says so, and wakes the program.
    abstract void attend();

    /// Whether the calling thread, which has the program, still has it and is not in user code.
    final boolean isInEngine() {
        return owner == ENGINE;
    }

    /// The program has done all it will ever do.
    final void markFinished() {
        finished = true;
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

    /// The thread that runs user code now; after an abandon the lost one, until it comes back. Messages leave
    /// no trace here, for their thread is known to the scheduler.
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
        StackTraceElement[] stack = Compute.threadOf(thread).getStackTrace();
        return thread.equals(userThread()) ? stack : NOWHERE;
    }

    boolean isAbandoned() {
        return owner == ABANDONED;
    }

    boolean isFinished() {
        return finished || owner == ABANDONED;
    }

    /// From the engine into user code.
    void enterUser() {
        interrupted = false;
        OWNER.setRelease(this, USER); // nobody else leads away from ENGINE
    }

    /// From user code, which has ended by what it has thrown or by itself, into the engine; see [#isFinished]
    /// after that.
    void leaveUser(@Nullable Throwable thrown) {
        if (!comeBack()) {
            Log.warn("{} was abandoned and has come back after all", cell.path());
            markFinished();
            dropInterrupt(); // its thread goes on with others
            return;
        }
        dropInterrupt();
        if (thrown != null) {
            cell.system.noteThrown(thrown);
        }
    }

    /// From user code, which has ended by itself, to nobody. The CAS is also the fence between what the
    /// caller has written before and what it reads after it.
    ///
    /// @return false if an interrupt or an abandon came in between: then [#leaveUser] is due
    boolean leaveForGood() {
        if (!OWNER.compareAndSet(this, USER, NOBODY)) {
            return false;
        }
        if (Thread.interrupted()) {
            Log.debug("An interrupt was left over in {}", cell.path());
        }
        return true;
    }

    /// The thread goes on without what was for the user code.
    void dropInterrupt() {
        if ((interrupted || !borrowed) && Thread.interrupted()) {
            Log.debug("An interrupt was left over in {}", cell.path());
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
}
