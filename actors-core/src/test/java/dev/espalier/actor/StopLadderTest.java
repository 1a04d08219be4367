package dev.espalier.actor;

import static dev.espalier.actor.LadderFixture.FOREVER;
import static dev.espalier.actor.LadderFixture.SECOND;
import static dev.espalier.actor.LadderFixture.afterShutdown;
import static dev.espalier.actor.LadderFixture.body;
import static dev.espalier.actor.LadderFixture.end;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.CancelScope;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Group;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StopLadderTest {
    @Test
    void shouldInterruptAndCancelNothingWithinTheGrace() throws Exception {
        List<String> seen = new ArrayList<>();
        afterShutdown(
                List.of(body(
                        "polite",
                        (inbox, ctx) -> {
                            ctx.pleaseStop().waitForGo();
                            Strand.sleep(Duration.ofMillis(900));
                            seen.add("done, interrupted "
                                    + Thread.currentThread().isInterrupted());
                        },
                        SECOND)),
                report -> {
                    StopReport.End end = end(report, "/t/polite");
                    assertEquals(StopReport.How.CLEAN, end.how());
                    assertEquals(Duration.ofMillis(900), end.took());
                    assertEquals(Duration.ofMillis(900), end.polite());
                    assertEquals(Duration.ZERO, end.cancelled());
                    assertEquals(List.of(), end.stack());
                    assertTrue(report.isClean());
                });
        assertEquals(List.of("done, interrupted false"), seen);
    }

    @Test
    void shouldCancelTheBlockingCallWhenTheGraceIsOver() throws Exception {
        List<String> seen = new ArrayList<>();
        afterShutdown(
                List.of(
                        body("first", (inbox, ctx) -> ctx.pleaseStop().waitForGo(), SECOND),
                        body(
                                "sleeper",
                                (inbox, ctx) -> {
                                    try {
                                        Strand.sleep(FOREVER);
                                    } catch (CancelledException e) {
                                        seen.add("cancelled at " + VirtualTime.elapsed() + " " + e.wasInterrupt());
                                        throw e;
                                    }
                                },
                                SECOND)),
                report -> {
                    StopReport.End end = end(report, "/t/sleeper");
                    assertEquals(StopReport.How.CANCELLED, end.how());
                    assertEquals(SECOND, end.took());
                    assertEquals(SECOND, end.polite());
                    assertNull(end.cause());
                    assertTrue(
                            end.stack().stream()
                                    .anyMatch(frame -> frame.getClassName().startsWith(StopLadderTest.class.getName())),
                            end.stack()::toString);
                    assertEquals(StopReport.How.CLEAN, end(report, "/t/first").how());
                    assertEquals(SECOND, report.took());
                });
        assertEquals(List.of("cancelled at PT1.001S false"), seen);
    }

    @Test
    void shouldCancelAtOnceWhenTheGraceIsZero() throws Exception {
        afterShutdown(List.of(body("sleeper", (inbox, ctx) -> Strand.sleep(FOREVER), Duration.ZERO)), report -> {
            assertEquals(StopReport.How.CANCELLED, end(report, "/t/sleeper").how());
            assertEquals(Duration.ZERO, report.took());
        });
    }

    @Test
    void shouldNotRunQueuedMessagesAfterTheCancel() throws Exception {
        List<Object> seen = new ArrayList<>();
        try (var log = EngineLog.silent()) {
            VirtualTime.run(() -> {
                var system = MailFixture.builder().start();
                ActorRef<Integer> slow = system.spawn(ActorSpec.<Integer>behavior("slow", () -> new Behavior<>() {
                            @Override
                            public void onMessage(Integer message, ActorContext<Integer> ctx) {
                                seen.add(message);
                                Strand.sleep(Duration.ofMillis(400));
                            }

                            @Override
                            public void onStop(ActorContext<Integer> ctx) {
                                Strand.sleep(Duration.ofMillis(10)); // the cancel does not reach this
                                seen.add("stopped");
                            }
                        })
                        .grace(SECOND));
                slow.tellAll(List.of(1, 2, 3, 4, 5));
                Strand.sleep(Duration.ofMillis(1));
                StopReport report = system.shutdown();
                assertEquals(List.of(1, 2, 3, "stopped"), seen);
                StopReport.End end = end(report, "/t/slow");
                assertEquals(StopReport.How.CANCELLED, end.how());
                assertEquals(3, end.drained());
                assertEquals(2, end.left());
                assertEquals(new Ledger(5, 3, 2, 0, 0, 0), slow.ledger());
                assertEquals(Duration.ofMillis(10), end.cancelled());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldInterruptAForeignBlockingCallAfterTheCancel() throws Exception {
        try (var log = EngineLog.silent()) {
            List<String> seen = Collections.synchronizedList(new ArrayList<>());
            var system = MailFixture.builder().start();
            var inside = new CountDownLatch(1);
            system.spawn(body(
                    "foreign",
                    (inbox, ctx) -> {
                        inside.countDown();
                        try {
                            new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                            seen.add("interrupted");
                            throw e;
                        }
                    },
                    Duration.ofMillis(50)));
            assertTrue(inside.await(10, TimeUnit.SECONDS));
            StopReport report = system.shutdown();
            assertEquals(List.of("interrupted"), seen);
            StopReport.End end = end(report, "/t/foreign");
            assertEquals(StopReport.How.INTERRUPTED, end.how());
            assertTrue(end.polite().compareTo(Duration.ofMillis(50)) >= 0, end::toString);
            assertTrue(end.cancelled().compareTo(Duration.ofMillis(20)) >= 0, end::toString);
            assertNull(end.cause());
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldFinishTheShieldedPartBeforeTheCancelIsSeen() throws Exception {
        List<String> seen = new ArrayList<>();
        afterShutdown(
                List.of(body(
                        "careful",
                        (inbox, ctx) -> {
                            CancelScope.shield(() -> {
                                Strand.sleep(Duration.ofMillis(10_100));
                                seen.add("written at " + VirtualTime.elapsed());
                            });
                            Strand.sleep(FOREVER);
                            seen.add("never");
                        },
                        Duration.ofSeconds(10))),
                report -> {
                    StopReport.End end = end(report, "/t/careful");
                    assertEquals(StopReport.How.CANCELLED, end.how());
                    assertEquals(Duration.ofMillis(10_099), end.took());
                });
        assertEquals(List.of("written at PT10.1S"), seen);
    }

    // ref.cancel().

    @Test
    void shouldStartAtTheSecondRungWhenCancelled() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Object> seen = new ArrayList<>();
            ActorRef<Integer> target = system.spawn("target", () -> new Behavior<Integer>() {
                @Override
                public void onMessage(Integer message, ActorContext<Integer> ctx) {
                    seen.add(message);
                    Strand.sleep(FOREVER);
                }

                @Override
                public void onStop(ActorContext<Integer> ctx) {
                    seen.add("pleaseStop " + ctx.pleaseStop().isGo());
                }
            });
            target.tellAll(List.of(1, 2, 3));
            Strand.sleep(SECOND);
            target.cancel();
            assertNull(target.join(Duration.ZERO.plusNanos(1)));
            assertEquals(List.of(1, "pleaseStop true"), seen);
            assertEquals(new Ledger(3, 1, 2, 0, 0, 0), target.ledger());
            target.cancel(); // after the end: nothing
            target.stop();
            assertEquals(ActorState.STOPPED, target.state());
            assertEquals(List.of(), system.failures());
        });
    }

    @Test
    void shouldCancelTheWholeSubtreeWhenTheParentIsCancelled() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> cancelled = new ArrayList<>();
            ActorRef<Object> parent = system.spawn("parent", () -> new Behavior<Object>() {
                @Override
                public void onStart(ActorContext<Object> ctx) {
                    for (int i = 0; i < 3; i++) {
                        ctx.spawnBody("c" + i, (inbox, own) -> {
                            try {
                                Strand.sleep(FOREVER);
                            } catch (CancelledException e) {
                                cancelled.add(own.path());
                                throw e;
                            }
                        });
                    }
                }

                @Override
                public void onMessage(Object message, ActorContext<Object> ctx) {}
            });
            Strand.sleep(SECOND);
            parent.cancel();
            parent.join(Duration.ofMillis(1));
            assertEquals(3, cancelled.size(), cancelled::toString);
            assertEquals(SECOND, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldCancelAnActorThatIsBeingStoppedPolitely() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Object> slow = system.spawn(body("slow", (inbox, ctx) -> Strand.sleep(FOREVER), FOREVER));
            Strand.sleep(SECOND);
            slow.stop();
            Strand.sleep(SECOND);
            assertEquals(ActorState.STOPPING, slow.state());
            var late = assertThrows(JoinTimeoutException.class, () -> slow.join(SECOND));
            assertEquals(
                    "/t/slow has not stopped within PT1S; it is STOPPING (STOP/LIVE) with 0 messages queued",
                    late.getMessage());
            slow.cancel();
            slow.join(Duration.ofMillis(1));
            assertEquals(Duration.ofSeconds(3), VirtualTime.elapsed());
        });
    }

    // Who may wait.

    @Test
    void shouldRefuseAnActorThatWaitsForTheEndOfItsOwnSystem() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> errors = new ArrayList<>();
            ActorRef<Object> body = system.spawnBody("impatient", (inbox, ctx) -> {
                errors.add(assertThrows(IllegalStateException.class, system::shutdown)
                        .getMessage());
                errors.add(
                        assertThrows(IllegalStateException.class, system::close).getMessage());
                assertFalse(system.isStopping());
                ctx.system().stop();
            });
            body.join();
            assertEquals("/t/impatient cannot wait for the end of its own system; use stop()", errors.getFirst());
            assertEquals(2, errors.size());
            assertTrue(system.stopped().waitForGo(SECOND));
        });
    }

    @Test
    void shouldRefuseNonsense() {
        assertEquals(
                "The grace of a must not be negative: PT-1S",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> body("a", (inbox, ctx) -> {}, Duration.ofSeconds(-1)))
                        .getMessage());
        assertThrows(NullPointerException.class, () -> body("a", (inbox, ctx) -> {}, null));
        assertEquals(
                "The budget must be positive, not PT0S",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> MailFixture.builder().budget(Duration.ZERO))
                        .getMessage());
        assertThrows(NullPointerException.class, () -> MailFixture.builder().budget(null));
    }

    @Test
    void shouldTellWhatFailedWhileAnActorUnwoundFromACancel() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Object> clean = system.spawnBody("clean", (inbox, ctx) -> sleepWith(() -> {}));
            ActorRef<Object> twice = system.spawnBody(
                    "twice",
                    (inbox, ctx) -> sleepWith(() -> {
                        throw new CancelledException("the clean-up, too");
                    }));
            ActorRef<Object> dirty = system.spawnBody(
                    "dirty",
                    (inbox, ctx) -> sleepWith(() -> {
                        throw new IllegalStateException("does not close");
                    }));
            ActorRef<Object> group = system.spawnBody(
                    "group",
                    (inbox, ctx) -> Group.run("work", (Group<Integer> forks) -> {
                        forks.fork(() -> {
                            try {
                                Strand.sleep(FOREVER);
                            } catch (CancelledException e) {
                                throw new IllegalStateException("a fork does not close");
                            }
                        });
                    }));
            Strand.sleep(SECOND);
            for (ActorRef<?> each : List.of(clean, twice, dirty, group)) {
                each.cancel();
                assertTrue(each.stopped().waitForGo(SECOND));
            }
            assertEquals(
                    List.of("/t/dirty does not close", "/t/group a fork does not close"),
                    system.failures().stream()
                            .map(each -> each.path() + " "
                                    + each.cause().getSuppressed()[0].getMessage())
                            .toList());
        });
    }

    private static void sleepWith(Resource resource) {
        try (resource) {
            Strand.sleep(FOREVER);
        }
    }

    private interface Resource extends AutoCloseable {
        @Override
        void close();
    }
}
