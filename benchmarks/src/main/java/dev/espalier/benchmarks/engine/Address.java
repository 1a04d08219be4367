package dev.espalier.benchmarks.engine;

/// Where messages to one actor are sent.
///
/// @param <M> the messages
@FunctionalInterface
public interface Address<M> {
    /// Sends a message by reference, as the engine's users send: where its mailbox is bounded this may wait.
    void tell(M message);
}
