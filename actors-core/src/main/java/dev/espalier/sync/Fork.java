package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Code that runs on a green thread of its own, can be cancelled, and has a result.
///
/// {@snippet class="dev.espalier.actor.GroupsGuideTest" region="fork"}
///
/// Rather use a [Group] where the forks end before the code that starts them does. A fork that an actor starts is a
/// child of that actor: the stop of the actor waits for it, and the ladder reaches it.
///
/// *Failure.* What the code throws comes out of [#get], as the cause of a [FailedException], as often as one asks. If
/// nobody has asked when it fails, it is logged; where an actor started it, it is a failure of a child.
/// To wait for a fork that waits for the caller throws [DeadlockException], see [DeadlockWatch]. A cancelled one fails
/// with its [CancelledException], which is no failure of a child and is not logged, unless something failed while it
/// unwound.
/// *Threads.* Thread-safe.
/// *Memory.* What the starter does before happens before the code, and the code before what a reader does with the
/// result.
/// *Cost.* A green thread, about 1 µs; some µs as the child of an actor.
///
/// *Source.* `forkIO` and `killThread` of Haskell, `spawn`, `cancel` and `join` of Curio.
///
/// @param <T> the result
public final class Fork<T extends @Nullable Object> implements Deferred<T> {
    private final String family;
    private final String name;
    private final Task<? extends T, ?> task;
    private final boolean ofGroup;
    private final @Nullable Consumer<? super Fork<T>> last;
    private final Promise<T> result = new Promise<>();
    private final CancelScope scope;
    private @Nullable TraceContext trace;
    private Nursery.@Nullable Place place;
    private volatile @Nullable Strand strand;

    /// @param family what the nursery is told as its name
    /// @param ofGroup whether a group, or the like, waits for it and tells what it throws
    /// @param last is run by its strand when its result is there
    private Fork(
            String family,
            String name,
            Task<? extends T, ?> task,
            boolean ofGroup,
            @Nullable Consumer<? super Fork<T>> last) {
        this.family = requireNonNull(family, "name");
        this.name = name;
        this.task = requireNonNull(task, "task");
        this.ofGroup = ofGroup;
        this.last = last;
        this.scope = new CancelScope(name);
    }

    /// Starts code with a result.
    ///
    /// @param <T> the result
    /// @param name the thread's; below the actor's path if an actor starts it; not blank, without `/`
    /// @param task the code
    /// @return the running fork
    public static <T extends @Nullable Object> Fork<T> start(String name, Task<? extends T, ?> task) {
        return start(name, task, false, null);
    }

    /// As [#start(String, Task)].
    ///
    /// @param toldHere whether who starts it waits for its end and tells what it throws, as a group does
    /// @param last is run by the thread of the fork when its result is there; not if no thread could be started
    static <T extends @Nullable Object> Fork<T> start(
            String name, Task<? extends T, ?> task, boolean toldHere, @Nullable Consumer<? super Fork<T>> last) {
        Fork<T> fork = new Fork<>(name, name, task, toldHere, last);
        fork.begin(Strand.current(), nursery());
        return fork;
    }

    /// Starts code without a result.
    ///
    /// @param name the thread's; below the actor's path if an actor starts it; not blank, without `/`
    /// @param body the code
    /// @return the running fork; its result is null
    public static Fork<@Nullable Void> start(String name, Runnable body) {
        requireNonNull(body, "body");
        return start(name, () -> {
            body.run();
            return null;
        });
    }

    /// For a group: not started yet.
    static <T extends @Nullable Object> Fork<T> of(
            String group, int number, Task<? extends T, ?> task, Consumer<? super Fork<T>> last) {
        return new Fork<>(group, group + "-" + number, task, true, last);
    }

    static @Nullable Nursery nursery() {
        return Strand.current().tenant() instanceof Nursery nursery ? nursery : null;
    }

    void begin(Strand starter, @Nullable Nursery nursery) {
        Nursery.Place mine = nursery == null ? null : nursery.admit(family, ofGroup);
        place = mine;
        trace = TraceContext.current();
        try {
            starter.startSibling(mine == null ? name : mine.name(), this::live);
        } catch (Throwable e) {
            if (mine != null) {
                mine.end(Strand.current(), null);
            }
            throw e;
        }
    }

    private void live() {
        Strand self = Strand.current();
        strand = self;
        if (place != null) {
            place.begin(self);
        }
        Throwable thrown = null;
        T value = null;
        try {
            value = scope.call(TraceContext.within(trace, task::run));
        } catch (Throwable t) {
            thrown = t;
        }
        try {
            tell(self, isCancel(thrown) || ofGroup ? null : thrown);
        } finally {
            settle(value, thrown);
        }
    }

    /// Says that it has ended.
    ///
    /// @param failure of which no group tells
    private void tell(Strand self, @Nullable Throwable failure) {
        if (place != null) {
            place.end(self, failure);
        } else if (failure != null && !result.isAwaited()) {
            Report.error("a fork failed and nobody waits for it: " + name, failure);
        }
    }

    @SuppressWarnings("NullAway") // null only if the code returned null
    private void settle(@Nullable T value, @Nullable Throwable thrown) {
        if (thrown == null) {
            result.complete(value);
        } else {
            result.fail(thrown);
        }
        if (last != null) {
            last.accept(this);
        }
    }

    /// Whether this is what a cancel of the code has led to, and nothing else, and so no failure.
    static boolean isCancel(@Nullable Throwable thrown) {
        return thrown instanceof CancelledException cancelled
                && !cancelled.wasInterrupt()
                && !CancelledException.isFailure(cancelled);
    }

    Promise<T> result() {
        return result;
    }

    /// Where it runs; null before it has begun.
    @Nullable
    Strand strand() {
        return strand;
    }

    /// What it was called when it was started.
    ///
    /// @return the name
    public String name() {
        return name;
    }

    /// Cancels it: its current or next blocking call throws [CancelledException], once. It ends by itself; wait for
    /// that with [#get] or [#done]. After the end nothing happens.
    ///
    /// @return true if this call was the first and it had not ended
    public boolean cancel() {
        return scope.cancel();
    }

    @Override
    public T get() {
        return isDone() ? result.get() : new ForkWait(this, false).await(result::get);
    }

    @Override
    public T get(Duration limit) {
        return isDone() ? result.get(limit) : new ForkWait(this, true).await(() -> result.get(limit));
    }

    @Override
    public T get(Signal till) {
        return isDone() ? result.get(till) : new ForkWait(this, true).await(() -> result.get(till));
    }

    @Override
    public boolean isDone() {
        return result.isDone();
    }

    @Override
    public Signal done() {
        return result.done();
    }

    @Override
    public Registration onDone(BiConsumer<? super @Nullable T, ? super @Nullable Throwable> listener) {
        return result.onDone(listener);
    }

    @Override
    public String toString() {
        return "Fork[" + name + ", " + result + "]";
    }
}
