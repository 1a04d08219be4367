package dev.espalier.actor;

import dev.espalier.sync.Strand;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Runs every actor on a green thread of its own, named with its path: a body on one for its whole life, a
/// behavior on one for each burst of messages, so that an idle behavior holds no stack.
///
/// `Cell.run` is `IDLE` or `AWAKE`; AWAKE means that one thread has the program.
/// * `IDLE -> AWAKE`: a waker, by CAS: it starts a thread (behavior) or unparks it (body). Or the thread
///   itself, see below.
/// * `AWAKE -> IDLE`: the thread that has the program, when there is nothing to do. It then looks for work once
///   more and, if there is some, takes the program back by the same CAS as a waker: one of them wins.
///
/// A waker makes its work visible first and then reads `run`; the thread writes `run` and then looks for work.
/// All are volatile: either the waker sees IDLE or the thread sees the work, so no wake-up is lost. The CAS
/// makes what one thread did to the actor's state visible to the next.
///
/// A green thread that is started while all carriers are busy waits for one: see `docs/concurrency.md`.
final class GreenScheduler implements Scheduler {
    private static final int IDLE = 0;
    private static final int AWAKE = 1;
    /// Starts nested in starts; deeper ones get a thread, so that a chain of any depth overflows no stack.
    private static final int DEEPEST_START = 24;

    /// How long an actor that always has messages keeps its carrier: 5 ms.
    private static final long LONGEST_BURST = 5_000_000L;

    private static final int CARRIERS = Runtime.getRuntime().availableProcessors();

    /// How many bursts have lasted longer than that and go on.
    private static final AtomicInteger FLOODED = new AtomicInteger();

    private static final ThreadLocal<int[]> NESTED = ThreadLocal.withInitial(() -> new int[1]);

    @Override
    public void start(Cell<?> cell) {
        cell.run = AWAKE;
        if (cell.program.endsItself()) {
            cell.life.begin();
            cell.system.strand.startSibling(cell.path(), () -> runBody(cell));
            return;
        }
        int[] depth = NESTED.get();
        if (depth[0] >= DEEPEST_START) {
            cell.life.begin();
            startBurst(cell);
            return;
        }
        Cell<?> caller = Cell.current();
        depth[0]++;
        Cell.enter(cell);
        try {
            cell.life.begin();
            if (cell.program.take()) {
                cell.program.stepOnce();
            }
        } finally {
            Cell.enter(caller);
            depth[0]--;
        }
        if (release(cell)) {
            startBurst(cell);
        }
    }

    private static void startBurst(Cell<?> cell) {
        cell.system.strand.startSibling(cell.path(), () -> burst(cell));
    }

    private static void burst(Cell<?> cell) {
        Cell.enter(cell);
        long since = cell.system.now();
        boolean flooded = false;
        boolean has = cell.program.take();
        try {
            while (has) {
                if (!cell.program.step()) {
                    has = release(cell) && cell.program.take();
                } else if (cell.system.now() - since > LONGEST_BURST) {
                    if (!flooded) {
                        flooded = true;
                        FLOODED.incrementAndGet();
                    }
                    has = giveWay(cell);
                    since = cell.system.now();
                }
            }
        } finally {
            if (flooded) {
                FLOODED.decrementAndGet();
            }
        }
    }

    /// Lets every waiting green thread have a turn: actors that always have messages would starve all others. A
    /// yield would not do, as it only serves the carrier's own queue; nor does a short pause when there are
    /// more such actors than carriers, for then the queue in which they come back never gets empty, and a
    /// carrier goes on with the same queue as long as it is not. So the pauses grow with their number until all
    /// of them leave some time free. The permit that this may take away is not missed: nobody here waits for
    /// anything.
    ///
    /// @return whether the actor is still there: its thread may not get a carrier for long
    private static boolean giveWay(Cell<?> cell) {
        cell.program.giveBack();
        int flooded = FLOODED.get();
        LockSupport.parkNanos(flooded <= CARRIERS ? 1 : LONGEST_BURST * flooded / CARRIERS);
        return cell.program.take();
    }

    /// Gives the program back.
    ///
    /// @return true if there was work after all and the caller still has it
    private static boolean release(Cell<?> cell) {
        if (cell.program.isFinished()) {
            cell.strand = null;
            return false;
        }
        cell.program.giveBack();
        cell.run = IDLE;
        return cell.program.hasWork() && cell.casRun(IDLE, AWAKE);
    }

    private static void runBody(Cell<?> cell) {
        Cell.enter(cell);
        // By the thread itself, before it can become IDLE: a waker that sees IDLE always finds it.
        cell.strand = Strand.current();
        while (cell.program.take()) {
            while (cell.program.step()) {
                // A body runs in one step.
            }
            if (cell.program.isFinished()) {
                break;
            }
            cell.program.giveBack();
            awaitCommand(cell);
        }
        cell.strand = null;
    }

    /// Between two runs of a body; a cancel or an interrupt is meant for its code, not for us.
    private static void awaitCommand(Cell<?> cell) {
        dev.espalier.sync.CancelScope.shield(() -> GreenScheduler.parkUntilWork(cell, Long.MAX_VALUE));
    }

    @Override
    public void wake(Cell<?> cell) {
        if (cell.run == IDLE && cell.casRun(IDLE, AWAKE)) {
            if (cell.program.endsItself()) {
                Strand strand = cell.strand;
                if (strand != null) {
                    strand.unpark();
                }
            } else {
                startBurst(cell);
            }
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
