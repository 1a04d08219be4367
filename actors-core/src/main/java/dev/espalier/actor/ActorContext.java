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
/// *Threads.* `self`, `path`, `system`, `pleaseStop` and the spawns may be used by any thread; the rest only
/// by the
/// actor's own. *Failure.* After the incarnation has ended the methods that change something throw
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

    /// Spawns a message-driven child and waits until it has started.
    ///
    /// @throws NameTakenException if a living child has the name
    /// @throws SpawnRefusedException if this actor is stopping
    /// @throws StartFailedException if the child could not start
    default <C> ActorRef<C> spawn(String name, Supplier<? extends Behavior<C>> factory) {
        return spawn(ActorSpec.behavior(name, factory));
    }

    /// Spawns a body as a child.
    ///
    /// @throws NameTakenException if a living child has the name
    /// @throws SpawnRefusedException if this actor is stopping
    default <C> ActorRef<C> spawnBody(String name, Body<C> body) {
        return spawn(ActorSpec.body(name, body));
    }

    /// Spawns a child as its spec says.
    ///
    /// @throws NameTakenException if a living child has the name
    /// @throws SpawnRefusedException if this actor is stopping
    /// @throws StartFailedException if the child could not start
    /// @throws IllegalArgumentException if the spec names an unknown sibling, or is significant and permanent
    <C> ActorRef<C> spawn(ActorSpec<C> spec);

    /// Spawns several children, each after those it depends on, else in the given order. If one cannot start,
    /// those
    /// already started are stopped and the error is thrown.
    ///
    /// @throws IllegalArgumentException if `dependsOn` is cyclic or a name stands twice
    List<ActorRef<?>> spawnAll(List<? extends ActorSpec<?>> specs);

    /// The children as a supervisor sees them.
    Children children();

    /// Changes how this actor supervises its children from now on.
    void supervise(Supervision supervision);

    /// What became of children that failed, oldest first; the last 100.
    List<Failure> failures();

    /// Ends this actor by itself, after the messages queued so far: a normal end, after which a permanent
    /// actor is
    /// restarted.
    void stop();

    /// Runs `then` on this actor once `target` has stopped, also if it has already; a restart does not count.
    /// Watching
    /// again replaces the earlier action.
    void watch(ActorRef<?> target, Consumer<? super ActorRef<?>> then);

    /// As [#watch], but the end arrives as a message.
    void watchWith(ActorRef<?> target, M message);

    /// Watches no more: nothing arrives from now on.
    void unwatch(ActorRef<?> target);

    /// The timers of this incarnation; they end with it.
    Timers<M> timers();

    /// Handles further messages by this behavior, until the next `become` or restart. Not for bodies.
    void become(Behavior<M> next);

    /// Puts the message that is being handled aside. Not for bodies.
    ///
    /// @throws IllegalStateException if there is none, or it is stashed already
    void stash();

    /// Takes all stashed messages up again, in their order, before the others. Not for bodies.
    void unstashAll();

    /// Sends a request and goes on; the outcome arrives as a message of this actor.
    ///
    /// @param outcome makes the message from the reply or, if there is none, from the error; one of both is null
    <T, R> void ask(
            ActorRef<T> target,
            Function<ReplyTo<R>, ? extends T> request,
            Duration timeout,
            BiFunction<@Nullable R, @Nullable Throwable, ? extends M> outcome);

    /// Runs code on this actor between two messages; may be called from any thread. Lost if the incarnation ends
    /// first.
    void execute(Runnable action);
}
