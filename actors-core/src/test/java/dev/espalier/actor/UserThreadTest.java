package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.CancelScope;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Whose thread the engine takes for the one that runs an actor's code.
class UserThreadTest {
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofSeconds(30);

    private static boolean isHere(StackTraceElement frame) {
        return frame.getClassName().startsWith(UserThreadTest.class.getName());
    }

    @Test
    void shouldKnowNoThreadOfABehaviorThatIsIdle() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Thread> seen = new ArrayList<>();
            ActorRef<String> ref = system.spawn("idle", () -> (message, ctx) -> {
                seen.add(Thread.currentThread());
                seen.add(ctx.self().info().thread());
            });
            assertNull(ref.info().thread(), "the spawner, whose thread ran the start, does other things now");
            ref.tell("run");
            Strand.sleep(MOMENT);
            assertEquals(2, seen.size());
            assertEquals(seen.get(0), seen.get(1));
            assertNull(ref.info().thread());
        });
    }

    @Test
    void shouldReportTheStackOfTheCulpritAndNoneOfWhoIsIdle() throws Exception {
        try (var log = EngineLog.silent()) {
            VirtualTime.run(() -> {
                var system = MailFixture.builder().start();
                ActorSpec<Object> parent = ActorSpec.<Object>behaviorWith("parent", ctx -> {
                            ctx.spawn(ActorSpec.<Object>body(
                                            "culprit",
                                            (inbox, own) -> CancelScope.shield(() -> Strand.sleep(Duration.ofDays(1))))
                                    .grace(LONG));
                            return (message, own) -> {};
                        })
                        .grace(MOMENT);
                system.spawn(parent); // on this thread, which then waits for the end, in this class, too
                Strand.sleep(MOMENT);
                StopReport report = system.shutdown();
                StopReport.End culprit = report.actors().get(0);
                assertEquals("/t/parent/culprit", culprit.path());
                assertEquals(StopReport.How.ABANDONED, culprit.how());
                assertTrue(culprit.stack().stream().anyMatch(UserThreadTest::isHere), culprit::toString);
                StopReport.End idle = report.actors().get(1);
                assertEquals("/t/parent", idle.path());
                assertFalse(idle.how() == StopReport.How.CLEAN, idle::toString);
                assertEquals(List.of(), idle.stack());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldNotTakeTheSpawnersLaterStackForTheActors() throws Exception {
        MailFixture.inRealSystem(system -> {
            var inside = new CountDownLatch(1);
            var outside = new CountDownLatch(1);
            List<Cell<?>> cells = new ArrayList<>();
            Strand spawner = Strand.startPlatform("spawner", true, () -> {
                system.spawn(ActorSpec.behaviorWith("started", ctx -> {
                    cells.add((Cell<?>) ctx.self());
                    assertTrue(
                            Arrays.stream(cells.getFirst().program.userStack()).anyMatch(UserThreadTest::isHere));
                    inside.countDown();
                    return (message, own) -> {};
                }));
                awaitQuietly(outside);
            });
            assertTrue(inside.await(30, TimeUnit.SECONDS));
            assertTrue(system.children().refs().getFirst().awaitReady(LONG));
            while (spawner.thread().getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            assertEquals(0, cells.getFirst().program.userStack().length);
            outside.countDown();
            assertTrue(spawner.join(LONG));
        });
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldLeaveNoInterruptOfTheLadderOnTheSpawnersThread() throws Exception {
        try (var log = EngineLog.silent()) {
            var system = MailFixture.builder().start();
            var inside = new CountDownLatch(1);
            List<Boolean> flags = new ArrayList<>();
            Strand spawner = Strand.startPlatform("spawner", true, () -> {
                ActorSpec<Object> hangs = ActorSpec.behaviorWith("hangs", ctx -> {
                    inside.countDown();
                    while (!Thread.currentThread().isInterrupted()) {
                        Thread.onSpinWait();
                    }
                    throw new IllegalStateException("with the flag set");
                });
                assertThrows(StartFailedException.class, () -> system.spawn(hangs.grace(Duration.ZERO)));
                flags.add(Thread.interrupted());
            });
            assertTrue(inside.await(30, TimeUnit.SECONDS));
            system.shutdown();
            assertTrue(spawner.join(LONG));
            assertEquals(List.of(false), flags);
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldKeepTheSpawnersOwnInterrupt() throws Exception {
        MailFixture.inRealSystem(system -> {
            Thread.currentThread().interrupt();
            system.spawn("quick", () -> (message, ctx) -> {});
            assertTrue(Thread.interrupted());
        });
    }

    private static boolean isInterrupted() {
        return Thread.currentThread().isInterrupted();
    }

    /// The actors start on this very thread, so that a late interrupt would hit it.
    @Test
    @Tag("slow")
    void shouldInterruptNothingButTheActorsCodeWhenItEndsAtThatMoment() throws Exception {
        MailFixture.inRealSystem(system -> {
            var now = new AtomicReference<Cell<?>>();
            var hits = new AtomicInteger();
            Strand interrupter = Strand.startPlatform("interrupter", true, () -> {
                while (!system.isStopping()) {
                    Cell<?> cell = now.get();
                    if (cell != null) {
                        cell.program.interrupt();
                    }
                }
            });
            for (int i = 0; i < 3_000; i++) {
                int spins = i % 100;
                system.spawn(ActorSpec.behaviorWith("a" + i, ctx -> {
                    now.set((Cell<?>) ctx.self());
                    boolean untilHit = spins == 0;
                    for (int spin = 0; spin < spins || (untilHit && !isInterrupted()); spin++) {
                        Thread.onSpinWait();
                    }
                    hits.addAndGet(isInterrupted() ? 1 : 0);
                    return (message, own) -> {};
                }));
                assertFalse(Thread.interrupted(), "the spawner was interrupted");
            }
            assertTrue(hits.get() >= 30, hits::toString);
            system.stop();
            assertTrue(interrupter.join(LONG));
        });
    }
}
