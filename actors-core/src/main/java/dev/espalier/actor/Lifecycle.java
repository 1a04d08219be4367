package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// The life of one actor: start, failure, restart, stop. It decides, [Program] runs the user's code.
///
/// *Idea.* All state, here, in [LifeState] and in [StopProtocol], belongs to the [Serial] that it is: tasks of it run
/// one at a
/// time, whichever thread brings them, and never wait and never call user code. So an actor whose own code hangs
/// can still be supervised and stopped.
///
/// [#advance] looks at `goal` and `user` ([LifeState] has their meaning) after every event and takes the one next
/// step; on the way to the end that is one of [StopProtocol]. Invariants:
/// 1. Children are told to stop only after the queued messages of their parent have been handled, or its code
///    is down.
/// 2. CLOSING begins only when no child is left; so `stopped` implies that every descendant has stopped.
/// 3. From the moment the goal is no longer RUN, [ChildSet] refuses children.
/// 4. Every event of the program is answered once: a program in STARTING, HOOK or CLOSING always posts an end,
///    unless it hangs, which the ladder ends by ABANDON.
final class Lifecycle extends LifeState {
    /// Made when the first incarnation ends, by a task.
    private volatile @Nullable StopProtocol stop;

    Lifecycle(Cell<?> cell) {
        super(cell);
    }

    private StopProtocol stop() {
        StopProtocol now = stop;
        if (now == null) {
            now = new StopProtocol(cell, this);
            stop = now;
        }
        return now;
    }

    // Read by anyone.

    /// The child that it waits for to stop.
    @Nullable
    Cell<?> stoppingChild() {
        StopProtocol now = stop;
        return now == null ? null : now.stoppingChild();
    }

    boolean wasAbandoned() {
        StopProtocol now = stop;
        return now != null && now.wasAbandoned();
    }

    // From the spawner.

    void begin() {
        post(() -> {
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
        post(() -> {
            user = User.LIVE;
            startedOnce = true;
            if (state == ActorState.STARTING) {
                state = ActorState.RUNNING;
            }
            int which = incarnation;
            cell.system.observers.started(cell, which);
            becomeReady();
            Supervisor supervisor = which > 1 ? supervisor() : null;
            if (supervisor != null) {
                supervisor.childStarted(cell);
            }
            advance();
        });
    }

    void userStartFailed(Throwable thrown) {
        post(() -> {
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
        post(() -> {
            user = User.LIVE;
            becomeReady();
            if (!cell.program.suspended) {
                goOnBelow();
            }
            advance();
        });
    }

    void userFailed(Failure failure) {
        post(() -> {
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
            cell.system.failed(cell, failure, Decision.STOP, 0);
            if (cell.parent != null) {
                cell.parent.tellChildFailure(failure);
            }
            advance();
            return;
        }
        pending = failure;
        becomeUnready();
        cell.forEachChild(child -> child.life.suspend(true));
        supervisor.childFailed(cell, failure);
    }

    /// The code has ended by itself or, after END, the old incarnation is cleared away.
    void userEnded() {
        post(() -> {
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
        post(() -> {
            user = User.DOWN;
            if (goal == Goal.RUN && pending == null && endsItself) {
                endedByItself();
            } else {
                advance();
            }
        });
    }

    private void endedByItself() {
        Cell<?> parent = cell.parent;
        becomeUnready();
        if (parent == null) {
            stop(Ladder.Rung.ASKED);
        } else if (cell.spec.options.restart == Restart.PERMANENT || parent.life.rests()) {
            parent.supervisor().childEnded(cell);
        } else {
            stop().begin(Ladder.Rung.ASKED);
        }
    }

    void userDrained() {
        post(() -> {
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
        post(() -> {
            if (user != User.GONE) {
                user = User.GONE;
                stop().finish();
            }
        });
    }

    // From the actor itself.

    /// Asked by its own code to end.
    void stopItself() {
        post(() -> {
            if (goal == Goal.RUN && !endsItself) {
                endsItself = true;
                cell.shutChildren();
                pleaseStopGoes();
                cell.program.drainTo(cell.mailbox.tickets());
            }
        });
    }

    // From the parent's supervisor.

    void resume() {
        post(() -> {
            if (goal == Goal.RUN && pending != null && user == User.DOWN) {
                pending = null;
                user = User.STARTING;
                cell.program.halted = false;
                cell.program.command(Program.Command.RESUME);
            }
        });
    }

    /// An ancestor has failed, or goes on. Below an actor that has failed itself nothing goes on before it
    /// is judged, or is to end anyway.
    void suspend(boolean value) {
        post(() -> {
            cell.program.suspend(value);
            if (value) {
                cell.forEachChild(child -> child.life.suspend(true));
            } else if (!awaitsVerdict()) {
                goOnBelow();
            }
        });
    }

    private void goOnBelow() {
        cell.forEachChild(child -> child.life.suspend(false));
        cell.goOnSupervising();
    }

    /// A child was spawned: it may be too late for the suspension of all children. Called after it was added.
    void childAdded(Cell<?> child) {
        if (cell.program.suspended || pending != null) {
            post(() -> {
                if (rests()) {
                    child.life.suspend(true);
                }
            });
        }
    }

    /// Ends for good after a failure or by itself, as the supervisor decided.
    void terminate() {
        post(() -> {
            if (goal != Goal.STOP) {
                stop().begin(Ladder.Rung.ASKED);
            }
        });
    }

    /// Ends this incarnation; the supervisor is told when it is down, again if it is down already.
    void endIncarnation() {
        post(() -> {
            if (goal != Goal.RUN) {
                Supervisor supervisor = supervisor();
                if (goal == Goal.RESTART && stop().downReported && supervisor != null) {
                    supervisor.childDown(cell);
                }
                return;
            }
            goal = Goal.RESTART;
            cell.endSupervision();
            pending = null;
            becomeUnready();
            cell.shutChildren();
            pleaseStopGoes();
            stop().beginRestart();
            advance();
        });
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only tasks write
    void beginAgain() {
        post(() -> {
            if (goal != Goal.RESTART || user != User.NONE) {
                return;
            }
            goal = Goal.RUN;
            user = User.STARTING;
            endsItself = false;
            drained = false;
            incarnation++; // first: contexts of the last one do not take the new signal for theirs
            pleaseStop = null;
            stop().reset();
            cell.program.prepare();
            cell.reopenChildren();
            // One that was taken down before it began has nothing to go on from.
            cell.program.command(startedOnce ? Program.Command.BEGIN_AGAIN : Program.Command.BEGIN);
        });
    }

    /// Fails because of its children: its own code is taken down at the next point where it can be.
    void fail(Throwable cause) {
        post(() -> {
            if (goal == Goal.RUN && pending == null) {
                Supervisor supervisor = supervisor();
                Failure failure = failure(cause, null);
                resumable = false;
                if (supervisor == null) {
                    fatal = failure;
                    cell.system.failed(cell, failure, Decision.STOP, 0);
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
        post(() -> stop().begin(from));
    }

    /// As [#stop], by the parent: not an end that counts for its [AutoShutdown].
    void stopByParent(Ladder.Rung from) {
        post(() -> {
            stop().byParent();
            stop().begin(from);
        });
    }

    /// The system has got its budget.
    void budgetSet() {
        if (goal != Goal.RUN) {
            post(() -> stop().rearm());
        }
    }

    /// Called by the ladder, in a task: a rung has been reached.
    void climbed(Ladder.Rung rung) {
        stop().climbed(rung);
    }

    /// Gives up a thread that cannot come back, long before its time is over.
    void lose() {
        post(() -> stop().lose());
    }

    // From children.

    void childStopped(Cell<?> child, boolean byItself) {
        post(() -> {
            stop().childStopped(child);
            if (goal == Goal.RUN) {
                cell.supervisor().childStopped(child, byItself);
            }
            advance();
        });
    }

    // The next step.

    void advance() {
        if (state == ActorState.STOPPED) {
            return;
        }
        StopProtocol now = stop;
        if (now != null && now.isAbandoned()) {
            now.advance();
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
            stop().advance();
        }
    }

    private void advanceRestart() {
        if (user == User.LIVE) {
            cell.program.halt();
        } else if (cell.hasLivingChildren()) {
            stop().stopChildren();
        } else if (user == User.DOWN) {
            user = User.HOOK;
            cell.program.command(Program.Command.END);
        } else if (!stop().downReported) {
            stop().downReported = true;
            stop().endRestart();
            Supervisor supervisor = supervisor();
            if (supervisor != null) {
                supervisor.childDown(cell);
            }
        }
    }
}
