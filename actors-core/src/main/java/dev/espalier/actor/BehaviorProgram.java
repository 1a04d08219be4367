package dev.espalier.actor;

import dev.espalier.sync.Strand;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Runs a [Behavior] in steps: a command of life first, then the control lane, then one message after the
/// other.
final class BehaviorProgram<M> extends MessageProgram<M> {
    private @Nullable Behavior<M> behavior;
    /// Whether `behavior` is of this incarnation, not one left over because the factory failed.
    private boolean made;

    private @Nullable Object delivering;
    /// Who follows the messages, once that was asked.
    private @Nullable MessageWatch watch;
    private boolean watchKnown;

    BehaviorProgram(Cell<M> cell) {
        super(cell);
    }

    @SuppressWarnings("unchecked") // see SpawnOptions.Kind
    private @Nullable Behavior<M> make(ActorContext<M> ctx) {
        Object code = cell.spec.code;
        return cell.spec.options.kind == SpawnOptions.Kind.BEHAVIOR
                ? ((Supplier<? extends Behavior<M>>) code).get()
                : ((Function<ActorContext<M>, ? extends Behavior<M>>) code).apply(ctx);
    }

    @Override
    boolean endsItself() {
        return false;
    }

    @Override
    void deliver(M message) {
        delivering = message;
        Behavior<M> now = handler;
        if (now == null) {
            return;
        }
        MessageWatch follow = watch();
        if (follow != null) {
            Strand self = Strand.current();
            self.trace(follow.started(message, self.trace()));
        }
        Throwable thrown = null;
        try {
            now.onMessage(message, context());
        } catch (Throwable t) {
            thrown = t;
            throw sneaky(t);
        } finally {
            if (follow != null) {
                follow.ended(thrown);
            }
        }
    }

    @Override
    public @Nullable MessageWatch watch() {
        return watchKnown ? watch : findWatch();
    }

    private @Nullable MessageWatch findWatch() {
        Behavior<M> now = behavior;
        watchKnown = true;
        watch = now == null ? null : cell.system.observers.messagesOf(cell, now.getClass());
        return watch;
    }

    @Override
    void childFailed(Failure failure) {
        Behavior<M> now = behavior;
        if (now != null) {
            try {
                now.onChildFailure(failure, context());
            } catch (Exception e) {
                throw sneaky(e);
            }
        }
    }

    /// Throws what it is given; the border of the actor catches every throwable as it is.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> RuntimeException sneaky(Throwable t) throws T {
        throw (T) t;
    }

    @Override
    boolean attend(Strand self) {
        if (isFinished()) {
            return false;
        }
        Command next = takeCommand();
        if (next != null) {
            execute(next);
        } else if (!live) {
            return false;
        } else if (halted) {
            dies();
            cell.life.userPaused();
        } else if (drainDue()) {
            reportDrained();
        } else {
            return !suspended && !aborted && (runTaskGuarded() || handleNext(self));
        }
        return true;
    }

    @Override
    void stepOnce() {
        Command next = takeCommand();
        if (next != null) {
            borrowed = true;
            try {
                execute(next);
                endAtOnce();
            } finally {
                borrowed = false;
            }
        }
    }

    /// One that was asked to end while it started, and has nothing to handle, ends here and now: for a short
    /// life the way through the queues of the workers would be the longest part.
    private void endAtOnce() {
        boolean goesOn = true;
        while (goesOn && cell.life.isEnding() && !isFinished() && !hasMessages()) {
            goesOn = attend(Strand.current());
        }
    }

    private boolean runTaskGuarded() {
        if (laneIsEmpty()) {
            return false;
        }
        delivering = null;
        Throwable thrown = call(this::runTask);
        if (thrown != null && !isFinished() && !wasCancelled(thrown)) {
            failedWith(thrown, delivering);
        }
        return true;
    }

    private void execute(Command next) {
        switch (next) {
            case BEGIN, BEGIN_AGAIN -> begin(next == Command.BEGIN_AGAIN);
            case RESUME -> {
                live = true;
                cell.life.userResumed();
            }
            case END -> {
                Behavior<M> old = behavior;
                if (old != null && made) {
                    CellContext<M> ctx = context();
                    hookFailed("beforeRestart", call(() -> {
                        old.beforeRestart(ctx);
                        return null;
                    }));
                }
                endContext();
                cell.life.userEnded();
            }
            case CLOSE -> close();
        }
    }

    private void begin(boolean again) {
        drainReported = false;
        openScope();
        CellContext<M> ctx = newContext();
        made = false;
        Throwable thrown = call(() -> {
            Behavior<M> fresh = make(ctx);
            if (fresh == null) {
                throw new NullPointerException("The factory of " + cell.path() + " returned null");
            }
            behavior = fresh;
            handler = fresh;
            made = true;
            if (again) {
                fresh.afterRestart(ctx);
            } else {
                fresh.onStart(ctx);
            }
            return null;
        });
        if (thrown == null) {
            live = true;
            restartAside();
            cell.life.userStarted();
        } else {
            cell.life.userStartFailed(thrown);
        }
    }

    private void close() {
        for (int due = laneSize(); due > 0 && live && !aborted && !isFinished(); due--) {
            runTaskGuarded(); // the last failures and ends of children, for one
        }
        long mark = mailbox.tickets();
        while (live && !aborted && !isFinished() && (mailbox.takenCount() < mark || hasFront())) {
            handleNext(Strand.current());
        }
        if (isFinished()) {
            return;
        }
        dies();
        closeMailbox();
        deadLetterAside();
        Behavior<M> last = behavior;
        if (last != null && cell.life.hasStartedOnce()) {
            openLastScope();
            CellContext<M> ctx = context();
            hookFailed("onStop", call(() -> {
                last.onStop(ctx);
                return null;
            }));
        }
        if (!isFinished()) {
            behavior = null;
            handler = null;
            finish();
        }
    }
}
