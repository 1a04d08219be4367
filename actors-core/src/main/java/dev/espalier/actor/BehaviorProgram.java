package dev.espalier.actor;

import dev.espalier.sync.CancelScope;
import dev.espalier.sync.Strand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Runs a [Behavior] in steps: a command of life first, then the control lane, then one message after the
/// other.
final class BehaviorProgram<M> extends Program<M> implements MessageWatch.Watched {
    /// Messages per step, after which other work of the same thread may come first.
    private static final int STEP = 64;

    private @Nullable Behavior<M> behavior;
    private @Nullable Behavior<M> handler;
    /// Whether `behavior` is of this incarnation, not one left over because the factory failed.
    private boolean made;

    /// Entries that come before the mailbox: unstashed ones, and one to be retried.
    private @Nullable ArrayDeque<Object> front;
    private List<Object> stash = List.of();
    private @Nullable Object current;
    private @Nullable Object delivering;
    private boolean stashed;
    private int attempts;
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
    boolean hasMessages() {
        return hasFront() || mailbox.hasNext();
    }

    private boolean hasFront() {
        ArrayDeque<Object> first = front;
        return first != null && !first.isEmpty();
    }

    private ArrayDeque<Object> front() {
        ArrayDeque<Object> now = front;
        if (now == null) {
            now = new ArrayDeque<>();
            front = now;
        }
        return now;
    }

    @Override
    boolean hasAside() {
        return hasFront() || !stash.isEmpty();
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
            follow.started(message);
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
    boolean step(Strand self) {
        for (int i = 0; i < STEP && !wasHurried(); i++) {
            if (!(isCalm() ? handleNext(self) : attend(self))) {
                return false;
            }
        }
        return true;
    }

    /// Does what comes before messages, or one message.
    private boolean attend(Strand self) {
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

    /// One that was asked to end while it started, and has nothing to handle, ends here and now: for a short life
    /// the way through the queues of the workers would be the longest part.
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
            if (!stash.isEmpty()) {
                front().addAll(stash);
            }
            stash = List.of();
            cell.life.userStarted();
        } else {
            cell.life.userStartFailed(thrown);
        }
    }

    private boolean handleNext(Strand self) {
        ArrayDeque<Object> first = front;
        Object entry = first == null ? null : first.poll();
        if (entry == null) {
            entry = opened(mailbox.poll());
            attempts = 0;
        }
        if (entry == null) {
            return false;
        }
        handle(entry, self);
        return true;
    }

    @SuppressWarnings("unchecked")
    private void handle(Object entry, Strand self) {
        if (entry instanceof Asked asked && asked.isExpired()) {
            updateHeld();
            cell.deadLetter(entry, DeadLetter.Reason.EXPIRED);
            return;
        }
        M message = (M) Mailbox.message(entry);
        Behavior<M> now = handler;
        if (now == null) {
            return;
        }
        CellContext<M> ctx = context();
        current = entry;
        stashed = false;
        updateHeld();
        MessageWatch follow = watch();
        if (follow != null) {
            follow.started(message);
        }
        ctx.messageStarted(entry);
        Throwable thrown = callHandler(now, message, ctx, self);
        if (isFinished()) {
            return;
        }
        ctx.messageEnded();
        if (follow != null) {
            follow.ended(thrown);
        }
        current = null;
        if (thrown != null && !wasCancelled(thrown)) {
            failedOver(entry, thrown);
        } else if (!stashed) {
            countProcessed();
        }
    }

    private @Nullable Throwable callHandler(Behavior<M> now, M message, CellContext<M> ctx, Strand self) {
        Throwable thrown = null;
        enterUser();
        try {
            CancelScope.expect(self, this);
            try {
                now.onMessage(message, ctx);
            } finally {
                CancelScope.leave(self, this);
            }
        } catch (Throwable t) {
            thrown = t;
        }
        leaveUser(thrown);
        return thrown;
    }

    /// No longer held first, then its fate: who waits for the last fate finds nothing held.
    private void countProcessed() {
        updateHeld();
        mailbox.countProcessed(1);
    }

    private void failedOver(Object entry, Throwable thrown) {
        boolean retry = false;
        if (stashed) {
            retry = true;
        } else if (cell.spec.options.retryFailed && !(thrown instanceof VirtualMachineError)) {
            attempts++;
            if (attempts < cell.spec.options.quarantineAfter) {
                front().addFirst(entry);
                updateHeld();
                retry = true;
            } else {
                attempts = 0;
                updateHeld();
                failRequest(entry, thrown);
                cell.deadLetter(entry, DeadLetter.Reason.QUARANTINED);
            }
        } else {
            countProcessed();
        }
        if (!retry) {
            failRequest(entry, thrown);
        }
        failedWith(thrown, Mailbox.message(entry));
    }

    private void failRequest(Object entry, Throwable thrown) {
        if (entry instanceof Asked asked) {
            asked.abort(new ActorFailedException(cell.path() + " failed over the request", thrown));
        }
    }

    private void failedWith(Throwable thrown, @Nullable Object message) {
        dies();
        cell.life.userFailed(cell.life.failure(thrown, message));
    }

    private void updateHeld() {
        ArrayDeque<Object> first = front;
        int aside = stash.size() + (first == null ? 0 : first.size());
        mailbox.held(aside + (current != null && !stashed ? 1 : 0));
    }

    void become(Behavior<M> next) {
        handler = next;
    }

    void stash() {
        Object entry = current;
        if (entry == null || stashed) {
            throw new IllegalStateException(
                    entry == null ? "There is no message to stash" : "The message is stashed already");
        }
        if (stash.isEmpty()) {
            stash = new ArrayList<>();
        }
        stash.add(entry);
        stashed = true;
        updateHeld();
    }

    void unstashAll() {
        for (int i = stash.size() - 1; i >= 0; i--) {
            front().addFirst(stash.get(i));
        }
        stash = List.of();
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

    @Override
    @Nullable
    Object inHand() {
        return current;
    }

    @Override
    void settleAbandoned() {
        boolean inHand = current != null && !stashed;
        current = null;
        deadLetterAside();
        if (inHand) {
            countProcessed();
        }
    }

    private void deadLetterAside() {
        ArrayDeque<Object> first = front;
        List<Object> aside = first == null ? new ArrayList<>() : new ArrayList<>(first);
        aside.addAll(stash);
        front = null;
        stash = List.of();
        updateHeld();
        aside.forEach(entry -> cell.deadLetter(entry, DeadLetter.Reason.LEFT_OVER));
    }
}
