package dev.espalier.actor;

/// An actor written as one straight piece of code on a green thread of its own, which blocks where it likes.
///
/// {@snippet class="dev.espalier.actor.SnippetsTest" region="body"}
///
/// It ends when it returns. Asked to stop, it sees its inbox end after the last message, or looks at
/// [ActorContext#pleaseStop()] itself. A body that is started with `pleaseStop` already gone still runs.
///
/// @param <M> the protocol
@FunctionalInterface
public interface Body<M> {
    /// Runs the actor.
    ///
    /// @throws Exception whatever went wrong; the supervisor decides
    void run(Inbox<M> inbox, ActorContext<M> ctx) throws Exception;
}
