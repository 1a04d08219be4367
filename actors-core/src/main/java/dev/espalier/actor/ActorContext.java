package dev.espalier.actor;

import dev.espalier.sync.Signal;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What an actor sees of itself and its surroundings. One object serves one incarnation.
///
/// {@snippet class="dev.espalier.actor.FirstActorGuideTest" region="timer"}
///
/// *Threads.* `self`, `path`, `system`, `pleaseStop` and the spawns may be used by any thread; the rest only by
/// the actor's own. *Failure.* After the incarnation has ended the methods that change something throw
/// [ActorStoppedException].
///
/// @param <M> the messages of the actor
public sealed interface ActorContext<M> permits CellContext {
    /// The actor itself.
    ActorRef<M> self();

    /// The actor's path.
    String path();

    /// The system that it lives in.
    ActorSystem system();

    /// 1 at first, one more with every restart.
    int incarnation();

    /// Goes when this incarnation is asked to stop. It goes once.
    Signal pleaseStop();

    /// Spawns a message-driven child and waits until it has started: its factory and `onStart` run on the
    /// calling thread. The child has the defaults of [ActorSpec].
    ///
    /// @param name not blank, without `/`, at most 255 characters; unique among the living children
    /// @param factory makes the object of each incarnation
    /// @return the child, which takes messages
    /// @throws NameTakenException if a living child has the name
    /// @throws SpawnRefusedException if this actor is stopping
    /// @throws StartFailedException if the child could not start
    default <C> ActorRef<C> spawn(String name, Supplier<? extends Behavior<C>> factory) {
        return spawn(ActorSpec.behavior(name, factory));
    }

    /// Spawns a body as a child; it starts on a green thread of its own, and nobody waits for that. What it
    /// throws goes to the supervision of this actor. The child has the defaults of [ActorSpec].
    ///
    /// @param name not blank, without `/`, at most 255 characters; unique among the living children
    /// @param body its code
    /// @throws NameTakenException if a living child has the name
    /// @throws SpawnRefusedException if this actor is stopping
    default <C> ActorRef<C> spawnBody(String name, Body<C> body) {
        return spawn(ActorSpec.body(name, body));
    }

    /// Spawns a child as its spec says. A behavior has started when this returns, a body may not have.
    ///
    /// @return the child; one that has stopped already if its start threw [IgnoreStartException]
    /// @throws NameTakenException if a living child has the name
    /// @throws SpawnRefusedException if this actor is stopping
    /// @throws StartFailedException if the child could not start
    /// @throws IllegalArgumentException if the spec names an unknown sibling, or is significant and permanent
    <C> ActorRef<C> spawn(ActorSpec<C> spec);

    /// Spawns several children, each after those it depends on, else in the given order. If one cannot start,
    /// those already started are stopped and the error is thrown. For children that are found by their names:
    /// where one is made with the ref of another, spawn them one by one, which also gives typed refs.
    ///
    /// @return the children in the order in which they were started
    /// @throws IllegalArgumentException if `dependsOn` is cyclic or a name stands twice
    List<ActorRef<?>> spawnAll(List<? extends ActorSpec<?>> specs);

    /// The children as a supervisor sees them: to look them up, count, terminate, restart and forget them.
    Children children();

    /// Changes how this actor supervises its children from now on. A restart of this actor brings back what its
    /// spec says.
    void supervise(Supervision supervision);

    /// The failures of children of this incarnation, oldest first; the last 100. A copy.
    List<Failure> failures();

    /// Says that this body has started, see [ActorSpec#saysReady()]. Else, and from the second time on, no-op.
    ///
    /// @throws IllegalStateException if called by another thread than the actor's own
    void ready();

    /// Ends this actor by itself, after the messages queued so far: a normal end, after which a permanent actor
    /// is restarted.
    void stop();

    /// Ends this actor for good if nothing waits for it: looking and closing the mailbox are one step, so no
    /// message is lost in between. For actors that are made on demand, as one per customer, and leave when they
    /// have been idle.
    ///
    /// {@snippet class="dev.espalier.actor.OnDemandGuideTest" region="passivate"}
    ///
    /// If it returns false, something has come in and this actor goes on. If it returns true, whoever sends by
    /// [ActorRef#tryTell] or [ReplyTo#tryForward] from now on learns it ([Told#CLOSED]) and still has the
    /// message: it waits for the end ([ActorRef#join()]; the name is free then) and makes a successor.
    ///
    /// {@snippet class="dev.espalier.actor.OnDemandGuideTest" region="on-demand"}
    ///
    /// A message that is sent by `tell` or `ask` from then on is refused as after any stop. The actor is not
    /// restarted, even if it is permanent; `onStop` runs.
    ///
    /// *Source.* Orleans' `DeactivateOnIdle` and the passivation of Akka's shards, which do the second half, too.
    ///
    /// @return whether it ends; false while messages are queued or stashed, senders wait for room, or children
    ///     live
    /// @throws IllegalStateException if called by another thread than the actor's own
    boolean passivate();

    /// Runs `then` on this actor once `target` has stopped, also if it has already; a restart does not count.
    /// Watching again replaces the earlier action. What `then` throws is a failure of this actor. The watch
    /// ends with this incarnation.
    void watch(ActorRef<?> target, Consumer<? super ActorRef<?>> then);

    /// As [#watch], but the end arrives as a message, through the control lane.
    void watchWith(ActorRef<?> target, M message);

    /// Watches no more: nothing arrives from now on. No-op if it does not watch.
    void unwatch(ActorRef<?> target);

    /// The timers of this incarnation; they end with it.
    Timers<M> timers();

    /// Handles further messages by this behavior, until the next `become` or restart. Only its `onMessage` is
    /// used; hooks stay with the object of the factory. Not for bodies.
    ///
    /// @throws UnsupportedOperationException if this actor is a body
    void become(Behavior<M> next);

    /// Puts the message that is being handled aside. What is stashed counts as queued, survives a restart,
    /// after which it comes first, and becomes a dead letter at the end. There is no bound. Not for bodies.
    ///
    /// @throws UnsupportedOperationException if this actor is a body
    /// @throws IllegalStateException if there is none, or it is stashed already
    void stash();

    /// Takes all stashed messages up again, in their order, before the others. Not for bodies.
    ///
    /// @throws UnsupportedOperationException if this actor is a body
    void unstashAll();

    /// Sends a request and goes on; the outcome arrives as a message of this actor, once, through the control
    /// lane. It is lost if this incarnation ends first.
    ///
    /// {@snippet class="dev.espalier.actor.AskingGuideTest" region="ask-later"}
    ///
    /// @param request makes the message from the place where the reply goes
    /// @param timeout not negative; cut to what is left of the request that this actor is handling; if that is
    ///     nothing, nothing is sent and the outcome is an [AskTimeoutException]
    /// @param outcome makes the message from the reply or, if there is none, from the error; one of both is
    ///     null
    <T, R> void ask(
            ActorRef<T> target,
            Function<ReplyTo<R>, ? extends T> request,
            Duration timeout,
            BiFunction<@Nullable R, @Nullable Throwable, ? extends M> outcome);

    /// Runs code on this actor between two messages; may be called from any thread. What it throws is a failure
    /// of this actor. Lost if the incarnation ends first.
    void execute(Runnable action);
}
