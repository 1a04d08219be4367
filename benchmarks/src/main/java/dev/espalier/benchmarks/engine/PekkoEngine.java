package dev.espalier.benchmarks.engine;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Pekko Typed: unbounded mailboxes; ask by message, with a time-out; a stop tells all children at once, and messages
/// that wait become dead letters. Children are anonymous, for which Pekko makes short names.
///
/// Actors at the top are children of a guardian, which makes, watches and stops them.
final class PekkoEngine implements Engine {
    /// For 2 cores: `docs/benchmarks.md` says what was tried, and that one thread is no advice.
    private static final String TUNED = """
        pekko.actor.default-dispatcher {
          throughput = 200
          fork-join-executor { parallelism-min = 1, parallelism-max = 1 }
        }
        """;

    private sealed interface Order {
        record Spawn(Behavior<Object> behavior, CompletableFuture<ActorRef<Object>> made) implements Order {}

        record Stop(ActorRef<?> top) implements Order {}

        record Ended(ActorRef<?> top) implements Order {}
    }

    record Ref<M>(ActorRef<? super M> ref) implements Address<M> {
        @Override
        public void tell(M message) {
            ref.tell(message);
        }
    }

    private final Map<ActorRef<?>, CountDownLatch> ends = new ConcurrentHashMap<>();
    private final ActorSystem<Order> system;

    private PekkoEngine(Config config) {
        system = ActorSystem.create(
                Behaviors.setup(ctx -> Behaviors.receiveMessage(order -> guard(order, ctx))), "benchmarks", config);
    }

    static PekkoEngine standard() {
        return with("");
    }

    static PekkoEngine tuned() {
        return with(TUNED);
    }

    private static PekkoEngine with(String settings) {
        LoggerFactory.getILoggerFactory(); // now, or SLF4J complains of Pekko's many threads that come first
        String quiet = "pekko.log-dead-letters = off, pekko.log-dead-letters-during-shutdown = off\n";
        return new PekkoEngine(ConfigFactory.systemProperties()
                .withFallback(ConfigFactory.parseString(quiet + settings))
                .withFallback(ConfigFactory.load()));
    }

    private Behavior<Order> guard(Order order, ActorContext<Order> ctx) {
        switch (order) {
            case Order.Spawn(Behavior<Object> behavior, CompletableFuture<ActorRef<Object>> made) -> {
                ActorRef<Object> top = ctx.spawnAnonymous(behavior);
                ends.put(top, new CountDownLatch(1));
                ctx.watchWith(top, new Order.Ended(top));
                made.complete(top);
            }
            case Order.Stop(ActorRef<?> top) -> ctx.stop(top);
            case Order.Ended(ActorRef<?> top) -> end(top).countDown();
        }
        return Behaviors.same();
    }

    private CountDownLatch end(ActorRef<?> top) {
        @Nullable CountDownLatch end = ends.get(top);
        if (end == null) {
            throw new IllegalArgumentException(top + " is not at the top");
        }
        return end;
    }

    @Override
    public <M> Address<M> spawn(Supplier<? extends Handler<M>> factory) {
        CompletableFuture<ActorRef<Object>> made = new CompletableFuture<>();
        system.tell(new Order.Spawn(PekkoActor.behavior(factory), made));
        return new Ref<>(made.join());
    }

    @Override
    public <Q, R> R ask(Address<Q> target, Function<Reply<R>, ? extends Q> request, Duration timeout) {
        return AskPattern.<Q, R>ask(
                        PekkoEngine.<Q>ref(target),
                        replyTo -> request.apply(replyTo::tell),
                        timeout,
                        system.scheduler())
                .toCompletableFuture()
                .join();
    }

    @SuppressWarnings("unchecked") // every actor here takes anything
    static <Q> ActorRef<Q> ref(Address<Q> address) {
        return (ActorRef<Q>) ((Ref<Q>) address).ref();
    }

    @Override
    public void stop(Address<?> top) {
        system.tell(new Order.Stop(ref(top)));
    }

    @Override
    public void awaitStopped(Address<?> top) {
        try {
            end(ref(top)).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the end of " + top, e);
        }
        ends.remove(ref(top));
    }

    @Override
    public void close() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }
}
