package dev.espalier.actor;

import dev.espalier.sync.Strand;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Watches the workers of a [TurnScheduler] from a platform thread, because green threads are not preempted: a
/// turn that does not end must not hold up the others.
///
/// It ticks about every millisecond while work waits behind a turn, less often while anything runs, and parks
/// when nothing has happened for a while. At each tick, per worker:
/// * A turn older than a tick is asked to end after its message; the worker's thread gets the actor's name, and
///   others may take what waits there ([Pace]).
/// * Does work wait, and the turn's thread waits, too (in code that the library does not see), then the worker
///   loses its seat and another one goes on. The actor is remembered: its next turns give the seat away at once.
///   When most workers were found waiting, more seats are set up for a while, twice as many at each tick: threads
///   that wait need no carrier.
/// * Does work wait and the turn has computed for 10 ms, then the worker loses its seat, too, and the one that
///   goes on has a platform thread, which the operating system shares out.
/// * A worker that has run turns for 5 ms without a pause is asked to let other green threads run.
///
/// | field | written by | read by | access |
/// |---|---|---|---|
/// | `asleep` | sentinel; who wakes it (to false, by CAS) | all | volatile |
/// | [Watch], `quiet` | sentinel | sentinel | plain |
///
/// *No wake-up is lost.* It writes `asleep` and then looks for work; who puts an entry looks at `asleep` after
/// that. An entry in a `next` is put without a fence: if the look misses it, the worker that has it runs it as
/// soon as its turn ends, or another entry wakes the sentinel. It stays awake for 100 ms after the last turn it
/// saw, so that bursts with pauses do not pay for waking it.
///
/// If the sentinel stalls, long turns hold up what waits behind them, and nothing else happens.
final class Sentinel {
    /// What it has seen of one worker.
    static final class Watch {
        private long turns = -1;
        private long since;
        private long busySince;
        private @Nullable Cell<?> offered;
    }

    static final long TICK = 1_000_000L;
    static final long SLOW_TICK = 5_000_000L;
    static final long COMPUTES = 10_000_000L;
    static final long KEEPS_CARRIER = 5_000_000L;
    private static final long LINGER = 100_000_000L;
    private static final int MOST_SEATS = 1_024;
    /// For how many short turns an actor that has waited is expected to wait again.
    private static final int REMEMBERED = 16;

    private final TurnScheduler scheduler;
    private final AtomicBoolean asleep = new AtomicBoolean(true);
    private volatile @Nullable Strand strand;
    private volatile boolean closed;

    Sentinel(TurnScheduler scheduler) {
        this.scheduler = scheduler;
    }

    /// There is work: it must be awake.
    void watch() {
        if (asleep.get() && asleep.compareAndSet(true, false)) {
            Strand mine = strand;
            if (mine == null) {
                begin();
            } else {
                mine.unpark();
            }
        }
    }

    private void begin() {
        try {
            strand = scheduler.home.startPlatformSibling("espalier-" + scheduler.name + "-sentinel", true, this::run);
        } catch (Throwable t) {
            asleep.set(true); // whoever has work next tries again
            Log.engineError("There is no thread for the sentinel", t);
        }
    }

    void close() {
        closed = true;
        Strand mine = strand;
        if (mine != null) {
            mine.unpark();
        }
    }

    private void run() {
        strand = Strand.current(); // before it can fall asleep: whoever wakes it finds it
        long lastWork = System.nanoTime();
        while (!closed) {
            try {
                lastWork = round(lastWork);
            } catch (Throwable t) { // nobody else would watch
                Log.engineError("The sentinel failed", t);
                Strand.parkIdle(this, System.nanoTime() + SLOW_TICK);
            }
        }
    }

    /// A tick and the wait for the next one.
    ///
    /// @return when there was work last
    private long round(long lastWork) {
        long now = System.nanoTime();
        boolean waits = scheduler.hasWaiting();
        boolean busy = tick(now, waits) || waits;
        if (!busy && now - lastWork > LINGER) {
            sleep();
            return System.nanoTime();
        }
        Strand.parkIdle(this, now + (waits ? TICK : SLOW_TICK));
        return busy ? now : lastWork;
    }

    private void sleep() {
        asleep.set(true);
        if (scheduler.hasWaiting() && asleep.compareAndSet(true, false)) {
            return;
        }
        while (asleep.get() && !closed) {
            Strand.parkIdle(this, Long.MAX_VALUE);
        }
    }

    /// @return whether any worker has run since the last tick
    private boolean tick(long now, boolean waits) {
        int active = 0;
        int waiting = 0;
        int computing = 0;
        boolean busy = false;
        for (Worker worker : scheduler.workers) {
            Watch watch = worker.watch;
            long turns = worker.turns();
            Cell<?> cell = worker.current();
            if (turns != watch.turns) {
                busy = true;
                watch.turns = turns;
                watch.since = now;
                watch.offered = null;
            } else if (cell == null) {
                watch.busySince = now;
            }
            if (worker.isDetached()) {
                rescue(worker);
                computing += worker.green && !isParked(worker) ? weight(cell, now - watch.since) : 0;
            } else if (worker.isActive()) {
                active++;
                if (cell != null && now - watch.busySince > KEEPS_CARRIER) {
                    watch.busySince = now;
                    worker.giveWay = true;
                }
                if (now - watch.since >= TICK) {
                    worker.pace().isSlow();
                    Fate fate = judge(worker, cell, now - watch.since, waits);
                    waiting += fate == Fate.WAITS ? 1 : 0;
                    computing += fate == Fate.COMPUTES && worker.green ? weight(cell, now - watch.since) : 0;
                }
            } else {
                watch.since = now; // a spare: what it did last is no turn that lasts
                watch.offered = null; // nobody keeps an actor that has ended
            }
        }
        scheduler.platformFirst = computing >= scheduler.parallelism;
        if (waits) {
            adjust(active, waiting);
            if (scheduler.hasQueued()) {
                scheduler.wakeAnyway();
            }
        } else if (scheduler.limit > scheduler.parallelism) {
            scheduler.limit = Math.max(scheduler.parallelism, scheduler.limit / 2);
        }
        return busy || active > 0;
    }

    /// A worker that has no turn and does not get on waits for a carrier: then all of them are taken.
    private int weight(@Nullable Cell<?> cell, long age) {
        return cell != null ? 1 : age >= COMPUTES ? scheduler.parallelism : 0;
    }

    private enum Fate {
        RUNS,
        WAITS,
        COMPUTES
    }

    private Fate judge(Worker worker, @Nullable Cell<?> cell, long age, boolean waits) {
        if (cell != null) {
            cell.program.hurry();
            if (!worker.isRenamed() && worker.current() == cell) {
                worker.rename(cell.path());
                if (worker.current() != cell) {
                    worker.nameBack(); // the turn has ended meanwhile, perhaps before the name was set
                }
            }
        }
        if (!waits) {
            return Fate.RUNS;
        }
        if (cell != null && isParked(worker)) {
            cell.mayWait = REMEMBERED;
            take(worker);
            return Fate.WAITS;
        }
        if (age >= COMPUTES) {
            take(worker);
            return Fate.COMPUTES;
        }
        return Fate.RUNS;
    }

    private void take(Worker worker) {
        if (worker.detach()) {
            rescue(worker);
        }
    }

    /// What a worker without a seat may still hold.
    private void rescue(Worker worker) {
        if (!worker.ringIsEmpty()) {
            worker.emptyRing();
        }
        Cell<?> next = worker.next();
        if (next != null && next != worker.watch.offered) {
            worker.watch.offered = next;
            scheduler.shared.add(next);
        }
    }

    /// More seats while most workers are found waiting; fewer as soon as that is over.
    private void adjust(int active, int waiting) {
        int limit = scheduler.limit;
        if (waiting > 0 && waiting * 2 >= active) {
            scheduler.limit = Math.min(MOST_SEATS, limit * 2);
            for (int i = 1; i < limit && scheduler.wakeAnyway(); i++) {
                // Each finds work or rests again.
            }
        } else if (limit > scheduler.parallelism && waiting == 0) {
            scheduler.limit = Math.max(scheduler.parallelism, limit / 2);
        }
    }

    private static boolean isParked(Worker worker) {
        Strand strand = worker.strand();
        return strand != null
                && switch (strand.thread().getState()) {
                    case BLOCKED, WAITING, TIMED_WAITING -> true;
                    default -> false;
                };
    }
}
