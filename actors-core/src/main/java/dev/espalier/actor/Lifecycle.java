package dev.espalier.actor;

import dev.espalier.sync.Signal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The life of one actor: start, failure, restart, stop. It decides, [Program] runs the user's code.
///
/// *Idea.* All state below belongs to [#serial]: tasks of it run one at a time, whichever thread brings them,
/// and never wait and never call user code. So an actor whose own code hangs can still be supervised and
/// stopped.
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
/// [#advance] looks at both after every event and takes the one next step. Invariants:
/// 1. Children are told to stop only after the queued messages of their parent have been handled, or its code
///    is down.
/// 2. CLOSING begins only when no child is left; so `stopped` implies that every descendant has stopped.
/// 3. From the moment the goal is no longer RUN, [ChildSet] refuses children.
/// 4. Every event of the program is answered once: a program in STARTING, HOOK or CLOSING always posts an end,
///    unless it hangs, which the ladder ends by ABANDON.
final class Lifecycle {
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

    final Serial serial = new Serial();
    private final Cell<?> cell;
    private final Ladder ladder;
    private volatile ActorState state = ActorState.STARTING;
    private volatile int incarnation = 1;
    private volatile Goal goal = Goal.RUN;
    private volatile User user = User.NONE;
    private volatile Signal pleaseStop = new Signal();
    private volatile @Nullable Signal ready = new Signal();
    private volatile @Nullable Throwable startFailure;
    private volatile boolean startedOnce;
    /// The failure that it ended by.
    private volatile @Nullable Failure fatal;

    private volatile @Nullable Failure pending;
    private boolean drained;
    private boolean endsItself;
    private boolean downReported;
    private boolean toldAll;
    private volatile @Nullable Cell<?> stoppingChild;
    private long settledBefore;
    private boolean bySupervisor;
    private boolean abandoned;
    private volatile boolean resumable;

    Lifecycle(Cell<?> cell) {
        this.cell = cell;
        this.ladder = new Ladder(cell, this);
    }

    // Read by anyone.

    ActorState state() {
        return state;
    }

    int incarnation() {
        return incarnation;
    }

    Signal pleaseStop() {
        return pleaseStop;
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

    @Nullable
    Cell<?> stoppingChild() {
        return stoppingChild;
    }

    /// Goes when the actor takes messages, and at its end; null when it takes them now.
    @Nullable
    Signal ready() {
        return ready;
    }

    boolean isStopping() {
        return goal == Goal.STOP;
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

    boolean wasAbandoned() {
        return ladder.wasAbandoned();
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
                cell.spec.restart);
    }

    String activity() {
        return goal == Goal.RUN ? user.name().toLowerCase(java.util.Locale.ROOT) : goal + "/" + user;
    }

    // From the spawner.

    void begin() {
        serial.post(() -> {
            if (goal == Goal.RUN) {
                user = User.STARTING;
                cell.program.command(Program.Command.BEGIN);
            } else {
                advance();
            }
        });
    }

    // From the program.

    void userStarted() {
        serial.post(() -> {
            user = User.LIVE;
            startedOnce = true;
            if (state == ActorState.STARTING) {
                state = ActorState.RUNNING;
            }
            int which = incarnation;
            cell.system.observers.started(cell, which);
            becomeReady();
            Supervisor supervisor = supervisor();
            if (supervisor != null && which > 1) {
                supervisor.childStarted(cell);
            }
            advance();
        });
    }

    private void becomeReady() {
        Signal waiting = ready;
        ready = null;
        if (waiting != null) {
            Serial.Turns.afterwards(waiting::go);
        }
    }

    void userStartFailed(Throwable thrown) {
        serial.post(() -> {
            user = User.DOWN;
            resumable = false;
            if (!startedOnce && incarnation == 1) {
                startFailure = thrown;
                goal = Goal.STOP;
                advance();
            } else {
                failed(failure(thrown, null));
            }
        });
    }

    void userResumed() {
        serial.post(() -> {
            user = User.LIVE;
            becomeReady();
            if (!cell.program.suspended) {
                goOnBelow();
            }
            advance();
        });
    }

    void userFailed(Failure failure) {
        serial.post(() -> {
            user = User.DOWN;
            resumable = pending == null;
            failed(failure);
        });
    }

    private void failed(Failure failure) {
        Supervisor supervisor = supervisor();
        if (goal != Goal.RUN || supervisor == null || pending != null) {
            if (goal == Goal.STOP) {
                fatal = fatal == null ? failure : fatal;
            }
            cell.system.failed(failure, Decision.STOP);
            if (cell.parent != null) {
                cell.parent.tellChildFailure(failure);
            }
            advance();
            return;
        }
        pending = failure;
        if (ready == null) {
            ready = new Signal();
        }
        cell.forEachChild(child -> child.life.suspend(true));
        supervisor.childFailed(cell, failure);
    }

    /// The code has ended by itself or, after END, the old incarnation is cleared away.
    void userEnded() {
        serial.post(() -> {
            if (user == User.HOOK) {
                user = User.NONE;
            } else {
                user = User.DOWN;
                if (goal == Goal.RUN && pending == null) {
                    endedByItself();
                    return;
                }
            }
            advance();
        });
    }

    void userPaused() {
        serial.post(() -> {
            user = User.DOWN;
            if (goal == Goal.RUN && pending == null && endsItself) {
                endedByItself();
            } else {
                advance();
            }
        });
    }

    private void endedByItself() {
        Supervisor supervisor = supervisor();
        if (ready == null) {
            ready = new Signal();
        }
        if (supervisor == null) {
            stop(Ladder.Rung.ASKED);
        } else {
            supervisor.childEnded(cell);
        }
    }

    void userDrained() {
        serial.post(() -> {
            drained = true;
            if (goal == Goal.RUN && endsItself) {
                if (cell.program.endsItself()) {
                    cell.program.childrenGone();
                } else {
                    cell.program.halt();
                }
            }
            advance();
        });
    }

    void userFinished() {
        serial.post(() -> {
            if (user != User.GONE) {
                user = User.GONE;
                finish();
            }
        });
    }

    // From the actor itself.

    /// Asked by its own code to end.
    void stopItself() {
        serial.post(() -> {
            if (goal == Goal.RUN && !endsItself) {
                endsItself = true;
                cell.shutChildren();
                pleaseStopGoes();
                cell.program.drainTo(cell.mailbox.tickets());
            }
        });
    }

    private void pleaseStopGoes() {
        Signal signal = pleaseStop;
        Serial.Turns.afterwards(signal::go);
    }

    // From the parent's supervisor.

    void resume() {
        serial.post(() -> {
            if (goal == Goal.RUN && pending != null && user == User.DOWN) {
                pending = null;
                user = User.STARTING;
                cell.program.halted = false;
                cell.program.command(Program.Command.RESUME);
            }
        });
    }

    /// An ancestor has failed, or goes on. Below an actor that has failed itself nothing goes on before it
    /// does.
    void suspend(boolean value) {
        serial.post(() -> {
            cell.program.suspend(value);
            if (value) {
                cell.forEachChild(child -> child.life.suspend(true));
            } else if (pending == null) {
                goOnBelow();
            }
        });
    }

    private void goOnBelow() {
        cell.forEachChild(child -> child.life.suspend(false));
        if (cell.hasChildSet()) {
            cell.supervisor().ownerGoesOn();
        }
    }

    /// A child was spawned: it may be too late for the suspension of all children. Called after it was added.
    void childAdded(Cell<?> child) {
        if (cell.program.suspended || pending != null) {
            serial.post(() -> {
                if (rests()) {
                    child.life.suspend(true);
                }
            });
        }
    }

    /// Ends for good after a failure or by itself, as the supervisor decided.
    void terminate() {
        serial.post(() -> {
            if (goal != Goal.STOP) {
                stopNow(Ladder.Rung.ASKED);
            }
        });
    }

    /// Ends this incarnation; the supervisor is told when it is down, again if it is down already.
    void endIncarnation() {
        serial.post(() -> {
            if (goal != Goal.RUN) {
                Supervisor supervisor = supervisor();
                if (goal == Goal.RESTART && downReported && supervisor != null) {
                    supervisor.childDown(cell);
                }
                return;
            }
            goal = Goal.RESTART;
            cell.supervisor().dropCases();
            pending = null;
            if (ready == null) {
                ready = new Signal();
            }
            cell.shutChildren();
            pleaseStopGoes();
            ladder.start(Ladder.Rung.ASKED);
            advance();
        });
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only tasks of the serial write
    void beginAgain() {
        serial.post(() -> {
            if (goal != Goal.RESTART || user != User.NONE) {
                return;
            }
            goal = Goal.RUN;
            user = User.STARTING;
            endsItself = false;
            drained = false;
            downReported = false;
            toldAll = false;
            pleaseStop = new Signal();
            incarnation++;
            ladder.reset();
            cell.program.prepare();
            cell.reopenChildren();
            cell.program.command(Program.Command.BEGIN_AGAIN);
        });
    }

    /// Fails because of its children: its own code is taken down at the next point where it can be.
    void fail(Throwable cause) {
        serial.post(() -> {
            if (goal == Goal.RUN && pending == null) {
                Supervisor supervisor = supervisor();
                Failure failure = failure(cause, null);
                resumable = false;
                if (supervisor == null) {
                    fatal = failure;
                    cell.system.failed(failure, Decision.STOP);
                    cell.system.fatal(failure);
                    return;
                }
                if (user == User.LIVE || user == User.STARTING) {
                    cell.program.halt();
                    cell.program.abort();
                }
                failed(failure);
            }
        });
    }

    // From anyone.

    void stop(Ladder.Rung from) {
        serial.post(() -> stopNow(from));
    }

    /// As [#stop], by the parent: not an end that counts for its [AutoShutdown].
    void stopByParent(Ladder.Rung from) {
        serial.post(() -> {
            bySupervisor = true;
            stopNow(from);
        });
    }

    private void stopNow(Ladder.Rung from) {
        if (state == ActorState.STOPPED) {
            return;
        }
        if (goal != Goal.STOP) {
            boolean restarting = goal == Goal.RESTART;
            fatal = fatal == null ? pending : fatal;
            goal = Goal.STOP;
            cell.supervisor().dropCases();
            state = ActorState.STOPPING;
            settledBefore = cell.mailbox.settled();
            toldAll = false;
            cell.shutChildren();
            unsuspend();
            if (!restarting && !endsItself) {
                pleaseStopGoes();
            }
            drained = false;
            cell.program.drainTo(cell.mailbox.tickets());
            ladder.start(from);
        } else {
            unsuspend(); // its parent may have failed after it was asked
            ladder.atLeast(from);
        }
        advance();
    }

    /// While it drains, its children can be asked.
    private void unsuspend() {
        if (cell.program.suspended || pending != null) {
            cell.program.suspend(false);
            cell.forEachChild(child -> child.life.suspend(false));
        }
    }

    /// The system has got its budget.
    void budgetSet() {
        if (goal != Goal.RUN) {
            serial.post(ladder::rearm);
        }
    }

    /// A rung has been reached: tells the children below.
    void climbed(Ladder.Rung rung) {
        if (user == User.GONE) {
            return;
        }
        switch (rung) {
            case CANCEL -> {
                cell.program.abort();
                cell.forEachChild(child -> child.life.stopByParent(Ladder.Rung.CANCEL));
            }
            case INTERRUPT -> {
                if (cell.spec.interrupts && codeIsRunning()) {
                    cell.program.interrupt();
                }
            }
            case ABANDON -> abandon();
            case ASKED -> {}
        }
        advance();
    }

    private void abandon() {
        cell.forEachChild(child -> child.life.stopByParent(Ladder.Rung.ABANDON));
        if (!abandoned && codeIsRunning() && cell.program.abandon(cell.system.stop.isOverdue())) {
            abandoned = true;
            goal = Goal.STOP;
            state = ActorState.STOPPING;
            ladder.abandoned();
            Serial.Turns.afterwards(() -> Log.LOG.error("{} was abandoned: its thread did not come back", cell.path()));
        }
        if (!abandoned) {
            ladder.again();
        }
    }

    /// Gives up a thread that cannot come back, long before its time is over. The children are not to blame:
    /// they stop in order.
    void lose() {
        serial.post(() -> {
            if (goal == Goal.STOP && !abandoned && codeIsRunning() && cell.program.abandon(false)) {
                abandoned = true;
                ladder.abandoned();
                advance();
            }
        });
    }

    private void endAbandoned() {
        user = User.GONE;
        cell.program.settleAbandoned();
        cell.closeMailbox();
        finish();
    }

    // From children.

    void childStopped(Cell<?> child, boolean byItself) {
        serial.post(() -> {
            if (stoppingChild == child) {
                stoppingChild = null;
            }
            if (goal == Goal.RUN) {
                cell.supervisor().childStopped(child, byItself);
            }
            advance();
        });
    }

    // The next step.

    private void advance() {
        if (state == ActorState.STOPPED) {
            return;
        }
        if (abandoned) {
            if (cell.hasLivingChildren()) {
                stopChildren();
            } else {
                endAbandoned();
            }
            return;
        }
        if (goal == Goal.RUN || user == User.STARTING || user == User.HOOK) {
            return;
        }
        if (user == User.CLOSING || user == User.GONE) {
            return;
        }
        if (goal == Goal.RESTART) {
            advanceRestart();
        } else if (user != User.LIVE || drained) {
            if (cell.hasLivingChildren()) {
                stopChildren();
                return;
            }
            cell.program.childrenGone();
            if (user == User.LIVE && cell.program.endsItself()) {
                return;
            }
            user = User.CLOSING;
            cell.program.command(Program.Command.CLOSE);
        }
    }

    private void advanceRestart() {
        if (user == User.LIVE) {
            cell.program.halt();
        } else if (cell.hasLivingChildren()) {
            stopChildren();
        } else if (user == User.DOWN) {
            user = User.HOOK;
            cell.program.command(Program.Command.END);
        } else if (!downReported) {
            downReported = true;
            ladder.stop();
            Supervisor supervisor = supervisor();
            if (supervisor != null) {
                supervisor.childDown(cell);
            }
        }
    }

    private void stopChildren() {
        if (cell.spec.parallelStop) {
            if (!toldAll) {
                toldAll = true;
                cell.forEachChild(child -> child.life.stopByParent(Ladder.Rung.ASKED));
            }
            return;
        }
        Cell<?> last = cell.newestChild();
        if (last != null && last != stoppingChild) {
            stoppingChild = last;
            last.life.stopByParent(ladder.rung());
        }
    }

    private void finish() {
        if (state == ActorState.STOPPED) {
            return;
        }
        state = ActorState.STOPPED;
        ladder.stop();
        StopReport.End end = ladder.report(fatal, cell.mailbox.settled() - settledBefore);
        boolean byItself = !bySupervisor;
        Throwable noStart = startFailure;
        boolean keep = noStart == null || noStart instanceof IgnoreStartException;
        Serial.Turns.afterwards(() -> cell.ended(end, keep, noStart == null, byItself));
        becomeReady();
    }

    private @Nullable Supervisor supervisor() {
        Cell<?> parent = cell.parent;
        return parent == null ? null : parent.supervisor();
    }
}
