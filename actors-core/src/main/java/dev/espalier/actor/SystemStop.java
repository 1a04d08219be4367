package dev.espalier.actor;

import dev.espalier.sync.Registration;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The stop of a whole system, from its begin to the report: the budget, the callbacks, how each actor ended.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `begun` | whoever stops the system, once | any | CAS |
/// | `begunAt`, `budget` | the same, afterwards | any | volatile |
/// | `ends`, `callbacks`, `callbacksTaken` | any | any | guarded by `lock` |
/// | `ender` | the thread that ended the root; one that takes over | any | CAS |
/// | `report` | the ender, once (`reported`) | any | volatile |
final class SystemStop {
    private static final Duration TICK = Duration.ofSeconds(1);

    private final ActorSystem system;
    private final Duration wholeBudget;
    /// Computed early, also so that its classes are there when there is no memory left to load them.
    private final long wholeBudgetNanos;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final Signal stopped = new Signal();
    private volatile long begunAt;
    private volatile Ladder.Budget budget = Ladder.Budget.NONE;
    /// The thread that runs the callbacks and the observers at the end, while it does.
    private final AtomicReference<@Nullable Thread> ender = new AtomicReference<>();
    private final AtomicBoolean reported = new AtomicBoolean();
    private volatile @Nullable StopReport report;

    /// Held for a few instructions only.
    private final ReentrantLock lock = new ReentrantLock();

    private final List<StopReport.End> ends = new ArrayList<>();
    private final ArrayDeque<Runnable> callbacks = new ArrayDeque<>();
    private boolean callbacksTaken;

    SystemStop(ActorSystem system, Duration wholeBudget) {
        this.system = system;
        this.wholeBudget = wholeBudget;
        this.wholeBudgetNanos = Ladder.nanos(wholeBudget);
    }

    // The begin.

    void begin() {
        if (!begun.compareAndSet(false, true)) {
            return;
        }
        begunAt = system.now();
        budget = Ladder.Budget.of(begunAt, wholeBudget);
        rearmLadders();
        system.root().life.stop(Ladder.Rung.ASKED);
        new WaitingLine(system, system.root(), begunAt).start(TICK);
    }

    boolean hasBegun() {
        return begun.get();
    }

    /// Actors that have been asked to stop before the system was get its budget, too.
    private void rearmLadders() {
        ArrayDeque<Cell<?>> open = new ArrayDeque<>(List.of(system.root()));
        for (Cell<?> at = open.poll(); at != null; at = open.poll()) {
            at.life.budgetSet();
            open.addAll(at.childrenInOrder());
        }
    }

    // The time.

    long wholeBudgetNanos() {
        return wholeBudgetNanos;
    }

    Ladder.Budget budget() {
        return budget;
    }

    /// Whether the budget is over.
    boolean isOverdue() {
        long at = budget.abandonAt();
        return at != Long.MAX_VALUE && system.now() - at >= 0;
    }

    /// What it waits for now.
    String waitingLine() {
        return new WaitingLine(system, system.root(), begunAt).line();
    }

    // The end.

    /// Goes when the root has stopped, the callbacks and the observers have run.
    Signal stopped() {
        return stopped;
    }

    void await() {
        ProcessStop.waits();
        try {
            stopped.waitForGo();
        } finally {
            ProcessStop.hasWaited();
        }
    }

    /// How it went; null before the end.
    @Nullable
    StopReport report() {
        return report;
    }

    /// See [ActorSystem#onStopped].
    Registration onStopped(Runnable action) {
        Objects.requireNonNull(action, "action");
        Runnable own = () -> action.run(); // its own object, also for an action given twice
        lock.lock();
        try {
            if (callbacksTaken) {
                throw new SpawnRefusedException("The system " + system.name() + " has stopped", null);
            }
            callbacks.push(own);
        } finally {
            lock.unlock();
        }
        return () -> removeCallback(own);
    }

    private boolean removeCallback(Runnable own) {
        lock.lock();
        try {
            return callbacks.remove(own);
        } finally {
            lock.unlock();
        }
    }

    void actorEnded(Ending end) {
        if (!hasBegun()) {
            return;
        }
        lock.lock();
        try {
            ends.add(end.get());
        } finally {
            lock.unlock();
        }
    }

    /// The thread that runs the callbacks and the observers at the end, once it does.
    @Nullable
    Thread ender() {
        return ender.get();
    }

    /// The root has ended; runs with nothing held. If the timer has given up the last actor, callbacks and observers,
    /// which may wait, get a thread of their own.
    void rootStopped() {
        if (Strand.isTimer()) {
            try {
                Strand.startPlatform("espalier-end", true, this::end);
                return;
            } catch (OutOfMemoryError e) {
                Log.engineError("No thread for the end of " + system.name(), e);
            }
        }
        end();
    }

    private void end() {
        ender.set(Thread.currentThread());
        finish();
    }

    /// As [#rootStopped], in place of a thread that does not come back from a callback; goes on after that one.
    void takeOver(Thread lost) {
        if (ender.compareAndSet(lost, Thread.currentThread())) {
            finish();
        }
    }

    private void finish() {
        try {
            runCallbacks();
            if (reported.compareAndSet(false, true)) {
                makeReport();
            }
        } finally {
            ender.set(null);
            ProcessStop.unregister(system);
            stopped.go(); // whatever failed above: others wait for it without end
        }
    }

    private void runCallbacks() {
        for (Runnable action = nextCallback(); action != null; action = nextCallback()) {
            try {
                action.run();
            } catch (Throwable t) {
                system.observers.hookFailed("/" + system.name(), "onStopped", t);
            }
        }
    }

    private @Nullable Runnable nextCallback() {
        lock.lock();
        try {
            callbacksTaken = true;
            return callbacks.poll();
        } finally {
            lock.unlock();
        }
    }

    private void makeReport() {
        Duration took = Duration.ofNanos(system.now() - begunAt);
        StopReport made = new StopReport(system.name(), took, system.totals.ended(), allEnds());
        report = made;
        if (made.isClean()) {
            Log.info("{}", made.toText());
        } else {
            Log.warn("{}", made.toText());
        }
        system.observers.systemStopped(system, made);
    }

    private List<StopReport.End> allEnds() {
        lock.lock();
        try {
            return List.copyOf(ends);
        } finally {
            lock.unlock();
        }
    }
}
