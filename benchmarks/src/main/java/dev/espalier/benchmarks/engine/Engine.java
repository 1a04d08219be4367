package dev.espalier.benchmarks.engine;

import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;

/// One way to run actors; see [Engines] for those there are. Its methods are for threads outside of its actors.
///
/// What all have in common: actors have children, an actor has ended only after its children have, messages are
/// passed by reference, and an actor handles one at a time. What differs, as the mailbox and the way to stop, is what
/// the engine's users get by default, and stands in its class comment.
public interface Engine extends AutoCloseable {
    /// Makes an actor at the top.
    <M> Address<M> spawn(Supplier<? extends Handler<M>> factory);

    /// Asks and waits for the answer.
    ///
    /// @throws RuntimeException if none came in time
    <Q, R> R ask(Address<Q> target, Function<Reply<R>, ? extends Q> request, Duration timeout);

    /// Ends an actor at the top with everything below it, in the engine's default manner; does not wait.
    void stop(Address<?> top);

    /// Waits until an actor at the top has ended, which implies everything below it; then forgets it.
    void awaitStopped(Address<?> top);

    /// Ends everything.
    @Override
    void close();
}
