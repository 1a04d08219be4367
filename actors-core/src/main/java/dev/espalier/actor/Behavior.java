package dev.espalier.actor;

/// A message-driven actor: what it does with one message. One object serves one incarnation and is touched by
/// one thread at a time; what it wrote at message *n* it sees at message *n+1*, without `volatile`.
///
/// {@snippet class="dev.espalier.actor.SnippetsTest" region="behavior"}
///
/// *Failure.* Anything a method throws ends this incarnation and goes to the supervisor (see [Supervision]); an
/// exception of `onStop` is reported and does not stop the stop. *Threads.* A method may block anywhere.
///
/// @param <M> the protocol, best a sealed interface of records
@FunctionalInterface
public interface Behavior<M> {
    /// Handles one message.
    ///
    /// @throws Exception whatever went wrong; the supervisor decides
    void onMessage(M message, ActorContext<M> ctx) throws Exception;

    /// Runs once, before the first message of the actor. Children and timers are made here. If it throws, the
    /// spawner gets the cause and no actor is left.
    ///
    /// @throws Exception if the actor cannot start
    default void onStart(ActorContext<M> ctx) throws Exception {}

    /// Runs on the old object, after its children have stopped, before a fresh one replaces it.
    ///
    /// @throws Exception is reported, the restart goes on
    default void beforeRestart(ActorContext<M> ctx) throws Exception {}

    /// Runs on the fresh object instead of `onStart`; by default it calls `onStart`.
    ///
    /// @throws Exception counts as a failed restart
    default void afterRestart(ActorContext<M> ctx) throws Exception {
        onStart(ctx);
    }

    /// Runs exactly once, after the last message and after all children have stopped, whatever happened before.
    ///
    /// @throws Exception is reported, the stop goes on
    default void onStop(ActorContext<M> ctx) throws Exception {}

    /// Told after a child failed and its supervisor decided. Arrives between messages, like one.
    ///
    /// @throws Exception is a failure of this actor
    default void onChildFailure(Failure failure, ActorContext<M> ctx) throws Exception {}
}
