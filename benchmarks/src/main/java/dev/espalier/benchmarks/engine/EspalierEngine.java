package dev.espalier.benchmarks.engine;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.logging.CrashReports;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/// Espalier with its defaults: mailboxes bounded to 65,536 messages, which make senders wait; ask as a blocking call;
/// an orderly stop, children one at a time in reverse start order. Every child has a name.
///
/// The budget of the system is long, so that a slow stop is measured instead of cut off.
final class EspalierEngine implements Engine {
    record Ref<M>(ActorRef<M> ref) implements Address<M> {
        @Override
        public void tell(M message) {
            ref.tell(message);
        }
    }

    private final AtomicLong names = new AtomicLong();
    private final ActorSystem system;

    /// @param dedicated whether every behavior has a green thread of its own
    EspalierEngine(boolean dedicated) {
        ActorSystem.Builder builder = ActorSystem.builder("benchmarks")
                .budget(Duration.ofMinutes(5))
                .handleSignals(false)
                .discoverObservers(false) // profiling is on the class path, too: see ProfilingCost
                .observer(new CrashReports());
        system = (dedicated ? builder.dedicated() : builder).start();
    }

    static <M> ActorSpec<M> spec(String name, Supplier<? extends Handler<M>> factory) {
        return ActorSpec.behaviorWith(name, ctx -> new EspalierActor<>(factory.get(), ctx));
    }

    @Override
    public <M> Address<M> spawn(Supplier<? extends Handler<M>> factory) {
        return new Ref<>(system.spawn(spec("top" + names.getAndIncrement(), factory)));
    }

    static <Q, R> R askRef(Address<Q> target, Function<Reply<R>, ? extends Q> request, Duration timeout) {
        return ((Ref<Q>) target).ref().<R>ask(replyTo -> request.apply(replyTo::reply), timeout);
    }

    @Override
    public <Q, R> R ask(Address<Q> target, Function<Reply<R>, ? extends Q> request, Duration timeout) {
        return askRef(target, request, timeout);
    }

    @Override
    public void stop(Address<?> top) {
        ((Ref<?>) top).ref().stop();
    }

    @Override
    public void awaitStopped(Address<?> top) {
        ((Ref<?>) top).ref().join();
    }

    @Override
    public void close() {
        system.close();
    }
}
