package dev.espalier.actor;

import static dev.espalier.actor.StopFixture.LONG;
import static dev.espalier.actor.StopFixture.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The end of a system: callbacks and the report.
class StopReportTest {
    @Test
    void shouldRunCallbacksOnceInReverseOrderBeforeTheEndIsAnnounced() throws Exception {
        try (var log = EngineLog.silent()) {
            VirtualTime.run(() -> {
                List<String> seen = new ArrayList<>();
                var system = MailFixture.builder().start();
                system.onStopped(() -> seen.add("first " + system.stopped().isGo()));
                system.onStopped(() -> {
                    throw new IllegalStateException("bad callback");
                });
                var removed = system.onStopped(() -> seen.add("never"));
                system.onStopped(() -> seen.add("last"));
                assertTrue(removed.remove());
                assertFalse(removed.remove());
                system.shutdown();
                system.shutdown();
                assertEquals(List.of("last", "first false"), seen);
                assertTrue(system.stopped().isGo());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    // The report.

    @Test
    void shouldReportAsTextAndJson() throws Exception {
        try (var log = EngineLog.silent()) {
            VirtualTime.run(() -> {
                var system = MailFixture.builder().start();
                ActorRef<String> odd = system.spawn("odd \"name\" \\ \t ü 😀", () -> (message, ctx) -> {
                    if (message.equals("fail")) {
                        throw new IllegalStateException("with \"quotes\"\nand lines");
                    }
                    Strand.sleep(Duration.ofMillis(10));
                });
                ActorRef<String> slow =
                        system.spawn(ActorSpec.<String>behavior("slow", () -> (message, ctx) -> Strand.sleep(LONG))
                                .grace(SECOND));
                odd.tellAll(List.of("a", "b", "fail"));
                slow.tellAll(List.of("a", "b"));
                Strand.sleep(Duration.ofMillis(1));
                StopReport report = system.shutdown();

                Map<?, ?> json = (Map<?, ?>) new SmallJson(report.toJson()).parse();
                assertEquals("t", json.get("system"));
                assertEquals(1_000.0, json.get("tookMillis"));
                assertEquals(false, json.get("clean"));
                assertEquals(
                        Map.of("clean", 1.0, "cancelled", 1.0, "interrupted", 0.0, "abandoned", 0.0, "failed", 1.0),
                        json.get("counts"));
                assertEquals(
                        Map.of(
                                "accepted",
                                5.0,
                                "processed",
                                4.0,
                                "deadLettered",
                                1.0,
                                "dropped",
                                0.0,
                                "queued",
                                0.0,
                                "overBound",
                                0.0),
                        json.get("ledger"));
                List<?> actors = (List<?>) json.get("actors");
                Map<?, ?> slowJson = (Map<?, ?>) actors.get(1);
                assertEquals("/t/slow", slowJson.get("path"));
                assertEquals("cancelled", slowJson.get("how"));
                assertEquals(1_000.0, slowJson.get("politeMillis"));
                assertEquals(1.0, slowJson.get("left"));
                assertFalse(((List<?>) slowJson.get("stack")).isEmpty());
                Map<?, ?> oddJson = (Map<?, ?>) actors.get(0); // it failed meanwhile
                assertEquals(odd.path(), oddJson.get("path"));
                assertEquals("failed", oddJson.get("how"));
                assertEquals("java.lang.IllegalStateException: with \"quotes\"\nand lines", oddJson.get("cause"));
                assertEquals("/t", ((Map<?, ?>) actors.get(2)).get("path"));

                String text = report.toText();
                assertTrue(
                        text.startsWith("Stop report of t: 3 actors in 1.000 s (1 clean, 1 cancelled, 1 failed)\n"
                                + "  messages: 5 accepted = 4 processed + 1 dead letters + 0 dropped + 0"
                                + " queued\n"),
                        text);
                assertTrue(text.contains("/t/slow") && text.contains(odd.path()), text);
                assertEquals(report, system.report());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldHaveNoReportBeforeTheEnd() throws Exception {
        MailFixture.inVirtualSystem(system -> assertEquals(
                "The system t has not stopped",
                assertThrows(IllegalStateException.class, system::report).getMessage()));
    }
}
