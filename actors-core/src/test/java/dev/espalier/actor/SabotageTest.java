package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import dev.espalier.actor.FaultStorm.Mistake;
import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/// What the library stands on is sabotaged: its threads are interrupted, or cannot be started; its log throws.
class SabotageTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    // A log that throws.

    /// Whatever the engine logs, and also if it only asks whether it should, it gets an error.
    private static final class BrokenLog extends TurboFilter implements AutoCloseable {
        private final LoggerContext logback = (LoggerContext) LoggerFactory.getILoggerFactory();
        private final PrintStream console = System.err;
        private final AtomicInteger thrown = new AtomicInteger();

        BrokenLog() {
            logback.addTurboFilter(this);
            System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        }

        @Override
        public FilterReply decide(Marker marker, Logger logger, Level level, String text, Object[] args, Throwable t) {
            if (logger.getName().startsWith("dev.espalier")) {
                thrown.incrementAndGet();
                throw new LinkageError("the log fails on purpose");
            }
            return FilterReply.NEUTRAL;
        }

        @Override
        public void close() {
            logback.getTurboFilterList().remove(this);
            System.setErr(console);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @Tag("slow")
    void shouldKeepTheRulesUnderRandomFaultsWhenTheLogThrows(long seed) throws Exception {
        Supervision unlimited = Supervision.DEFAULT.intensity(Supervision.UNLIMITED, Duration.ofSeconds(1));
        var storm = new FaultStorm(true, seed, 500, Mistake.NONE);
        try (var log = new BrokenLog()) {
            VirtualTime.run(seed, () -> Trials.once(builder -> builder.supervision(unlimited), storm::blow));
            assertTrue(log.thrown.get() > 500, () -> "only " + log.thrown);
        }
    }

    // Threads that are interrupted.

    /// Interrupts all threads of the library, except while they are named for an actor whose code may wait there.
    private static Thread interrupter(ActorSystem system, AtomicInteger interrupts) {
        return Thread.ofPlatform().daemon().name("interrupter").start(() -> {
            while (!system.stopped().isGo()) {
                var all = new Thread[Thread.activeCount() + 50];
                for (int i = Thread.enumerate(all); i > 0; i--) {
                    if (all[i - 1].getName().startsWith("espalier-")) {
                        all[i - 1].interrupt();
                        interrupts.incrementAndGet();
                    }
                }
                for (Worker worker : system.turns.workers) {
                    var strand = worker.strand();
                    if (strand != null) {
                        strand.thread().interrupt();
                        interrupts.incrementAndGet();
                    }
                }
                LockSupport.parkNanos(20_000);
            }
        });
    }

    @Test
    @Tag("slow")
    void shouldLoseNothingWhenItsThreadsAreInterrupted() throws Exception {
        var interrupts = new AtomicInteger();
        TurnFixture.inRealSystem(system -> {
            int actors = 20;
            int messages = 3_000;
            var ticks = new AtomicInteger();
            List<AtomicInteger> counts = new ArrayList<>();
            List<ActorRef<Integer>> counters = new ArrayList<>();
            for (int i = 0; i < actors; i++) {
                var count = new AtomicInteger();
                counts.add(count);
                counters.add(system.spawn("c" + i, () -> counter(count, ticks)));
            }
            ActorRef<ReplyTo<Integer>> polite = TurnFixture.polite(system);
            Thread interrupter = interrupter(system, interrupts);
            for (int n = 0; n < messages; n++) {
                for (ActorRef<Integer> each : counters) {
                    each.tell(n);
                }
                if (n % 30 == 0) {
                    assertEquals(42, TurnFixture.ask(polite));
                    Strand.sleep(Duration.ofMillis(1)); // workers rest
                }
            }
            for (ActorRef<Integer> each : counters) {
                assertTrue(each.awaitProcessed(LONG), () -> each.info().toString());
            }
            Awaitility.await().atMost(LONG).until(() -> ticks.get() == actors * messages / 100);
            system.stop();
            system.awaitShutdown();
            assertTrue(interrupter.join(LONG));
            counts.forEach(count -> assertEquals(messages + messages / 100, count.get()));
            assertEquals(List.of(), system.failures());
            assertTrue(system.ledger().balanced(), () -> system.ledger().toString());
        });
        assertTrue(interrupts.get() > 1_000, interrupts::toString);
    }

    /// At every hundredth message it gets one more, by a timer.
    private static Behavior<Integer> counter(AtomicInteger count, AtomicInteger ticks) {
        return (n, ctx) -> {
            count.incrementAndGet();
            if (n < 0) {
                ticks.incrementAndGet();
            } else if (n % 100 == 0) {
                ctx.timers().once("tick" + n, -1, Duration.ofMillis(1));
            }
        };
    }

    // A sentinel that fails.

    /// While it fails, nobody but the sentinel looks at the workers: the turn of the only one computes.
    @Test
    @Tag("slow")
    void shouldWatchOnWhenTheSentinelHasFailed() throws Exception {
        try (var log = new EngineLog(Level.ERROR)) {
            MailFixture.runIn(TurnFixture.builder().parallelism(1), system -> {
                var inside = new CountDownLatch(1);
                var mended = new CountDownLatch(1);
                var reached = new CountDownLatch(1);
                ActorRef<Job> near = TurnFixture.spawn(system, "near");
                TurnFixture.spawn(system, "stuck").tell(ctx -> {
                    inside.countDown();
                    TurnFixture.spinUntil(() -> mended.getCount() == 0);
                    near.tell(own -> reached.countDown());
                    TurnFixture.spinUntil(() -> reached.getCount() == 0);
                });
                inside.await();
                system.turns.workers.add(null);
                Awaitility.await().atMost(LONG).until(() -> !log.lines().isEmpty());
                system.turns.workers.remove(null);
                mended.countDown();
                assertTrue(reached.await(LONG.toSeconds(), TimeUnit.SECONDS));
            });
            assertEquals(Set.of("ERROR The sentinel failed"), new HashSet<>(log.lines()));
        }
    }

    // Threads that cannot be started.

    @Test
    void shouldRunTheTurnLaterWhenNoWorkerCanBeStarted() throws Exception {
        try (var log = new EngineLog(Level.ERROR)) {
            TurnFixture.inVirtualSystem(1, system -> {
                List<String> seen = new ArrayList<>();
                ActorRef<String> one = system.spawn("one", () -> MailFixture.into(seen));
                ActorRef<String> other = system.spawn("other", () -> MailFixture.into(seen));
                VirtualTime.refuseThreads(1);
                assertDoesNotThrow(() -> one.tell("a"), "it was accepted");
                other.tell("b");
                assertTrue(one.awaitProcessed(LONG) && other.awaitProcessed(LONG), seen::toString);
                assertEquals(List.of("a", "b"), seen);
                assertEquals(1, system.turns.workers.size());
                assertEquals(0, system.turns.searching.get());
            });
            assertEquals(List.of("ERROR There is no thread for another worker"), log.lines());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRunAnActorWithItsOwnThreadLaterWhenThatCannotBeStarted(boolean body) throws Exception {
        try (var log = new EngineLog(Level.ERROR)) {
            TurnFixture.inVirtualSystem(1, system -> {
                List<String> seen = new ArrayList<>();
                ActorSpec<String> spec = body
                        ? ActorSpec.body("one", (inbox, ctx) -> inbox.forEach(seen::add))
                        : ActorSpec.<String>behavior("one", () -> MailFixture.into(seen))
                                .dedicated();
                Strand.current().schedule(Strand.now(), () -> {}); // now there is a timer
                VirtualTime.refuseThreads(3);
                ActorRef<String> one = system.spawn(spec);
                assertDoesNotThrow(() -> one.tell("a"), "it was accepted");
                one.tell("b");
                assertTrue(one.awaitProcessed(LONG), seen::toString);
                assertEquals(List.of("a", "b"), seen);
            });
            assertEquals(1, log.lines().size(), () -> "once, not at each attempt: " + log.lines());
            assertTrue(log.lines().getFirst().startsWith("ERROR There is no thread for "), log.lines()::getFirst);
        }
    }
}
