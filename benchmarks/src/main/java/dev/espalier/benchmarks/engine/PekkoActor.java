package dev.espalier.benchmarks.engine;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/// A handler as a Pekko behavior. Its type of message is Object, since answers to asks arrive as messages, too.
final class PekkoActor<M> implements Self<M> {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /// An answer to an ask, or its failure, on its way back to the asker.
    private record Answered(Runnable then) {}

    private final Handler<M> handler;
    private final ActorContext<Object> context;
    private boolean stopping;

    private PekkoActor(Handler<M> handler, ActorContext<Object> context) {
        this.handler = handler;
        this.context = context;
    }

    static <M> Behavior<Object> behavior(Supplier<? extends Handler<M>> factory) {
        return Behaviors.setup(ctx -> {
            PekkoActor<M> self = new PekkoActor<>(factory.get(), ctx);
            self.handler.start(self);
            if (self.stopping) {
                return Behaviors.stopped();
            }
            return Behaviors.receive((c, message) -> self.received(message), (c, signal) -> self.signalled(signal));
        });
    }

    @SuppressWarnings("unchecked") // the address takes only M
    private Behavior<Object> received(Object message) {
        if (message instanceof Answered(Runnable then)) {
            then.run();
        } else {
            handler.on((M) message, this);
        }
        return stopping ? Behaviors.stopped() : Behaviors.same();
    }

    private Behavior<Object> signalled(Signal signal) {
        if (signal instanceof PostStop) {
            handler.stopped();
        }
        return Behaviors.same();
    }

    @Override
    public Address<M> address() {
        return new PekkoEngine.Ref<>(context.getSelf());
    }

    @Override
    public <C> Address<C> spawn(int number, Supplier<? extends Handler<C>> factory) {
        return new PekkoEngine.Ref<>(context.spawnAnonymous(behavior(factory)));
    }

    @Override
    public void stop() {
        stopping = true;
    }

    @Override
    public <Q, R> void askInTurn(
            int times, Address<Q> target, Function<Reply<R>, ? extends Q> request, Consumer<? super R> each) {
        if (times == 0) {
            return;
        }
        context.<Q, R>ask(
                anyClass(),
                PekkoEngine.ref(target),
                TIMEOUT,
                replyTo -> request.apply(replyTo::tell),
                (answer, failure) -> new Answered(() -> {
                    if (answer == null) {
                        throw new IllegalStateException("no answer", failure);
                    }
                    each.accept(answer);
                    askInTurn(times - 1, target, request, each);
                }));
    }

    @SuppressWarnings("unchecked")
    private static <R> Class<R> anyClass() {
        return (Class<R>) Object.class;
    }
}
