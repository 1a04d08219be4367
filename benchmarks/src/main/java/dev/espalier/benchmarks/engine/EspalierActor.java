package dev.espalier.benchmarks.engine;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.Behavior;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// A handler as an Espalier behavior.
final class EspalierActor<M> implements Behavior<M>, Self<M> {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Handler<M> handler;
    private final ActorContext<M> context;

    EspalierActor(Handler<M> handler, ActorContext<M> context) {
        this.handler = handler;
        this.context = context;
    }

    @Override
    public void onStart(ActorContext<M> ctx) {
        handler.start(this);
    }

    @Override
    public void onMessage(M message, ActorContext<M> ctx) {
        handler.on(message, this);
    }

    @Override
    public void onStop(ActorContext<M> ctx) {
        handler.stopped();
    }

    @Override
    public Address<M> address() {
        return new EspalierEngine.Ref<>(context.self());
    }

    @Override
    public <C> Address<C> spawn(int number, Supplier<? extends Handler<C>> factory) {
        return new EspalierEngine.Ref<>(context.spawn(EspalierEngine.spec(Integer.toString(number), factory)));
    }

    @Override
    public void stop() {
        context.self().stop();
    }

    @Override
    public <Q, R> void askInTurn(
            int times, Address<Q> target, Function<Reply<R>, ? extends Q> request, Consumer<? super R> each) {
        for (int i = 0; i < times; i++) {
            each.accept(EspalierEngine.askRef(target, request, TIMEOUT));
        }
    }
}
