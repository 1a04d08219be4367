package dev.espalier.actor;

import dev.espalier.sync.Spin;
import dev.espalier.sync.Strand;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Runs behaviors in turns on a few green threads, the workers: an idle behavior holds no stack, and a message
/// to it costs no thread switch.
///
/// *Problem.* A thread per actor pays a park and an unpark for each message to an idle actor, some hundred
/// nanoseconds. A pool of threads with one queue pays for the queue, and an actor that blocks or computes for
/// long takes a thread of the pool away from all others.
///
/// *Idea.* As many workers as processors have a *seat*; only who has a seat looks for work. An actor that gets
/// its first message from a turn goes into the `next` place of the worker that runs this turn, waking nobody,
/// and is run when the turn ends ([Worker]); another worker is woken only if so much waits that this pays
/// ([Pace]). A worker whose turn waits gives its seat away and another one goes on: at once if it waits in this library
/// ([Strand.Host]), after a tick of the [Sentinel] if it waits in
/// foreign code or computes for ever.
///
/// *Entries are hints.* An actor that has work is AWAKE, and then there is at least one entry for it in some
/// `next`, ring or shared queue, or a worker that runs it. There may be more entries than one, also for an
/// actor that is idle: who takes an entry out must first win the program ([Program#take]), one CAS. So an entry
/// may be copied (the sentinel does so with the `next` of a worker that is stuck) and nothing runs twice.
///
/// | transition of `Cell.run` | who | then |
/// |---|---|---|
/// | IDLE -> AWAKE | a waker, after its work is visible | puts an entry somewhere |
/// | AWAKE -> IDLE | the worker that has run the turn, after it gave the program back | looks for work again (a) |
/// | AWAKE -> IDLE | the worker, before it gives the program back by one CAS | looks for work after it (b) |
///
/// (a) If there is some, writes AWAKE and puts an entry. (b) If there is some, or `run` is not IDLE any more, does the
/// same.
///
/// 1. *No wake-up of an actor is lost.* A waker makes its work visible, then reads `run`. If it reads IDLE,
///     it writes AWAKE and puts an entry; no CAS is needed, for a second waker that does the same only puts
///     one entry more than needed. If it reads AWAKE, then an entry is still to be taken, or about to be put,
///     or somebody has the program. Whoever has the program last gives it back, writes IDLE and then looks:
///     it sees the work, for all of this is volatile. An entry whose taker could not win the program is
///     covered by whoever had it: its look comes later. The third transition saves the fence of its own: IDLE
///     is written before the CAS, so a waker may find it while the program is still taken, and its entry may
///     be dropped. But then `run` is AWAKE when the worker looks at it after the CAS; if it is not yet, the
///     entry is taken after the CAS, too.
/// 2. *No entry is left while a seat is free.* Who puts an entry into the shared queue then reads `seats`; who
///    gives its seat back does so first and then looks into the shared queue. A ring belongs to a worker that
///    has a seat, and is emptied into the shared queue before the seat is given back. What is in a ring is run
///    by its worker in any case; others may take it once the worker is loaded. A ring whose worker does not get
///    on is found by the sentinel.
/// 3. `seats` never grows over `limit`; a worker is ACTIVE only with a seat.
///
/// | field | written by | read by | access |
/// |---|---|---|---|
/// | `seats`, `searching` | workers, wakers, sentinel | all | CAS |
/// | `limit`, `platformFirst` | sentinel | all | volatile |
/// | `shared`, `spares` | all | all | lock-free queues |
///
/// `searching` counts the workers that were woken and have found nothing yet: while there is one, nobody else
/// is woken; the last one that finds something wakes the next if there is more.
///
/// *Not guaranteed.* Order among actors. The thread locals of a worker are seen by every actor that it runs.
/// *Proof.* `TurnSchedulerTest`, `JitterTest` (pauses between any two steps), and the contract tests over both
/// schedulers.
///
/// *Source.* The place for one and the fair look into the shared queue are known from the schedulers of Go and
/// Tokio; the seat that is handed over is Go's P.
final class TurnScheduler implements Scheduler {
    static final int IDLE = DedicatedScheduler.IDLE;
    static final int AWAKE = DedicatedScheduler.AWAKE;

    final Strand home;
    final String name;
    final int parallelism;
    final Queue<Cell<?>> shared = new ConcurrentLinkedQueue<>();
    final CopyOnWriteArrayList<Worker> workers = new CopyOnWriteArrayList<>();
    final AtomicInteger seats = new AtomicInteger();
    final AtomicInteger searching = new AtomicInteger();
    final @Nullable Sentinel sentinel;
    volatile int limit;
    /// Whether spares on platform threads come first, because turns that compute have taken all carriers.
    volatile boolean platformFirst;

    volatile boolean closed;
    /// Whether the last worker could not be started; racy, for one line more does no harm.
    private volatile boolean isShort;

    /// How those that have found nothing look for somebody who wakes them before they park.
    final Spin rests = new Spin(512);

    private final ConcurrentLinkedDeque<Worker> greenSpares = new ConcurrentLinkedDeque<>();
    private final ConcurrentLinkedDeque<Worker> platformSpares = new ConcurrentLinkedDeque<>();
    private final AtomicInteger numbers = new AtomicInteger();

    /// @param home a strand of the ground on which the workers are to run
    /// @param parallelism how many run at a time, at least 1
    TurnScheduler(Strand home, String name, int parallelism) {
        this.home = home;
        this.name = name;
        this.parallelism = parallelism;
        this.limit = parallelism;
        // In a simulation no time passes while a turn runs, so there is nothing to watch.
        this.sentinel = home.isVirtualTime() ? null : new Sentinel(this);
    }

    @Override
    public void start(Cell<?> cell) {
        if (!Nested.start(cell)) {
            cell.life.begin();
            ready(cell);
        } else if (release(cell)) {
            ready(cell);
        }
    }

    /// Gives the program back when it has nothing to do.
    ///
    /// @return true if there was work after all: it is AWAKE, and the caller must put an entry
    static boolean release(Cell<?> cell) {
        if (cell.program.isFinished()) {
            return false;
        }
        cell.program.giveBack();
        cell.run = IDLE;
        return cell.program.hasWork() && cell.casRun(IDLE, AWAKE);
    }

    @Override
    public void wake(Cell<?> cell) {
        if (cell.run == IDLE) {
            cell.runBy(AWAKE);
            ready(cell);
        }
    }

    @Override
    public @Nullable Thread threadOf(Cell<?> cell) {
        for (Worker each : workers) {
            Strand strand = each.strand();
            if (each.current() == cell && strand != null) {
                return strand.thread();
            }
        }
        return null;
    }

    @Override
    public void await(Cell<?> cell, long deadlineNanos) {
        throw new IllegalStateException(cell.path() + " has no thread to wait with");
    }

    /// An actor that is AWAKE by the caller's CAS gets its entry.
    private void ready(Cell<?> cell) {
        if (Strand.current().host() instanceof Worker worker && worker.scheduler == this && worker.isActive()) {
            worker.put(cell);
        } else {
            share(cell);
        }
        watch();
    }

    @Override
    public void crowded(Cell<?> cell) {
        Strand self = Strand.current();
        if (self.host() instanceof Worker worker && worker.scheduler == this) {
            worker.crowded(cell, self);
        }
    }

    void watch() {
        Sentinel guard = sentinel;
        if (guard != null) {
            guard.watch();
        }
    }

    /// Puts an entry where every worker looks, and sees to it that one does (invariant 2).
    void share(Cell<?> cell) {
        shared.add(cell);
        wakeOne();
    }

    /// Whether a worker that looks for work would find some that is worth it.
    boolean hasQueued() {
        if (!shared.isEmpty()) {
            return true;
        }
        for (Worker each : workers) {
            if (each.isLoaded()) {
                return true;
            }
        }
        return false;
    }

    /// Whether anything waits for a turn, also behind one that goes on.
    boolean hasWaiting() {
        if (!shared.isEmpty()) {
            return true;
        }
        for (Worker each : workers) {
            if (!each.ringIsEmpty() || each.next() != null) {
                return true;
            }
        }
        return false;
    }

    // Seats.

    /// Lets one more worker look for work, if there is a free seat and nobody looks already.
    void wakeOne() {
        if (searching.get() == 0 && seats.get() < limit) {
            wakeAnyway();
        }
    }

    /// The same, even if somebody looks already.
    ///
    /// @return false if no seat was free, or no thread
    boolean wakeAnyway() {
        if (closed || !takeSeat()) {
            return false;
        }
        searching.incrementAndGet();
        Worker spare = takeSpare();
        if (spare == null) {
            return hire(!platformFirst);
        }
        spare.unpark();
        return true;
    }

    boolean takeSeat() {
        while (true) {
            int now = seats.get();
            if (now >= limit) {
                return false;
            }
            if (seats.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    void leaveSeat() {
        seats.decrementAndGet();
    }

    private @Nullable Worker takeSpare() {
        boolean platform = platformFirst;
        Worker first = takeFrom(platform ? platformSpares : greenSpares);
        // A green thread would wait for a carrier: rather hire.
        return first != null || platform ? first : takeFrom(platformSpares);
    }

    private static @Nullable Worker takeFrom(ConcurrentLinkedDeque<Worker> spares) {
        for (Worker each = spares.pollFirst(); each != null; each = spares.pollFirst()) {
            if (each.becomeActive()) {
                return each;
            }
        }
        return null;
    }

    void addSpare(Worker worker) {
        (worker.green ? greenSpares : platformSpares).addFirst(worker);
    }

    void removeSpare(Worker worker) {
        (worker.green ? greenSpares : platformSpares).removeFirstOccurrence(worker);
    }

    int spares() {
        return greenSpares.size() + platformSpares.size();
    }

    /// A new worker, with a seat and searching. If there is no thread for it, or no memory, the seat is free
    /// again; what waits stays in the queue, where the sentinel finds it, or whoever wakes somebody next.
    ///
    /// @return whether there is one
    private boolean hire(boolean green) {
        Worker worker = null;
        try {
            worker = new Worker(this, green);
            workers.add(worker);
            String title = "espalier-" + name + (green ? "-worker-" : "-platform-worker-") + numbers.incrementAndGet();
            worker.begin(title);
            isShort = false;
            return true;
        } catch (Throwable t) {
            searching.decrementAndGet();
            leaveSeat();
            if (worker != null) {
                workers.remove(worker);
            }
            if (!isShort) { // it is tried again at each tick
                isShort = true;
                Log.engineError("There is no thread for another worker", t);
            }
            return false;
        }
    }

    void dismiss(Worker worker) {
        workers.remove(worker);
    }

    /// The tree has stopped: the workers end, each after its turn.
    void close() {
        closed = true;
        workers.forEach(Worker::unpark);
        Sentinel guard = sentinel;
        if (guard != null) {
            guard.close();
        }
    }
}
