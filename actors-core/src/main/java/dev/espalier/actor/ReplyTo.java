package dev.espalier.actor;

import java.time.Duration;

/// Where the answer to one ask goes. Part of the request message. Thread-safe; the first answer counts.
///
/// @param <R> the reply
public interface ReplyTo<R> {
    /// Answers the ask, from any thread; never blocks.
    ///
    /// @return whether the asker still waited and this was the first answer
    boolean reply(R value);

    /// Lets the ask fail: the asker gets an [ActorFailedException] with this cause.
    ///
    /// @return whether the asker still waited and this was the first answer
    boolean fail(Throwable cause);

    /// Passes the request on: `message` is sent to `target` as by [ActorRef#tell], and what is true of a request
    /// stays true of it there: its deadline, and that it is skipped when nobody waits any more. From then on
    /// the asker waits for `target`. So who forwards may go on, fail or stop; whether it was forwarded in the
    /// handler of the request or later makes no difference. Not by two threads at once.
    ///
    /// {@snippet class="dev.espalier.actor.AskingGuideTest" region="forward"}
    ///
    /// *Failure.* The asker gets it, not the caller: [MailboxFullException] if the mailbox of the target fails
    /// or drops, [ActorStoppedException] if the target stops without a reply, and [AskCycleException] if the
    /// target waits for the asker.
    ///
    /// *Source.* Erlang's `gen_server`, where whoever has the `From` of a call may reply.
    ///
    /// @param message what the target is told; it holds this `ReplyTo` or whatever leads to it
    /// @throws dev.espalier.sync.CancelledException if the caller is cancelled while it waits for room; then the
    ///     request is its own again
    <M> void forward(ActorRef<M> target, M message);

    /// As [#forward] if there is room at once; never waits. Unless it was accepted, the request is still the
    /// caller's, to answer, or to forward to another.
    <M> Told tryForward(ActorRef<M> target, M message);

    /// What is left of the asker's time; zero when it has gone.
    Duration remaining();
}
