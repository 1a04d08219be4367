package dev.espalier.actor;

import dev.espalier.sync.Registration;
import dev.espalier.sync.Signal;
import dev.espalier.sync.TraceContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The context of one incarnation. Its fields are confined to the actor's thread, but for `ended` and `inHand`, which
/// any caller reads.
final class CellContext<M> implements ActorContext<M> {
    private static final int FAILURES_KEPT = 100;

    private final Cell<M> cell;
    private final int incarnation;
    private @Nullable Map<ActorRef<?>, Registration> watches;
    private @Nullable ArrayDeque<Failure> failures;
    private @Nullable CellTimers<M> timers;
    private volatile boolean ended;
    private volatile @Nullable Asked inHand;

    CellContext(Cell<M> cell, int incarnation) {
        this.cell = cell;
        this.incarnation = incarnation;
    }

    // For the engine.

    void messageStarted(Object entry) {
        if (entry instanceof Asked asked) {
            inHand = asked;
        }
        if (timers != null) {
            timers.messageStarted();
        }
    }

    /// Whether [#messageEnded] would have nothing to do.
    boolean isMessageAlone() {
        return inHand == null && timers == null;
    }

    void messageEnded() {
        Asked asked = inHand;
        if (asked != null) {
            inHand = null;
            cell.noteUnanswered(asked);
        }
        if (timers != null) {
            timers.messageEnded();
        }
    }

    /// The actor was abandoned over it.
    void refuseInHand() {
        Asked asked = inHand;
        if (asked != null) {
            asked.refuse();
        }
    }

    /// When the asker of the message in hand gives up; [Long#MAX_VALUE] if nobody asks.
    long deadlineNanos() {
        Asked asked = inHand;
        return asked == null ? Long.MAX_VALUE : asked.request.deadlineNanos;
    }

    /// Called by the supervisor, on any thread.
    void childFailed(Failure failure) {
        cell.program.run(
                () -> {
                    keep(failure);
                    cell.program.childFailed(failure);
                },
                incarnation);
    }

    private void keep(Failure failure) {
        ArrayDeque<Failure> all = failures;
        if (all == null) {
            all = new ArrayDeque<>();
            failures = all;
        }
        all.add(failure);
        if (all.size() > FAILURES_KEPT) {
            all.removeFirst();
        }
    }

    private Map<ActorRef<?>, Registration> watches() {
        Map<ActorRef<?>, Registration> all = watches;
        if (all == null) {
            all = new HashMap<>();
            watches = all;
        }
        return all;
    }

    void end() {
        ended = true;
        Map<ActorRef<?>, Registration> all = watches;
        if (all != null) {
            all.values().forEach(Registration::remove);
            all.clear();
        }
        if (timers != null) {
            timers.cancelAll();
        }
    }

    /// Hands a message to the actor's own code now, past the mailbox; on the actor's thread.
    void deliver(M message) {
        cell.program.deliver(message);
    }

    int generation() {
        return incarnation;
    }

    private void checkAlive() {
        if (ended) {
            throw new ActorStoppedException(
                    "This context of " + cell.path() + " belongs to incarnation " + incarnation + ", which has ended",
                    null);
        }
    }

    // For the user.

    @Override
    public ActorRef<M> self() {
        return cell;
    }

    @Override
    public String path() {
        return cell.path();
    }

    @Override
    public ActorSystem system() {
        return cell.system;
    }

    @Override
    public int incarnation() {
        return incarnation;
    }

    @Override
    public Signal pleaseStop() {
        Signal now = cell.life.pleaseStop(); // of this incarnation, if that is the one of now
        return ended || incarnation != cell.life.incarnation() ? LifeState.GONE : now;
    }

    @Override
    public <C> ActorRef<C> spawn(ActorSpec<C> spec) {
        checkAlive();
        return cell.spawnChild(spec);
    }

    @Override
    public List<ActorRef<?>> spawnAll(List<? extends ActorSpec<?>> specs) {
        checkAlive();
        return StartOrder.spawnAll(cell, specs);
    }

    @Override
    public Children children() {
        return cell.children();
    }

    @Override
    public void supervise(Supervision supervision) {
        checkAlive();
        cell.supervisor().rules(Objects.requireNonNull(supervision, "supervision"));
    }

    @Override
    public List<Failure> failures() {
        return failures == null ? new ArrayList<>() : new ArrayList<>(failures);
    }

    @Override
    public void stop() {
        checkAlive();
        cell.life.stopItself();
    }

    @Override
    public void ready() {
        checkAlive();
        if (Cell.current() != cell) {
            throw new IllegalStateException("Only " + cell.path() + " itself can say that it is ready");
        }
        cell.program.ready();
    }

    @Override
    public boolean passivate() {
        checkAlive();
        if (Cell.current() != cell) {
            throw new IllegalStateException("Only " + cell.path() + " itself can passivate it");
        }
        if (cell.program.hasAside() || cell.hasLivingChildren() || !cell.mailbox.closeIfEmpty()) {
            return false;
        }
        cell.stop();
        return true;
    }

    @Override
    public void watch(ActorRef<?> target, Consumer<? super ActorRef<?>> then) {
        checkAlive();
        Objects.requireNonNull(then, "then");
        unwatch(target);
        // The slot makes an end that was already under way harmless after an unwatch.
        Registration[] slot = new Registration[1];
        Registration mine = target.stopped()
                .onGo(() -> cell.program.run(
                        () -> {
                            if (slot[0] != null && watches().remove(target, slot[0])) {
                                then.accept(target);
                            }
                        },
                        incarnation));
        slot[0] = mine;
        watches().put(target, mine);
    }

    @Override
    public void watchWith(ActorRef<?> target, M message) {
        Objects.requireNonNull(message, "message");
        watch(target, ended -> deliver(message));
    }

    @Override
    public void unwatch(ActorRef<?> target) {
        Registration old = watches().remove(Objects.requireNonNull(target, "target"));
        if (old != null) {
            old.remove();
        }
    }

    @Override
    public Timers<M> timers() {
        checkAlive();
        CellTimers<M> made = timers;
        if (made == null) {
            made = new CellTimers<>(cell, this);
            timers = made;
        }
        return made;
    }

    private BehaviorProgram<M> behaviorProgram(String what) {
        checkAlive();
        if (cell.program instanceof BehaviorProgram<M> program) {
            return program;
        }
        throw new UnsupportedOperationException("A body has no " + what + ": " + cell.path());
    }

    @Override
    public void become(Behavior<M> next) {
        behaviorProgram("behavior to change").become(Objects.requireNonNull(next, "next"));
    }

    @Override
    public void stash() {
        behaviorProgram("stash").stash();
    }

    @Override
    public void unstashAll() {
        behaviorProgram("stash").unstashAll();
    }

    @Override
    public <T, R> void ask(
            ActorRef<T> target,
            Function<ReplyTo<R>, ? extends T> request,
            Duration timeout,
            BiFunction<@Nullable R, @Nullable Throwable, ? extends M> outcome) {
        checkAlive();
        Objects.requireNonNull(outcome, "outcome");
        Cell<T> asked = (Cell<T>) target;
        TraceContext trace = TraceContext.current();
        Asking.<T, R>askLater(
                asked,
                request,
                timeout,
                (reply, error) -> cell.program.run(() -> deliver(outcome.apply(reply, error)), incarnation, trace));
    }

    @Override
    public void execute(Runnable action) {
        cell.program.run(Objects.requireNonNull(action, "action"), incarnation, TraceContext.current());
    }
}
