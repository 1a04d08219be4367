package dev.espalier.benchmarks.engine;

/// What an actor does; one object per actor, touched by one thread at a time.
///
/// @param <M> the messages
@FunctionalInterface
public interface Handler<M> {
    /// Handles one message.
    void on(M message, Self<M> self);

    /// Runs once, before the first message.
    default void start(Self<M> self) {}

    /// Runs once, when the actor has ended.
    default void stopped() {}
}
