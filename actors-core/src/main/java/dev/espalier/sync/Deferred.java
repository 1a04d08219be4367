package dev.espalier.sync;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A result that comes once, or a failure in its place: the reading end of a [Promise], or of a [Fork].
///
/// *Threads.* Thread-safe, for any number of readers. *Memory.* What a thread did before it gave the result happens
/// before what a reader does with it.
///
/// @param <T> the result
public sealed interface Deferred<T extends @Nullable Object> permits Promise, Fork {
    /// Waits for the result.
    ///
    /// @return the result
    /// @throws FailedException if there is a failure in its place, which is the cause
    /// @throws CancelledException if the caller is cancelled or interrupted meanwhile, see [Strand#park]
    T get();

    /// Waits for the result, but not for ever.
    ///
    /// @param limit how long at most; not negative
    /// @return the result
    /// @throws TimedOutException if it has not come in time
    /// @throws FailedException if there is a failure in its place, which is the cause
    /// @throws CancelledException if the caller is cancelled or interrupted meanwhile, see [Strand#park]
    T get(Duration limit);

    /// Waits for the result until the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return the result
    /// @throws TimedOutException if the signal went first
    /// @throws FailedException if there is a failure in its place, which is the cause
    /// @throws CancelledException if the caller is cancelled or interrupted meanwhile, see [Strand#park]
    T get(Signal till);

    /// Goes when the result or the failure is there; for [Signal#or] and for waits without a result.
    ///
    /// @return the signal, always the same
    Signal done();

    /// Tells whether the result or the failure is there. Once true, it stays true.
    ///
    /// @return true if [#get] does not wait
    boolean isDone();

    /// Runs the listener when it is done: in the thread that brings the result, or at once in the caller if it is
    /// there. Listeners must be short and must not wait; what they throw is logged.
    ///
    /// @param listener gets the result and null, or null and the failure
    /// @return removes the listener
    Registration onDone(BiConsumer<? super @Nullable T, ? super @Nullable Throwable> listener);

    /// The same result as a future, for libraries that want one. Completing or cancelling that changes nothing here.
    ///
    /// @return a new future
    default CompletableFuture<T> toCompletableFuture() {
        CompletableFuture<T> future = new CompletableFuture<>();
        onDone((value, failure) -> {
            if (failure == null) {
                complete(future, value);
            } else {
                future.completeExceptionally(failure);
            }
        });
        return future;
    }

    @SuppressWarnings("NullAway") // null is a result if T allows it
    private static <T extends @Nullable Object> void complete(CompletableFuture<T> future, @Nullable T value) {
        future.complete(value);
    }
}
