package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// A [Body] with a result, which [ActorRef#join()] returns.
///
/// @param <M> the protocol
/// @param <R> the result
@FunctionalInterface
public interface ResultBody<M, R extends @Nullable Object> {
    /// Runs the actor.
    ///
    /// @throws Exception whatever went wrong; the supervisor decides
    R run(Inbox<M> inbox, ActorContext<M> ctx) throws Exception;
}
