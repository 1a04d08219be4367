package dev.espalier.actor;

import dev.espalier.sync.TraceContext;
import org.jspecify.annotations.Nullable;

/// Follows the messages of one actor, over its restarts; see [ActorObserver#messagesOf].
///
/// A behavior handles one message at a time: [#started], then [#ended]. So do timers, watches and replies
/// that reach it as messages. A message of a body ends when the body receives again, says `taskDone` or
/// returns; of a batch each message starts, and all end together.
///
/// *Threads.* Confined to the actor: one call after the other, each sees what the ones before have written.
/// Whoever else reads has to take care of that. The stop of an actor may interrupt it in [#ended]; of one
/// that was abandoned, the last [#ended] may come late, or never. *Failure.* What a method throws is logged
/// and changes nothing.
/// *Cost.* Every message pays for it; it must not block.
public interface MessageObserver {
    /// The actor is about to handle a message, or has received it.
    ///
    /// @param message the message
    void started(Object message);

    /// A message that carries a [TraceContext] is about to be handled; called before its [#started]. Its context is
    /// current then, or what another observer has made of it.
    ///
    /// @param message the message
    /// @param context what it carries
    /// @return what is current while it is handled: the same, or that of a span that the observer begins here
    default TraceContext traced(Object message, TraceContext context) {
        return context;
    }

    /// A message that was picked by [ActorSystem#sampleArrivals] has come out of the mailbox; called before
    /// its [#started], or if it is an ask that has expired, before [#ended]; not told of one that has expired
    /// in the middle of a batch. The [TraceContext] that it carries is current.
    ///
    /// @param sender the actor that sent it; null if no actor did
    /// @param nanos how long it was in the mailbox, in ns; not negative
    /// @param now when it came out, by the clock of [dev.espalier.sync.Strand#now]
    /// @param messages how many it stands for: one of so many is picked; at least 1
    default void arrived(@Nullable ActorRef<?> sender, long nanos, long now, int messages) {}

    /// What was started has been handled, or the actor has failed over it, or was cancelled; or nothing was
    /// started, for what came out of the mailbox is an ask that has expired.
    ///
    /// @param thrown what the actor threw; null if nothing
    void ended(@Nullable Throwable thrown);

    /// The actor has waited for a reply to an ask of its own, in vain or not.
    ///
    /// @param target whom it asked
    /// @param nanos how long it waited; not negative
    default void asked(ActorRef<?> target, long nanos) {}
}
