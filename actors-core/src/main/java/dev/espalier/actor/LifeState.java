package dev.espalier.actor;

import dev.espalier.sync.Signal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where the life of one actor stands: what [Lifecycle] and [StopProtocol] decide by, and what others may read.
///
/// | `goal` | meaning | next |
/// |---|---|---|
/// | RUN | it lives | RESTART (supervisor), STOP (anyone) |
/// | RESTART | this incarnation ends, then waits for the supervisor to begin the next | RUN, STOP |
/// | STOP | it ends for good | none |
///
/// | `user`: where its code is | next |
/// |---|---|
/// | NONE: no incarnation | STARTING, CLOSING |
/// | STARTING | LIVE, DOWN |
/// | LIVE: handles messages | DOWN |
/// | DOWN: failed, ended or halted; its object is still there | HOOK, LIVE (resume), CLOSING |
/// | HOOK: `beforeRestart` runs | NONE |
/// | CLOSING: last messages, close, `onStop` | GONE |
/// | GONE | |
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `pleaseStop` | whoever asks first, a task, CAS | any thread | volatile |
/// | `ready` | whoever asks first, CAS; tasks | any thread | volatile |
/// | other volatile ones | tasks of its [Serial] | any thread | volatile |
/// | others | tasks | tasks | plain |
///
/// Readers outside of tasks see a moment that may have passed.
abstract sealed class LifeState extends Serial permits Lifecycle {
    /// What has gone before anybody asked for it.
    static final Signal GONE = gone();

    /// In place of a signal that nobody has asked for: not ready yet.
    private static final Signal NOT_YET = new Signal();

    private static final VarHandle PLEASE_STOP;
    private static final VarHandle READY;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PLEASE_STOP = lookup.findVarHandle(LifeState.class, "pleaseStop", Signal.class);
            READY = lookup.findVarHandle(LifeState.class, "ready", Signal.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static Signal gone() {
        Signal signal = new Signal();
        signal.go();
        return signal;
    }

    enum Goal {
        RUN,
        RESTART,
        STOP
    }

    enum User {
        NONE,
        STARTING,
        LIVE,
        DOWN,
        HOOK,
        CLOSING,
        GONE
    }

    final Cell<?> cell;
    volatile ActorState state = ActorState.STARTING;
    volatile int incarnation = 1;
    volatile Goal goal = Goal.RUN;
    volatile User user = User.NONE;
    volatile @Nullable Signal pleaseStop;
    private volatile @Nullable Signal ready = NOT_YET;
    volatile @Nullable Throwable startFailure;
    volatile boolean startedOnce;
    /// The failure that it ended by.
    volatile @Nullable Failure fatal;

    volatile @Nullable Failure pending;
    boolean drained;
    boolean endsItself;
    volatile boolean resumable;

    LifeState(Cell<?> cell) {
        this.cell = cell;
    }

    // Read by anyone.

    ActorState state() {
        return state;
    }

    int incarnation() {
        return incarnation;
    }

    /// Made when somebody asks for it.
    Signal pleaseStop() {
        Signal now = pleaseStop;
        if (now == null) {
            PLEASE_STOP.compareAndSet(this, null, new Signal());
            now = Objects.requireNonNull(pleaseStop);
        }
        return now;
    }

    boolean hasStartedOnce() {
        return startedOnce;
    }

    @Nullable
    Throwable startFailure() {
        return startFailure;
    }

    @Nullable
    Failure fatalFailure() {
        return fatal;
    }

    /// Goes when the actor takes messages, and at its end; null when it takes them now.
    @Nullable
    Signal ready() {
        if (isNotYet(ready)) {
            READY.compareAndSet(this, NOT_YET, new Signal());
        }
        return ready;
    }

    @SuppressWarnings("ReferenceEquality") // the one object
    private static boolean isNotYet(@Nullable Signal signal) {
        return signal == NOT_YET;
    }

    boolean isStopping() {
        return goal == Goal.STOP;
    }

    /// Whether it ends for good or by itself; for the actor's own thread, which may learn of it late.
    boolean isEnding() {
        return goal == Goal.STOP || endsItself;
    }

    boolean isUp() {
        return user == User.LIVE && goal == Goal.RUN;
    }

    boolean isStarting() {
        return user == User.STARTING && goal == Goal.RUN;
    }

    /// Whether its last failure left its object usable.
    boolean isResumable() {
        return resumable;
    }

    /// Whether it has failed and its supervisor may still resume it.
    boolean awaitsVerdict() {
        return goal == Goal.RUN && pending != null;
    }

    /// Whether it, or an ancestor, has failed and is not judged.
    boolean rests() {
        return awaitsVerdict() || (goal == Goal.RUN && cell.program.suspended);
    }

    /// Whether it neither stops nor restarts.
    boolean goesOn() {
        return goal == Goal.RUN;
    }

    boolean codeIsRunning() {
        return user != User.GONE && user != User.NONE && user != User.DOWN;
    }

    Failure failure(Throwable cause, @Nullable Object message) {
        Cell<?> parent = cell.parent;
        return new Failure(
                cell.path(),
                incarnation,
                parent == null ? "" : parent.path(),
                Failure.bounded(message),
                cause,
                Instant.now(),
                cell.spec.options.restart,
                cell.grace());
    }

    String activity() {
        return goal == Goal.RUN ? user.name().toLowerCase(Locale.ROOT) : goal + "/" + user;
    }

    // Small steps that both sides take.

    void becomeReady() {
        Signal waiting = (Signal) READY.getAndSet(this, null);
        if (waiting != null && !isNotYet(waiting)) {
            Serial.Turns.afterwards(waiting::go);
        }
    }

    void becomeUnready() {
        if (ready == null) {
            ready = NOT_YET;
        }
    }

    void pleaseStopGoes() {
        if (PLEASE_STOP.compareAndSet(this, null, GONE)) {
            return; // nobody has asked for it
        }
        Signal asked = pleaseStop();
        Serial.Turns.afterwards(asked::go);
    }

    @Nullable
    Supervisor supervisor() {
        Cell<?> parent = cell.parent;
        return parent == null ? null : parent.supervisor();
    }
}
