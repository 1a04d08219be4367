package dev.espalier.actor;

import dev.espalier.actor.LifeState.Goal;
import dev.espalier.actor.LifeState.User;
import org.jspecify.annotations.Nullable;

/// The stop side of a [Lifecycle]: what `pleaseStop`, the ladder and the children lead to, up to `stopped`.
///
/// *Idea.* As [Lifecycle], all of it belongs to the actor's [Serial]: whatever is not marked otherwise is called
/// in a task of it. [#begin] sets the goal; which step comes when is decided by [Lifecycle#advance], which calls
/// [#advance] here when the code is ready for it. [Ladder] says when patience ends, by [#climbed].
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `stoppingChild` | tasks | any thread | volatile |
/// | others | tasks | tasks | plain |
final class StopProtocol {
    private final Cell<?> cell;
    private final Lifecycle life;
    private final Ladder ladder;
    private volatile @Nullable Cell<?> stoppingChild;
    private boolean toldAll;
    /// The supervisor knows that the incarnation is down.
    boolean downReported;
    private long settledBefore;
    private boolean byParent;
    private boolean abandoned;

    StopProtocol(Cell<?> cell, Lifecycle life) {
        this.cell = cell;
        this.life = life;
        this.ladder = new Ladder(cell, life);
    }

    // Read by anyone.

    /// Whom it waits for now.
    @Nullable
    Cell<?> stoppingChild() {
        return stoppingChild;
    }

    boolean wasAbandoned() {
        return ladder.wasAbandoned();
    }

    // For life.

    boolean isAbandoned() {
        return abandoned;
    }

    /// The parent wants the end: it is none by itself.
    void byParent() {
        byParent = true;
    }

    /// Ends for good, or climbs to this rung if that has begun.
    void begin(Ladder.Rung from) {
        if (life.state == ActorState.STOPPED) {
            return;
        }
        if (life.goal == Goal.STOP) {
            unsuspend(); // its parent may have failed after it was asked
            ladder.atLeast(from);
        } else {
            beginFirst(from);
        }
        life.advance();
    }

    private void beginFirst(Ladder.Rung from) {
        boolean restarting = life.goal == Goal.RESTART;
        life.fatal = life.fatal == null ? life.pending : life.fatal;
        life.goal = Goal.STOP;
        cell.endSupervision();
        life.state = ActorState.STOPPING;
        settledBefore = cell.mailbox.settled();
        toldAll = false;
        cell.shutChildren();
        unsuspend();
        if (!restarting && !life.endsItself) {
            life.pleaseStopGoes();
        }
        life.drained = false;
        cell.program.drainTo(cell.mailbox.tickets());
        ladder.start(from);
    }

    /// While it drains, its children can be asked.
    private void unsuspend() {
        if (cell.program.suspended || life.pending != null) {
            cell.program.suspend(false);
            cell.forEachChild(child -> child.life.suspend(false));
        }
    }

    /// An incarnation ends for a restart: that, too, has a grace.
    void beginRestart() {
        ladder.start(Ladder.Rung.ASKED);
    }

    /// The old incarnation is down.
    void endRestart() {
        ladder.stop();
    }

    /// A fresh incarnation begins.
    void reset() {
        toldAll = false;
        downReported = false;
        ladder.reset();
    }

    // The ladder.

    /// The system has got its budget.
    void rearm() {
        ladder.rearm();
    }

    /// A rung has been reached: tells the children below.
    void climbed(Ladder.Rung rung) {
        if (life.user == User.GONE) {
            return;
        }
        switch (rung) {
            case CANCEL -> {
                cell.program.abort();
                cell.forEachChild(child -> child.life.stopByParent(Ladder.Rung.CANCEL));
            }
            case INTERRUPT -> {
                if (cell.spec.options.interrupts && life.codeIsRunning()) {
                    cell.program.interrupt();
                }
            }
            case ABANDON -> abandon();
            case ASKED -> {}
        }
        life.advance();
    }

    private void abandon() {
        cell.forEachChild(child -> child.life.stopByParent(Ladder.Rung.ABANDON));
        if (!abandoned && life.codeIsRunning() && cell.program.abandon(cell.system.stop.isOverdue())) {
            abandoned = true;
            life.goal = Goal.STOP;
            life.state = ActorState.STOPPING;
            ladder.abandoned();
            Serial.Turns.afterwards(() -> Log.error("{} was abandoned: its thread did not come back", cell.path()));
        }
        if (!abandoned) {
            ladder.again();
        }
    }

    /// Gives up a thread that cannot come back, long before its time is over. The children are not to blame:
    /// they stop in order.
    void lose() {
        if (life.goal == Goal.STOP && !abandoned && life.codeIsRunning() && cell.program.abandon(false)) {
            abandoned = true;
            ladder.abandoned();
            life.advance();
        }
    }

    // The next step.

    /// The code is down, has drained, or was given up: children first, then the close.
    void advance() {
        if (cell.hasLivingChildren()) {
            stopChildren();
        } else if (abandoned) {
            endAbandoned();
        } else {
            cell.program.childrenGone();
            if (life.user == User.LIVE && cell.program.endsItself()) {
                return;
            }
            life.user = User.CLOSING;
            cell.program.command(Program.Command.CLOSE);
        }
    }

    void stopChildren() {
        if (cell.spec.options.parallelStop) {
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

    /// A child has ended, whoever stopped it.
    void childStopped(Cell<?> child) {
        if (stoppingChild == child) {
            stoppingChild = null;
        }
    }

    private void endAbandoned() {
        life.user = User.GONE;
        cell.program.settleAbandoned();
        cell.closeMailbox();
        finish();
    }

    /// The last step: `stopped` goes after this task.
    void finish() {
        if (life.state == ActorState.STOPPED) {
            return;
        }
        life.state = ActorState.STOPPED;
        ladder.stop();
        boolean told = cell.system.stop.hasBegun() || !cell.system.observers.isEmpty();
        Ending end = told ? ladder.ending(life.fatal, cell.mailbox.settled() - settledBefore) : null;
        boolean byItself = !byParent;
        Throwable noStart = life.startFailure;
        boolean keep = noStart == null || noStart instanceof IgnoreStartException;
        Serial.Turns.afterwards(() -> cell.ended(end, keep, noStart == null, byItself));
        life.becomeReady();
    }
}
