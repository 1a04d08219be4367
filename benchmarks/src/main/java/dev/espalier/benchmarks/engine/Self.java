package dev.espalier.benchmarks.engine;

import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// What an actor sees of itself; only for its own handler.
///
/// @param <M> the messages of the actor
public interface Self<M> {
    /// Its address; may be a new object each time, so keep it.
    Address<M> address();

    /// Makes a child.
    ///
    /// @param number unique among its siblings; only an engine whose children need names makes one of it
    <C> Address<C> spawn(int number, Supplier<? extends Handler<C>> factory);

    /// Ends this actor after the message that it is handling, and after its children have ended.
    void stop();

    /// Asks `times` times, each time after the answer before. Whether this waits or returns at once is the
    /// engine's way; no other message may be under way to this actor.
    ///
    /// @param each sees every answer, as part of this actor
    <Q, R> void askInTurn(
            int times, Address<Q> target, Function<Reply<R>, ? extends Q> request, Consumer<? super R> each);
}
