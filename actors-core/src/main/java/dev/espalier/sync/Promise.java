package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A place for one result, which whoever has it puts there and others wait for. Complete, fail or cancel it: the first
/// counts, for ever.
///
/// {@snippet class="dev.espalier.actor.GroupsGuideTest" region="promise"}
///
/// There is no `map` and no `then`: wait, and go on; or use [#toCompletableFuture].
///
/// *Threads.* Thread-safe and lock-free; nothing blocks but the `get` methods.
/// *Cost.* 24 bytes, and a [Signal] from the first wait or listener on; to complete it, one CAS.
///
/// *State.* `outcome`: null, the result ([#NIL] for null) or a [Failed]; final once set. `done`: null until somebody
/// asks for it. *Transitions.* `outcome: null -> value`, CAS: the linearization point. `done: null -> signal`, CAS.
/// *Invariant.* Nobody waits for ever: who completes writes `outcome` and then reads `done`; who waits writes `done`
/// and then reads `outcome`. All are volatile: one of them sees the other, and makes the signal go.
///
/// *Source.* Scala's `Promise`, `CompletableFuture`.
///
/// @param <T> the result
public final class Promise<T extends @Nullable Object> implements Deferred<T> {
    private static final Object NIL = new Object();
    private static final VarHandle OUTCOME;
    private static final VarHandle DONE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            OUTCOME = lookup.findVarHandle(Promise.class, "outcome", Object.class);
            DONE = lookup.findVarHandle(Promise.class, "done", Signal.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private record Failed(Throwable failure) {}

    private volatile @Nullable Object outcome;
    private volatile @Nullable Signal done;

    /// One without a result yet.
    public Promise() {}

    /// One that takes over what the stage brings. A failure comes as it was given there, without the wrapping of
    /// dependent stages; a cancel as [CancelledException].
    ///
    /// @param <T> the result
    /// @param stage where the result comes from
    /// @return a new promise
    public static <T extends @Nullable Object> Promise<T> from(CompletionStage<T> stage) {
        requireNonNull(stage, "stage");
        Promise<T> promise = new Promise<>();
        BiConsumer<T, @Nullable Throwable> take = (value, failure) -> {
            if (failure == null) {
                promise.complete(value);
            } else {
                promise.fail(unwrapped(failure));
            }
        };
        var _ = stage.whenComplete(take);
        return promise;
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        Throwable bare = failure instanceof CompletionException && cause != null ? cause : failure;
        if (bare instanceof CancellationException) {
            CancelledException cancelled = new CancelledException("cancelled: a completion stage");
            cancelled.initCause(bare);
            return cancelled;
        }
        return bare;
    }

    /// Gives it its result, if it has none.
    ///
    /// @param value the result
    /// @return true if this call was the first
    public boolean complete(T value) {
        return settle(value == null ? NIL : value);
    }

    /// Gives it a failure in place of a result, if it has none.
    ///
    /// @param failure the cause of what the readers get
    /// @return true if this call was the first
    public boolean fail(Throwable failure) {
        return settle(new Failed(requireNonNull(failure, "failure")));
    }

    /// Says that there will be no result: fails with [CancelledException]. Nothing is interrupted.
    ///
    /// @return true if this call was the first
    public boolean cancel() {
        return outcome == null && fail(new CancelledException("cancelled: a promise"));
    }

    private boolean settle(Object value) {
        if (outcome != null || !OUTCOME.compareAndSet(this, null, value)) {
            return false;
        }
        Signal waiting = done;
        if (waiting != null) {
            waiting.go();
        }
        return true;
    }

    @Override
    public Signal done() {
        Signal now = done;
        if (now == null) {
            DONE.compareAndSet(this, null, new Signal("done"));
            now = requireNonNull(done);
        }
        if (outcome != null) {
            now.go();
        }
        return now;
    }

    @Override
    public boolean isDone() {
        return outcome != null;
    }

    @Override
    public T get() {
        Object now = outcome;
        if (now == null) {
            done().waitForGo();
            now = outcome;
        }
        return value(now);
    }

    @Override
    public T get(Duration limit) {
        Strand.refuseNegative(limit);
        if (outcome == null && !done().waitForGo(limit)) {
            throw new TimedOutException("no result within " + limit, null);
        }
        return value(outcome);
    }

    @Override
    public T get(Signal till) {
        requireNonNull(till, "till");
        if (outcome == null && !done().waitForGo(till)) {
            throw new TimedOutException("no result before " + till, null);
        }
        return value(outcome);
    }

    @SuppressWarnings({"unchecked", "NullAway", "ReferenceEquality"}) // null only if it was completed with null
    private T value(@Nullable Object settled) {
        if (settled instanceof Failed failed) {
            throw new FailedException("failed", List.of(failed.failure));
        }
        return settled == NIL ? null : (T) settled;
    }

    /// What went wrong; null if nothing did, or it is not done.
    @Nullable
    Throwable failureOrNull() {
        return outcome instanceof Failed failed ? failed.failure : null;
    }

    /// The result; only after it was completed.
    T valueOrNull() {
        return value(outcome);
    }

    /// Whether anybody waits, or has asked for [#done].
    boolean isAwaited() {
        return done != null;
    }

    @Override
    public Registration onDone(BiConsumer<? super @Nullable T, ? super @Nullable Throwable> listener) {
        requireNonNull(listener, "listener");
        return done().onGo(() -> {
            Throwable failure = failureOrNull();
            if (failure == null) {
                listener.accept(valueOrNull(), null);
            } else {
                listener.accept(null, failure);
            }
        });
    }

    @Override
    public String toString() {
        Object now = outcome;
        if (now == null) {
            return "Promise[waiting]";
        }
        return now instanceof Failed failed ? "Promise[failed: " + failed.failure + "]" : "Promise[done]";
    }
}
