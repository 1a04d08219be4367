package dev.espalier.actor;

import dev.espalier.sync.CancelScope;
import dev.espalier.sync.Strand;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Gives every actor a green thread of its own for life, named with its path: all bodies, and behaviors that ask
/// for it ([ActorSpec#dedicated]).
///
/// `Cell.run` is `IDLE` or `AWAKE`.
/// * `IDLE -> AWAKE`: a waker, by CAS, which then unparks the thread, or starts it if there is none yet; or the
///   thread itself when it sees work.
/// * `AWAKE -> IDLE`: the thread, when there is nothing to do, before it looks for work once more and parks.
///
/// A waker makes its work visible first and then reads `run`; the thread writes `run` and then looks for work.
/// All are volatile: either the waker sees IDLE or the thread sees the work, so no wake-up is lost.
///
/// A behavior's thread is started by the first wake-up after its start; `strand` is written by that waker, who
/// alone has won the CAS, and by the thread before it can become IDLE. A thread that cannot be started, for want of
/// memory, is tried again by the timer until it can, or the actor has finished; one of an actor that was given up
/// meanwhile ends at once. If there is not even memory for the timer's task, the waker gets the error.
final class DedicatedScheduler implements Scheduler {
    static final int IDLE = 0;
    static final int AWAKE = 1;

    /// How long an actor that always has messages keeps its carrier: 5 ms.
    private static final long LONGEST_RUN = 5_000_000L;

    /// Until a thread that could not be started is tried again: 10 ms.
    private static final long PAUSE = 10_000_000L;

    private static final int CARRIERS = Runtime.getRuntime().availableProcessors();

    /// How many actors of the JVM are away now because they kept their carrier for that long.
    private static final AtomicInteger AWAY = new AtomicInteger();

    @Override
    public void start(Cell<?> cell) {
        if (cell.program.endsItself()) {
            cell.life.begin();
            startThread(cell);
        } else if (!Nested.start(cell)) {
            cell.life.begin();
            startThread(cell);
        } else if (release(cell)) {
            goOn(cell);
        }
    }

    /// By whoever has led the actor from IDLE to AWAKE. Its thread may be there, even if the caller is its spawner:
    /// somebody else may have woken it since.
    private static void goOn(Cell<?> cell) {
        Strand strand = cell.strand;
        if (strand != null) {
            strand.unpark();
        } else if (!cell.program.isFinished()) {
            startThread(cell);
        }
    }

    private static void startThread(Cell<?> cell) {
        try {
            cell.system.strand.startSibling(cell.path(), () -> live(cell));
        } catch (Throwable t) {
            Log.engineError("There is no thread for " + cell.path() + " yet", t);
            startLater(cell);
        }
    }

    /// Tries it until there is a thread: the actor is AWAKE meanwhile, so that nobody else does.
    private static void startLater(Cell<?> cell) {
        Strand home = cell.system.strand;
        home.schedule(home.nanoTime() + PAUSE, () -> {
            try {
                if (!cell.program.isFinished()) {
                    home.startSibling(cell.path(), () -> live(cell));
                }
            } catch (Throwable t) {
                startLater(cell);
            }
        });
    }

    private static void live(Cell<?> cell) {
        Cell.enter(cell);
        Strand self = Strand.current();
        // By the thread itself, before it can become IDLE: a waker that sees IDLE always finds it.
        cell.strand = self;
        boolean has = cell.program.take();
        while (has) {
            has = runSteps(cell, self);
            if (cell.program.isFinished()) {
                break;
            }
            if (has) {
                cell.program.giveBack();
                // A cancel or an interrupt is meant for the actor's code, not for us.
                CancelScope.shield(() -> parkUntilWork(cell, Long.MAX_VALUE));
                has = cell.program.take();
            }
        }
        cell.strand = null;
    }

    /// @return false if the actor is no longer there
    private static boolean runSteps(Cell<?> cell, Strand self) {
        long since = cell.system.now();
        while (cell.program.step(self)) {
            long now = cell.system.now();
            if (now - since > LONGEST_RUN && !cell.program.endsItself()) {
                cell.program.giveBack();
                giveWay();
                if (!cell.program.take()) {
                    return false;
                }
                since = cell.system.now();
            }
        }
        return true;
    }

    /// Actors that always have messages would starve all other green threads. A short pause does not help when
    /// there are more such actors than carriers, for then the queue in which they come back never gets empty,
    /// and a carrier goes on with the same queue as long as it is not. So the pauses grow with the number of
    /// those that are away.
    private static void giveWay() {
        int away = AWAY.incrementAndGet();
        try {
            Strand.giveWay(away <= 1 ? 1 : LONGEST_RUN * (away + CARRIERS) / CARRIERS);
        } finally {
            AWAY.decrementAndGet();
        }
    }

    /// Gives the program back after a start on the spawner's thread.
    ///
    /// @return true if there is work and the caller must see to it
    private static boolean release(Cell<?> cell) {
        if (cell.program.isFinished()) {
            return false;
        }
        cell.program.giveBack();
        cell.run = IDLE;
        return cell.program.hasWork() && cell.casRun(IDLE, AWAKE);
    }

    @Override
    public @Nullable Thread threadOf(Cell<?> cell) {
        Strand strand = cell.strand;
        return strand == null ? null : strand.thread();
    }

    @Override
    public void wake(Cell<?> cell) {
        if (cell.run == IDLE && cell.casRun(IDLE, AWAKE)) {
            goOn(cell);
        }
    }

    @Override
    public void await(Cell<?> cell, long deadlineNanos) {
        parkUntilWork(cell, deadlineNanos);
    }

    private static void parkUntilWork(Cell<?> cell, long deadlineNanos) {
        cell.run = IDLE;
        try {
            while (cell.run == IDLE
                    && !cell.program.hasWork()
                    && (deadlineNanos == Long.MAX_VALUE || deadlineNanos - Strand.now() > 0)) {
                Strand.park(cell, deadlineNanos);
            }
        } finally {
            cell.run = AWAKE;
        }
    }
}
