package dev.espalier.sync;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// An action that runs at most once or is removed before: listener, waiter, timer task.
///
/// *Transitions.*
/// `ARMED -> RUN`: whoever runs it, CAS, the linearization point of the run;
/// `ARMED -> REMOVED`: whoever removes it, CAS, the linearization point of the removal.
/// *Invariant 1.* Exactly one call of [#run] or [#remove] gets past the CAS.
/// *Invariant 2.* After the CAS the action is dropped, so that whoever still holds this cell holds nothing
/// else.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `state` | run, remove | all | CAS; volatile read |
/// | `action` | constructor; then only the winner of the CAS | only the winner of the CAS | plain, ordered by the CAS |
class OneShot implements Registration, Runnable {
    private static final int ARMED = 0;
    private static final int RUN = 1;
    private static final int REMOVED = 2;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(OneShot.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through STATE
    private volatile int state = ARMED;

    private @Nullable Runnable action;

    OneShot(Runnable action) {
        this.action = action;
    }

    /// Runs the action unless it has run or was removed; what it throws is reported, not thrown.
    @Override
    public final void run() {
        Runnable mine = take(RUN);
        if (mine == null) {
            return;
        }
        ended();
        try {
            mine.run();
        } catch (Throwable error) {
            Report.error("a listener or timer task failed: " + mine.getClass().getName(), error); // toString may throw
        }
    }

    @Override
    public final boolean remove() {
        if (take(REMOVED) == null) {
            return false;
        }
        ended();
        removed();
        return true;
    }

    final boolean isArmed() {
        return state == ARMED;
    }

    /// Called once, after it was run or removed (before the action runs).
    void ended() {}

    /// Called once, after [#ended], if it was removed.
    void removed() {}

    private @Nullable Runnable take(int next) {
        if (state != ARMED || !STATE.compareAndSet(this, ARMED, next)) {
            return null;
        }
        Runnable mine = action;
        action = null; // invariant 2
        return mine;
    }
}
