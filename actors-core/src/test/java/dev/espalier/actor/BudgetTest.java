package dev.espalier.actor;

import static dev.espalier.actor.LadderFixture.FOREVER;
import static dev.espalier.actor.LadderFixture.SECOND;
import static dev.espalier.actor.LadderFixture.afterShutdown;
import static dev.espalier.actor.LadderFixture.assertAbout;
import static dev.espalier.actor.LadderFixture.body;
import static dev.espalier.actor.LadderFixture.end;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.CancelScope;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The time of many actors together: pools and the budget.
class BudgetTest {
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
}
