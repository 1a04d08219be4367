package dev.espalier.actor;

import dev.espalier.sync.Signal;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The address of one actor: stays valid over restarts and after the end. Thread-safe; every method may be
/// called from any thread, green or platform, inside or outside actors.
///
/// @param <M> the messages that the actor takes
public sealed interface ActorRef<M> permits Cell {
    /// The actor whose code the calling thread runs: for logging and the like, which have no context at hand.
    /// Null outside actors, also on threads that an actor has started itself.
    static @Nullable ActorRef<?> current() {
        return Cell.current();
    }

    /// `/shop/orders/writer`. Of a path over 400 characters the middle is left out: `/shop/…/a/b`.
    String path();

    /// The last part of the path.
    String name();

    /// The actor that spawned it; null for the root of a system.
    default @Nullable ActorRef<?> parent() {
        return ((Cell<?>) this).parent;
    }

    /// Which of its lives the actor is in: 1 at first, one more with every restart.
    default int incarnation() {
        return ((Cell<?>) this).life.incarnation();
    }

    /// The message that the actor is handling; of a body the one that it received last. For its own code, of
    /// which a logger is a part.
    ///
    /// @return null if there is none, or if the caller is not this actor
    default @Nullable Object handling() {
        Object entry = Cell.current() == this ? ((Cell<?>) this).program.inHand() : null;
        return entry == null ? null : Mailbox.message(entry);
    }

    /// The labels of its [ActorSpec#label] and of those of its ancestors; where a key is there twice, the
    /// value nearest to the actor. Immutable.
    default Map<String, String> labels() {
        return SpawnOptions.labels((Cell<?>) this);
    }

    /// Sends a message by reference. What happens when the mailbox is full is the mailbox's [Overflow]; with
    /// [Overflow#BLOCK] the caller parks until there is room. To a stopped actor: a counted dead letter.
    /// Messages of one sender keep their order.
    ///
    /// @throws MailboxFullException with [Overflow#FAIL] and a full mailbox
    /// @throws dev.espalier.sync.CancelledException if the caller is cancelled while it waits for room
    void tell(M message);

    /// Sends a message if there is room at once; never waits, drops nothing.
    ///
    /// @return whether it was accepted and, if not, why
    Told tryTell(M message);

    /// Sends messages in order, like [#tell] for each: messages of others may come in between, and if one
    /// throws, the earlier ones were sent.
    void tellAll(Collection<? extends M> messages);

    /// Sends a request and waits for its reply.
    ///
    /// {@snippet class="dev.espalier.actor.SnippetsTest" region="ask"}
    ///
    /// The deadline travels with the request: asks made while handling it cannot outlive it, and a request that
    /// has expired in the queue is never run.
    ///
    /// @param request makes the message from the place where the reply goes
    /// @param timeout not negative; mandatory; zero, as what is left of a time that is over: nothing is sent
    /// @throws AskTimeoutException if no reply came in time
    /// @throws AskCycleException if the target waits, directly or not, for the caller
    /// @throws ActorStoppedException if the target stopped without a reply
    /// @throws ActorFailedException if the target failed over the request
    <R> R ask(Function<ReplyTo<R>, ? extends M> request, Duration timeout);

    /// Asks the actor to stop. Idempotent. Its `pleaseStop` goes, it drains its mailbox, its children stop, it
    /// ends. Returns at once. A supervisor does not restart an actor that was stopped so.
    void stop();

    /// Stops the actor starting at the second rung: its current or next blocking call throws
    /// [dev.espalier.sync.CancelledException], and what is queued becomes dead letters. No-op after the end.
    void cancel();

    /// Goes when the actor and all its descendants have ended.
    Signal stopped();

    /// Where the actor stands now; it may have moved on when the caller looks at it.
    ActorState state();

    /// Waits for the end. An actor must not join itself or its ancestors: they would wait for it.
    ///
    /// @return the result of a body, null for a behavior
    /// @throws ActorFailedException if the actor ended by a failure, with the original cause
    /// @throws dev.espalier.sync.CancelledException if the caller is cancelled while it waits
    @Nullable
    Object join();

    /// As [#join()], for a limited time.
    ///
    /// @param timeout not negative
    /// @throws JoinTimeoutException if the actor has not stopped in time
    /// @throws ActorFailedException if the actor ended by a failure, with the original cause
    @Nullable
    Object join(Duration timeout);

    /// Waits until the actor takes messages: it has started, or its restart is complete.
    ///
    /// @param timeout not negative
    /// @return whether it does; false when the time is over or the actor has stopped
    boolean awaitReady(Duration timeout);

    /// Waits until every message that was accepted before this call has met its fate. With a priority mailbox
    /// later messages may be handled first and are then counted instead.
    ///
    /// @param timeout not negative
    /// @return whether that came true in time
    boolean awaitProcessed(Duration timeout);

    /// What became of the messages so far; exact once nobody sends.
    Ledger ledger();

    /// A snapshot for people and tools.
    ActorInfo info();
}
