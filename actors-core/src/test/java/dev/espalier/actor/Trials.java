package dev.espalier.actor;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Assertions;

/// Runs a test of the tree on a virtual clock: first come first served, then under several random schedules.
/// Whatever the test is about, neither the engine nor an assertion inside an actor must have failed, every failure
/// is reported once, and the ledger is balanced at the end.
final class Trials {
    private static final int SEEDS = 5;

    private Trials() {}

    @FunctionalInterface
    interface Trial {
        void run(ActorSystem system, Events events) throws Exception;
    }

    /// A message that is code: what the actor does about it.
    @FunctionalInterface
    interface Job {
        void run(ActorContext<Job> ctx) throws Exception;
    }

    /// What actors of the tests throw; without a stack, it is thrown often.
    static final class Boom extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Boom(String message) {
            super(message, null, false, false);
        }
    }

    static void run(Trial trial) throws Exception {
        run(builder -> builder, trial);
    }

    static void run(UnaryOperator<ActorSystem.Builder> setUp, Trial trial) throws Exception {
        VirtualTime.run(() -> once(setUp, trial));
        for (long seed = 1; seed <= SEEDS; seed++) {
            VirtualTime.run(seed, () -> once(setUp, trial));
        }
    }

    /// One run, on the ground of the calling thread, which may be the real one.
    static void once(UnaryOperator<ActorSystem.Builder> setUp, Trial trial) throws Exception {
        Events events = new Events();
        try (EngineLog log = EngineLog.silent()) {
            ActorSystem system = setUp.apply(ActorSystem.builder("t")
                            .handleSignals(false)
                            .discoverObservers(false)
                            .observer(events))
                    .start();
            try (system) {
                trial.run(system, events);
            }
            Assertions.assertTrue(system.ledger().balanced(), () -> "unbalanced: " + system.ledger());
            Assertions.assertEquals(List.of(), log.lines());
        }
        events.assertEachFailureOnce();
    }

    /// Lets everything happen that can happen now; a millisecond passes.
    static void settle() {
        Strand.sleep(Duration.ofMillis(1));
    }

    static void seconds(double n) {
        Strand.sleep(Duration.ofNanos((long) (n * 1e9)));
    }

    static Boom crash() {
        return new Boom("crash");
    }

    /// A message over which the actor fails.
    static void crash(ActorRef<Job> ref) {
        ref.tell(ctx -> {
            throw crash();
        });
    }

    /// A back-off that always takes this long.
    static BackOff fixed(Duration wait) {
        return new BackOff(wait, wait, 0);
    }

    /// The living actor at this path below the root.
    @SuppressWarnings("unchecked")
    static ActorRef<Job> at(ActorSystem system, String path) {
        return (ActorRef<Job>) system.find("/t/" + path)
                .orElseThrow(() -> new AssertionError("no actor " + path + " in\n" + system.tree(100)));
    }

    static boolean lives(ActorSystem system, String path) {
        return system.find("/t/" + path).isPresent();
    }

    /// An actor that notes its hooks and does its jobs; it starts the given children.
    static ActorSpec<Job> probe(String name, Events events, ActorSpec<?>... children) {
        return ActorSpec.behaviorWith(name, ctx -> new Probe(ctx, events, List.of(children)));
    }

    static class Probe implements Behavior<Job> {
        final String name;
        final Events events;
        final List<ActorSpec<?>> children;

        Probe(ActorContext<Job> ctx, Events events, List<ActorSpec<?>> children) {
            this.name = ctx.self().name();
            this.events = events;
            this.children = children;
            events.trip("new " + name);
        }

        @Override
        public void onStart(ActorContext<Job> ctx) {
            events.hook("start " + name);
            children.forEach(ctx::spawn);
        }

        @Override
        public void beforeRestart(ActorContext<Job> ctx) {
            events.hook("before " + name);
        }

        @Override
        public void afterRestart(ActorContext<Job> ctx) {
            events.hook("after " + name);
            children.forEach(ctx::spawn);
        }

        @Override
        public void onStop(ActorContext<Job> ctx) {
            events.hook("stop " + name);
        }

        @Override
        public void onMessage(Job job, ActorContext<Job> ctx) throws Exception {
            job.run(ctx);
        }

        @Override
        public void onChildFailure(Failure failure, ActorContext<Job> ctx) {
            events.childFailures.add(failure);
        }
    }
}
