package dev.espalier.actor;

import static dev.espalier.actor.LadderFixture.FOREVER;
import static dev.espalier.actor.LadderFixture.SECOND;
import static dev.espalier.actor.LadderFixture.UNWIND_OF_TEN;
import static dev.espalier.actor.LadderFixture.afterShutdown;
import static dev.espalier.actor.LadderFixture.assertAbout;
import static dev.espalier.actor.LadderFixture.body;
import static dev.espalier.actor.LadderFixture.end;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.CancelScope;
import dev.espalier.sync.Compute;
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

/// The last rung.
class AbandonTest {
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
    void shouldShowWhereAComputeSectionIsThatDoesNotEnd() throws Exception {
        try (var log = EngineLog.silent()) {
            var inside = new CountDownLatch(1);
            var release = new CountDownLatch(1);
            var system = MailFixture.builder().start();
            system.spawn(body(
                            "computes",
                            (inbox, ctx) -> Compute.run(() -> {
                                inside.countDown();
                                Uninterruptibles.await(release);
                            }),
                            Duration.ofMillis(50))
                    .interruptible(false));
            assertTrue(inside.await(10, TimeUnit.SECONDS));
            StopReport.End end = end(system.shutdown(), "/t/computes");
            assertEquals(StopReport.How.ABANDONED, end.how());
            assertTrue(
                    end.stack().stream()
                            .anyMatch(frame -> frame.getClassName().equals(Uninterruptibles.class.getName())),
                    end::toString);
            release.countDown();
            assertEquals(List.of(), log.lines());
        }
    }

    private static final class Uninterruptibles {
        static void await(CountDownLatch latch) {
            boolean open = false;
            while (!open) {
                try {
                    latch.await();
                    open = true;
                } catch (InterruptedException e) {
                    // again
                }
            }
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
                                            && line.contains(AbandonTest.class.getName())),
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
}
