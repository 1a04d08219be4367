package dev.espalier.actor;

import dev.espalier.sync.Strand;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A thread that runs turns of many actors, one after the other; see [TurnScheduler].
///
/// | `state` | meaning | next |
/// |---|---|---|
/// | ACTIVE | has a seat; looks for work or runs a turn | DETACHED (itself before a park, or the sentinel), IDLE |
/// | DETACHED | runs a turn without a seat | ACTIVE (itself, with a seat), IDLE (itself, after the turn) |
/// | IDLE | a spare, parked or about to | ACTIVE (who wakes it, or itself), ENDED (itself) |
/// | ENDED | | |
///
/// All transitions are by CAS. Who leads it away from ACTIVE gives its seat back; who leads it to ACTIVE has
/// taken one.
///
/// | field | written by | read by | access |
/// |---|---|---|---|
/// | `current`, `turns` | the worker | sentinel | opaque |
/// | `searcher` | worker, waker, sentinel | | CAS |
/// | `giveWay`, `renamed` | sentinel sets, worker clears | both | volatile |
///
/// If the worker stalls in a turn, its ring can be emptied by thieves and its `next` is copied by the sentinel.
/// If it stalls between two turns, with an entry in its hand, that actor waits for it: between a take from a
/// queue and [Program#take] there is nothing that waits.
final class Worker extends RunQueue implements Runnable, Strand.Host {
    private static final int ACTIVE = 0;
    private static final int DETACHED = 1;
    private static final int IDLE = 2;
    private static final int ENDED = 3;

    /// About 0.3 µs: longer than the end of a turn, shorter than the start of anything.
    private static final int LULL_SPINS = 16;

    private static final long SPARE_NANOS = 5_000_000_000L;
    /// A turn this short has not waited.
    private static final long SHORT_NANOS = 200_000L;

    private static final VarHandle STATE;
    private static final VarHandle CURRENT;
    private static final VarHandle TURNS;
    private static final VarHandle SEARCHER;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(Worker.class, "state", int.class);
            CURRENT = lookup.findVarHandle(Worker.class, "current", Cell.class);
            TURNS = lookup.findVarHandle(Worker.class, "turns", long.class);
            SEARCHER = lookup.findVarHandle(Worker.class, "searcher", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final boolean green;
    private volatile int state = ACTIVE;
    private volatile boolean searcher = true;
    /// Asked to let other green threads have its carrier for a moment.
    volatile boolean giveWay;

    private volatile boolean renamed;
    private @Nullable Cell<?> current;
    private long turns;
    private @Nullable Strand strand;
    private String title = "";
    /// The sentinel's notes.
    final Sentinel.Watch watch = new Sentinel.Watch();

    Worker(TurnScheduler scheduler, boolean green) {
        super(scheduler);
        this.green = green;
    }

    void begin(String name) {
        title = name;
        strand =
                green ? scheduler.home.startSibling(name, this) : scheduler.home.startPlatformSibling(name, true, this);
    }

    // For others.

    boolean isActive() {
        return state == ACTIVE;
    }

    boolean isDetached() {
        return state == DETACHED;
    }

    /// Whether the program of some actor runs, or is about to.
    @Nullable
    Cell<?> current() {
        return (Cell<?>) CURRENT.getOpaque(this);
    }

    long turns() {
        return (long) TURNS.getOpaque(this);
    }

    @Nullable
    Strand strand() {
        return strand;
    }

    boolean becomeActive() {
        return STATE.compareAndSet(this, IDLE, ACTIVE);
    }

    void unpark() {
        Strand mine = strand;
        if (mine != null) {
            mine.unpark();
        }
    }

    /// Takes its seat away, and what it holds, for others to run.
    ///
    /// @return false if it had none
    boolean detach() {
        if (!STATE.compareAndSet(this, ACTIVE, DETACHED)) {
            return false;
        }
        endSearch();
        emptyRing();
        scheduler.leaveSeat();
        return true;
    }

    /// Looks for work no more.
    ///
    /// @return whether it did
    boolean endSearch() {
        if (searcher && (boolean) SEARCHER.getAndSet(this, false)) {
            scheduler.searching.decrementAndGet();
            return true;
        }
        return false;
    }

    void rename(String path) {
        renamed = true;
        Strand mine = strand;
        if (mine != null) {
            mine.thread().setName(path);
        }
    }

    void nameBack() {
        Strand mine = strand;
        if (mine != null) {
            mine.thread().setName(title);
        }
    }

    boolean isRenamed() {
        return renamed;
    }

    // From the turn that runs on this worker.

    @Override
    public void tenant(@Nullable Object whose) {
        CURRENT.setOpaque(this, (Cell<?>) whose);
    }

    @Override
    public @Nullable Object tenant() {
        return current;
    }

    @Override
    public void beforePark(Strand self) {
        Cell<?> cell = current;
        if (cell == null) {
            return;
        }
        handOver();
        if (!renamed) {
            rename(cell.path());
        }
    }

    /// Gives the seat away in a turn, before something that may take long.
    private void handOver() {
        shareNext();
        if (detach() && scheduler.hasQueued()) {
            scheduler.wakeOne();
        }
    }

    @Override
    public void afterPark(Strand self) {
        if (current != null) {
            sitDown();
        }
    }

    private boolean sitDown() {
        if (!scheduler.takeSeat()) {
            return false;
        }
        if (STATE.compareAndSet(this, DETACHED, ACTIVE)) {
            return true;
        }
        scheduler.leaveSeat();
        return isActive();
    }

    // The loop.

    @Override
    public void run() {
        Strand self = Strand.current();
        strand = self;
        self.host(this);
        begin(self);
        boolean seated = true;
        while (seated) {
            if (oneTurn(self)) {
                seated = state == ACTIVE ? !giveWay || pause() : comeBack();
            } else {
                seated = rest();
            }
        }
        self.host(null);
        scheduler.dismiss(this);
    }

    /// In a method of its own: a worker that rests keeps no actor, which the interpreter would in a variable.
    ///
    /// @return false if there was nothing to do
    private boolean oneTurn(Strand self) {
        Cell<?> cell = pick(self);
        if (cell == null) {
            return false;
        }
        if (searcher && endSearch() && scheduler.searching.get() == 0 && scheduler.hasQueued()) {
            scheduler.wakeOne();
        }
        try {
            turn(cell, self);
        } catch (Throwable t) {
            Log.engineError("A turn of " + cell + " failed", t);
            CURRENT.setOpaque(this, null);
        }
        return true;
    }

    private void turn(Cell<?> cell, Strand self) {
        Program<?> program = cell.program;
        if (!program.take()) {
            return; // an entry more than needed
        }
        TURNS.setOpaque(this, turns + 1);
        CURRENT.setOpaque(this, cell);
        TurnFrame frame = cell.system.observers.frame();
        Program.Turn end = frame == null ? steps(cell, self, this) : framed(frame, cell, self);
        CURRENT.setOpaque(this, null);
        cell.system.observers.afterTurn();
        if (renamed) {
            renamed = false;
            nameBack();
        }
        switch (end) {
            case LEFT -> {}
            case LEFT_IN_DOUBT -> {
                cell.runBy(TurnScheduler.AWAKE);
                again(cell);
                lull(cell);
            }
            case MORE -> {
                if (!program.isFinished()) {
                    program.giveBack();
                    again(cell);
                }
            }
            case DONE -> {
                if (TurnScheduler.release(cell)) {
                    again(cell);
                    lull(cell);
                }
            }
        }
    }

    /// Its next message came when it was about to become idle, from another processor, where the sender may
    /// be about to become idle, too. Two actors that answer each other would go on like that, each on its own
    /// processor, at ten times the cost: if there is nothing else to do here, the sender gets the time for
    /// it, and then goes where the answer comes from.
    private void lull(Cell<?> cell) {
        int spins = isNext(cell) ? LULL_SPINS : 0;
        for (int i = 0; i < spins; i++) {
            Thread.onSpinWait();
        }
    }

    /// In a frame, the program is given back after it.
    private Program.Turn framed(TurnFrame frame, Cell<?> cell, Strand self) {
        boolean more = Observers.step(frame, cell, () -> steps(cell, self, null) == Program.Turn.MORE);
        return more ? Program.Turn.MORE : Program.Turn.DONE;
    }

    /// @param giver null if the program is not to be given back by itself
    private Program.Turn steps(Cell<?> cell, Strand self, @Nullable Worker giver) {
        return cell.mayWait > 0 ? waitingTurn(cell, self, giver) : cell.program.turn(self, giver);
    }

    /// A turn of an actor that has waited in foreign code before: gives the seat away first.
    private Program.Turn waitingTurn(Cell<?> cell, Strand self, @Nullable Worker giver) {
        handOver();
        long began = System.nanoTime();
        Program.Turn end = cell.program.turn(self, giver);
        if (System.nanoTime() - began < SHORT_NANOS) {
            cell.mayWait--;
        }
        return end;
    }

    /// Lets other green threads have the carrier, keeping the seat.
    private boolean pause() {
        giveWay = false;
        if (green) {
            Strand.giveWay(1);
        }
        return true;
    }

    /// After a turn without a seat.
    ///
    /// @return false if the worker is to end
    private boolean comeBack() {
        if (sitDown()) {
            return true;
        }
        shareNext();
        emptyRing();
        STATE.setVolatile(this, IDLE);
        scheduler.addSpare(this);
        if (!scheduler.shared.isEmpty()) {
            scheduler.wakeOne();
        }
        return spare();
    }

    /// Found nothing: gives the seat back and waits.
    ///
    /// @return false if the worker is to end
    private boolean rest() {
        endSearch();
        if (!STATE.compareAndSet(this, ACTIVE, IDLE)) {
            return comeBack(); // the sentinel was faster
        }
        scheduler.addSpare(this);
        scheduler.leaveSeat();
        if (scheduler.hasQueued() && scheduler.takeSeat()) { // invariant 2: after the seat was given back
            if (becomeActive()) {
                scheduler.removeSpare(this);
                return true;
            }
            scheduler.leaveSeat(); // somebody else has woken it, with another seat
        }
        return spare();
    }

    /// Platform threads are for bad times only.
    private boolean isOneTooMany() {
        return !green || scheduler.spares() > scheduler.parallelism;
    }

    private boolean spare() {
        long until = isOneTooMany() ? Strand.now() + SPARE_NANOS : Long.MAX_VALUE; // who is not needs no timer
        Strand self = Objects.requireNonNull(strand);
        if (!scheduler.closed) {
            scheduler.rests.until(self, () -> state != IDLE);
        }
        while (state == IDLE) {
            boolean late = until != Long.MAX_VALUE && until - Strand.now() <= 0;
            boolean over = scheduler.closed || (late && isOneTooMany());
            if (over && STATE.compareAndSet(this, IDLE, ENDED)) {
                scheduler.removeSpare(this);
                return false;
            }
            if (late) {
                until = Long.MAX_VALUE;
            }
            Strand.parkIdle(scheduler, until);
        }
        begin(self);
        searcher = true; // whoever woke it has counted it
        return true;
    }
}
