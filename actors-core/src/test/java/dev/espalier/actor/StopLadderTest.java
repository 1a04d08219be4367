package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.CancelScope;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class StopLadderTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    /// Of a grace of ten seconds.
    private static final Duration UNWIND_OF_TEN = Duration.ofSeconds(10).dividedBy(30);

    private static final Duration FOREVER = Duration.ofSeconds(200);

    private static ActorSpec<Object> body(String name, Body<Object> body, Duration grace) {
        return ActorSpec.body(name, body).grace(grace);
    }

    private static StopReport.End end(StopReport report, String path) {
        return report.actors().stream()
                .filter(end -> end.path().equals(path))
                .findFirst()
                .orElseThrow(() -> new AssertionError(path + " is not in " + report.toText()));
    }

    /// Starts the actors in simulated time, lets them begin, stops the system.
    private static void afterShutdown(List<ActorSpec<Object>> specs, java.util.function.Consumer<StopReport> check)
            throws Exception {
        try (var log = EngineLog.silent()) {
            VirtualTime.run(() -> {
                var system = MailFixture.builder().start();
                system.spawnAll(specs);
                Strand.sleep(Duration.ofMillis(1));
                check.accept(system.shutdown());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    private static void assertAbout(Duration expected, Duration actual) {
        assertTrue(
                actual.compareTo(expected.multipliedBy(9).dividedBy(10)) >= 0
                        && actual.compareTo(expected.multipliedBy(11).dividedBy(10)) <= 0,
                () -> actual + " is not within 10 % of " + expected);
    }

    // The rungs.

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
    void shouldAbandonWithoutAnInterruptWhenNotInterruptible() throws Exception {
        try (var log = EngineLog.silent()) {
            var inside = new CountDownLatch(1);
            var release = new CountDownLatch(1);
            var left = new CountDownLatch(1);
            List<Boolean> interrupted = Collections.synchronizedList(new ArrayList<>());
            var system = MailFixture.builder().start();
            system.spawn(body(
                            "stubborn",
                            (inbox, ctx) -> {
                                inside.countDown();
                                try {
                                    release.await();
                                    interrupted.add(false);
                                } catch (InterruptedException e) {
                                    interrupted.add(true);
                                }
                                left.countDown();
                            },
                            Duration.ofMillis(50))
                    .interruptible(false));
            assertTrue(inside.await(10, TimeUnit.SECONDS));
            StopReport.End end = end(system.shutdown(), "/t/stubborn");
            assertEquals(StopReport.How.ABANDONED, end.how());
            assertEquals(1, left.getCount(), "the parent went on without it");
            release.countDown();
            assertTrue(left.await(10, TimeUnit.SECONDS));
            assertEquals(List.of(false), interrupted);
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldAbandonWhoSwallowsEverythingAndNameItWithItsStack() throws Exception {
        List<String> seen = new ArrayList<>();
        afterShutdown(
                List.of(
                        body(
                                "outlives",
                                (inbox, ctx) -> {
                                    inbox.receive();
                                    seen.add("outlives ended");
                                },
                                SECOND),
                        body(
                                "culprit",
                                (inbox, ctx) -> CancelScope.shield(() -> Strand.sleep(FOREVER)),
                                Duration.ofSeconds(10))),
                report -> {
                    StopReport.End end = end(report, "/t/culprit");
                    assertEquals(StopReport.How.ABANDONED, end.how());
                    assertEquals(Duration.ofSeconds(10), end.polite());
                    assertEquals(UNWIND_OF_TEN, end.cancelled());
                    assertEquals(UNWIND_OF_TEN, end.interrupted());
                    assertTrue(
                            end.stack().stream()
                                    .anyMatch(frame -> frame.getMethodName().contains("shield")),
                            end.stack()::toString);
                    assertAbout(Duration.ofSeconds(10), report.took());
                    assertEquals(List.of("outlives ended"), seen);
                    assertEquals(
                            StopReport.How.CLEAN, end(report, "/t/outlives").how());
                    assertTrue(report.toText().contains("abandoned"), report::toText);
                    assertTrue(report.toText().contains("/t/culprit"));
                    assertFalse(report.isClean());
                });
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

    @Test
    void shouldStayAbandonedWhenTheThreadComesBackIntoItsInbox() throws Exception {
        List<String> seen = new ArrayList<>();
        try (var log = EngineLog.silent()) {
            VirtualTime.run(() -> {
                var system = MailFixture.builder().start();
                system.spawn(body(
                        "body",
                        (inbox, ctx) -> {
                            ctx.execute(() -> CancelScope.shield(() -> Strand.sleep(FOREVER)));
                            assertThrows(ActorStoppedException.class, inbox::receive);
                            assertThrows(ActorStoppedException.class, inbox::receive);
                            seen.add("back");
                        },
                        SECOND));
                Strand.sleep(Duration.ofMillis(1));
                assertEquals(1, system.shutdown().counts().get(StopReport.How.ABANDONED));
                Strand.sleep(FOREVER);
            });
            assertEquals(List.of("back"), seen);
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldTouchNothingWhenAnAbandonedThreadComesBack() throws Exception {
        try (var log = EngineLog.silent()) {
            VirtualTime.run(() -> {
                List<String> seen = new ArrayList<>();
                var system = MailFixture.builder().start();
                ActorRef<Integer> behavior = system.spawn(ActorSpec.<Integer>behavior("b", () -> new Behavior<>() {
                            @Override
                            public void onMessage(Integer message, ActorContext<Integer> ctx) {
                                seen.add("handled " + message);
                                CancelScope.shield(() -> Strand.sleep(FOREVER));
                                seen.add("back");
                            }

                            @Override
                            public void onStop(ActorContext<Integer> ctx) {
                                seen.add("onStop");
                            }
                        })
                        .grace(SECOND));
                ActorRef<Integer> body = system.spawn(ActorSpec.<Integer>body("body", (inbox, ctx) -> {
                            inbox.receive();
                            CancelScope.shield(() -> Strand.sleep(FOREVER));
                            assertThrows(ActorStoppedException.class, inbox::receive);
                            seen.add("body back");
                        })
                        .grace(SECOND));
                for (ActorRef<Integer> ref : List.of(behavior, body)) {
                    ref.tellAll(List.of(1, 2, 3));
                }
                Strand.sleep(Duration.ofMillis(1));
                StopReport report = system.shutdown();
                assertEquals(2, report.counts().get(StopReport.How.ABANDONED));
                for (ActorRef<Integer> ref : List.of(behavior, body)) {
                    assertEquals(new Ledger(3, 1, 2, 0, 0, 0), ref.ledger(), ref.path());
                }
                Strand.sleep(FOREVER);
                Collections.sort(seen);
                assertEquals(List.of("back", "body back", "handled 1"), seen);
                assertEquals(new Ledger(6, 2, 4, 0, 0, 0), system.ledger());
            });
            assertEquals(List.of(), log.lines());
        }
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

    // onStop.

    @Test
    void shouldRunOnStopExactlyOnceWhateverHappens() throws Exception {
        for (long seed = 1; seed <= 60; seed++) {
            long kind = seed % 6;
            try (var log = EngineLog.silent()) {
                MailFixture.inVirtualSystem(seed, system -> {
                    List<String> hooks = new ArrayList<>();
                    ActorRef<String> target = system.spawn(ActorSpec.<String>behavior("target", () -> new Behavior<>() {
                                @Override
                                public void onMessage(String message, ActorContext<String> ctx) {
                                    if (message.equals("fail")) {
                                        throw new IllegalStateException("on purpose");
                                    } else if (message.equals("self")) {
                                        ctx.stop();
                                    }
                                    Strand.sleep(Duration.ofMillis(1));
                                }

                                @Override
                                public void onStop(ActorContext<String> ctx) {
                                    hooks.add("onStop");
                                    throw new IllegalStateException("in onStop");
                                }
                            })
                            .restart(kind == 4 ? Restart.TEMPORARY : Restart.TRANSIENT)
                            .grace(Duration.ofMillis(50)));
                    target.tellAll(List.of("a", kind == 3 ? "self" : "b", kind >= 4 ? "fail" : "c", "d"));
                    VirtualTime.pause();
                    Strand one = Strand.start("one", kind == 1 ? target::cancel : target::stop);
                    Strand two = Strand.start("two", kind == 2 ? target::cancel : target::stop);
                    assertTrue(one.join(SECOND) && two.join(SECOND));
                    assertTrue(target.stopped().waitForGo(SECOND));
                    assertEquals(List.of("onStop"), hooks, "kind " + kind);
                    assertTrue(target.ledger().balanced());
                    assertEquals(4, target.ledger().accepted());
                });
                assertEquals(List.of(), log.lines());
            }
        }
    }

    @Test
    void shouldReportOnStopThatThrowsAndGoOn() throws Exception {
        try (var log = new EngineLog(Level.ERROR)) {
            VirtualTime.run(() -> {
                List<String> hooks = new ArrayList<>();
                var observer = new ActorObserver() {
                    @Override
                    public void hookFailed(String path, String hook, Throwable thrown) {
                        hooks.add(path + " " + hook + " " + thrown.getMessage());
                    }
                };
                var system = MailFixture.builder().observer(observer).start();
                ActorRef<String> target = system.spawn("target", () -> new Behavior<String>() {
                    @Override
                    public void onMessage(String message, ActorContext<String> ctx) {}

                    @Override
                    public void onStop(ActorContext<String> ctx) {
                        throw new IllegalStateException("in onStop");
                    }
                });
                StopReport report = system.shutdown();
                assertEquals(List.of("/t/target onStop in onStop"), hooks);
                assertEquals(ActorState.STOPPED, target.state());
                assertEquals(2, report.actors().size());
            });
            assertEquals(List.of("ERROR onStop of /t/target failed"), log.lines());
        }
    }

    @Test
    void shouldCancelAndThenAbandonAnOnStopThatHangs() throws Exception {
        afterShutdown(
                List.of(ActorSpec.behavior("hangs", () -> new Behavior<>() {
                            @Override
                            public void onMessage(Object message, ActorContext<Object> ctx) {}

                            @Override
                            public void onStop(ActorContext<Object> ctx) {
                                CancelScope.shield(() -> Strand.sleep(FOREVER));
                            }
                        })
                        .grace(SECOND)),
                report -> {
                    assertEquals(
                            StopReport.How.ABANDONED, end(report, "/t/hangs").how());
                    assertAbout(SECOND, report.took());
                });
    }

    @Test
    void shouldInterruptAnOnStopThatBeginsAfterTheCancelAndTakesItsTime() throws Exception {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        try (var log = EngineLog.silent()) {
            var system = MailFixture.builder().start();
            ActorRef<Object> slow = system.spawn(ActorSpec.behavior("slow", () -> new Behavior<>() {
                        @Override
                        public void onMessage(Object message, ActorContext<Object> ctx) {
                            seen.add("cancelled "
                                    + assertThrows(CancelledException.class, () -> Strand.sleep(FOREVER))
                                            .wasInterrupt());
                        }

                        @Override
                        public void onStop(ActorContext<Object> ctx) {
                            seen.add("onStop");
                            assertThrows(InterruptedException.class, () -> new CountDownLatch(1).await());
                            seen.add("interrupted");
                        }
                    })
                    .grace(Duration.ofMillis(20)));
            slow.tell("work");
            StopReport.End end = end(system.shutdown(), "/t/slow");
            assertEquals(List.of("cancelled false", "onStop", "interrupted"), seen);
            assertEquals(StopReport.How.INTERRUPTED, end.how());
            assertEquals(List.of(), log.lines());
        }
    }

    // Pools, and the budget.

    @Test
    void shouldStopAPoolInParallel() throws Exception {
        ActorSpec<Object> pool = ActorSpec.<Object>behaviorWith("pool", ctx -> {
                    for (int i = 0; i < 3; i++) {
                        Duration need = Duration.ofSeconds(i == 1 ? 5 : 1);
                        ctx.spawn(body(
                                "w" + i,
                                (inbox, own) -> {
                                    own.pleaseStop().waitForGo();
                                    Strand.sleep(need);
                                },
                                Duration.ofSeconds(2)));
                    }
                    return (message, own) -> {};
                })
                .stopsChildrenInParallel();
        afterShutdown(List.of(pool), report -> {
            assertTrue(report.took().compareTo(SECOND) >= 0 && report.took().compareTo(Duration.ofSeconds(5)) <= 0);
            assertEquals(Duration.ofSeconds(2), report.took());
            assertEquals(StopReport.How.CLEAN, end(report, "/t/pool/w0").how());
            assertEquals(StopReport.How.CANCELLED, end(report, "/t/pool/w1").how());
            assertEquals(StopReport.How.CLEAN, end(report, "/t/pool/w2").how());
        });
    }

    @Test
    void shouldStopTheTopInParallelWhenTheBuilderSaysSo() throws Exception {
        for (boolean parallel : List.of(false, true)) {
            VirtualTime.run(() -> {
                var builder = MailFixture.builder();
                var system = (parallel ? builder.stopsChildrenInParallel() : builder).start();
                for (int i = 0; i < 4; i++) {
                    system.spawnBody("w" + i, (inbox, ctx) -> {
                        ctx.pleaseStop().waitForGo();
                        Strand.sleep(SECOND);
                    });
                }
                assertEquals(
                        Duration.ofSeconds(parallel ? 1 : 4), system.shutdown().took());
            });
        }
    }

    @Test
    void shouldEndWithinTheBudgetHoweverLongTheGracesAre() throws Exception {
        try (var log = EngineLog.silent()) {
            VirtualTime.run(() -> {
                var system =
                        MailFixture.builder().budget(Duration.ofSeconds(10)).start();
                for (int i = 0; i < 20; i++) {
                    system.spawn(
                            body("s" + i, (inbox, ctx) -> CancelScope.shield(() -> Strand.sleep(FOREVER)), FOREVER));
                    system.spawn(body("c" + i, (inbox, ctx) -> Strand.sleep(FOREVER), FOREVER));
                }
                ActorRef<Object> before = system.spawn(
                        body("before", (inbox, ctx) -> CancelScope.shield(() -> Strand.sleep(FOREVER)), FOREVER));
                Strand.sleep(Duration.ofMillis(1));
                before.stop(); // asked before the system was: it gets the budget, too
                Strand.sleep(SECOND);
                StopReport report = system.shutdown();
                assertTrue(report.took().compareTo(Duration.ofSeconds(10)) <= 0, report::toText);
                assertAbout(Duration.ofSeconds(10), report.took());
                assertEquals(StopReport.How.ABANDONED, end(report, "/t/before").how());
                assertEquals(21, report.counts().get(StopReport.How.ABANDONED));
                assertEquals(20, report.counts().get(StopReport.How.CANCELLED));
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldGiveChildrenNoMoreThanTheGraceOfTheirParent() throws Exception {
        ActorSpec<Object> parent = ActorSpec.<Object>behaviorWith("parent", ctx -> {
                    for (int i = 0; i < 3; i++) {
                        ctx.spawn(body("c" + i, (inbox, own) -> Strand.sleep(FOREVER), Duration.ofSeconds(3)));
                    }
                    return (message, own) -> {};
                })
                .grace(Duration.ofSeconds(4));
        afterShutdown(List.of(parent), report -> {
            assertAbout(Duration.ofSeconds(4), report.took());
            assertEquals(3, report.counts().get(StopReport.How.CANCELLED) - 1, report::toText);
            assertEquals(Duration.ofSeconds(3), end(report, "/t/parent/c2").took());
        });
    }

    @Test
    @Tag("slow")
    void shouldNameTheOneCulpritAmongTenThousandWithinTwoSeconds() throws Exception {
        try (var log = new EngineLog(Level.WARN)) {
            VirtualTime.run(() -> {
                var system = MailFixture.builder().start();
                Behavior<Object> idle = (message, ctx) -> {};
                for (int p = 0; p < 100; p++) {
                    int parent = p;
                    system.spawn(ActorSpec.<Object>behaviorWith("p" + p, ctx -> {
                        for (int c = 0; c < 99; c++) {
                            if (parent == 57 && c == 31) {
                                ctx.spawn(body(
                                        "culprit",
                                        (inbox, own) -> CancelScope.shield(() -> Strand.sleep(FOREVER)),
                                        Duration.ofSeconds(10)));
                            } else {
                                ctx.spawn("c" + c, () -> idle);
                            }
                        }
                        return idle;
                    }));
                }
                Strand.start("observer", () -> {
                    Strand.sleep(Duration.ofSeconds(2));
                    assertTrue(
                            log.lines().stream()
                                    .anyMatch(line -> line.contains("Stopping t: waiting 1.0 s for /t/p57/culprit:")
                                            && line.contains("0 messages left")
                                            && line.contains(StopLadderTest.class.getName())),
                            () -> log.lines().toString());
                });
                StopReport report = system.shutdown();
                assertAbout(Duration.ofSeconds(10), report.took());
                assertEquals(10_001, report.actors().size());
                assertEquals(1, report.counts().get(StopReport.How.ABANDONED));
                assertEquals(10_000, report.counts().get(StopReport.How.CLEAN));
                assertEquals(
                        StopReport.How.ABANDONED, end(report, "/t/p57/culprit").how());
                long lines = log.lines().stream()
                        .filter(line -> line.contains("waiting"))
                        .count();
                assertEquals(10, lines, "one a second");
            });
        }
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
}
