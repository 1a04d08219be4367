package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.sync.Registration;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class NoiseTest extends LoggingFixture {
    private static final Duration LONG = Duration.ofSeconds(20);

    private static ActorSystem shop() {
        return ActorSystem.builder("shop").handleSignals(false).start();
    }

    // Repeats.

    @Test
    void shouldFoldWhatIsRepeatedAndTellItWhenTheLogIsClosed() {
        start(a -> a.setRepeatLimit(2));
        try (ActorSystem system = shop()) {
            for (int n : new int[] {3, 7, 1}) {
                ActorRef<Integer> actor =
                        system.spawn("actor" + n, () -> (message, ctx) -> log.warn("try {} of {}", message, n));
                for (int i = 1; i <= n; i++) {
                    actor.tell(i);
                }
                assertTrue(actor.awaitProcessed(LONG));
            }
        }
        log.info("try {} of {}", 1, 1); // another level
        log.warn("another {}", 1);
        appender.stop();
        assertEquals(List.of("try 1 of 3", "try 2 of 3", "try 1 of 1", "another 1"), lines.messages.subList(0, 4));
        assertEquals(5, lines.messages.size(), lines.messages::toString);
        String summary = lines.messages.getLast();
        assertTrue(
                summary.matches(
                        "Repeated 9 times in \\d+\\.\\d s by test: try \\{} of \\{}; the first \"try 3 of 3\" at .*"),
                summary);
        assertTrue(summary.contains(", the last \"try 1 of 1\" at "), summary);
        assertTrue(
                summary.endsWith("; most by /shop/actor7 (7), /shop/actor3 (1), /shop/actor1 (1)")
                        || summary.endsWith("; most by /shop/actor7 (7), /shop/actor1 (1), /shop/actor3 (1)"),
                summary);
        LogStatistics statistics = appender.statistics();
        assertEquals(9, statistics.of(Fate.REPEATED), statistics::toString);
        assertEquals(13, statistics.emitted(), statistics::toString);
        assertTrue(statistics.isBalanced(), statistics::toString);
    }

    private ActorEvent event(String message) {
        return new ActorEvent(
                new LoggingEvent("here", log, Level.INFO, message, null, null), Capture.SAFE, ActorKey.NONE);
    }

    @Test
    void shouldLetThroughAgainWhenTheWindowIsOver() {
        Repeats repeats = new Repeats(1, 100);
        assertFalse(repeats.folds(event("a"), 0));
        assertTrue(repeats.folds(event("a"), 99));
        assertEquals(List.of(), repeats.end(99, false));
        assertEquals(1, repeats.end(100, false).size());
        assertFalse(repeats.folds(event("a"), 101));
        assertFalse(repeats.folds(event("a"), 201)); // a window of its own, though nobody has ended the last
        assertTrue(repeats.folds(event("a"), 202));
        assertEquals(List.of(), repeats.end(203, false));
        assertEquals(1, repeats.end(301, false).size());
        assertTrue(repeats.isEmpty());
    }

    /// The writer tells before it parks; events that come in bursts would get through a limit with each, else.
    @Test
    void shouldHoldTheLimitWhenAPartOfTheWindowHasBeenTold() {
        Repeats repeats = new Repeats(1, 10_000_000_000L);
        assertFalse(repeats.folds(event("a"), 0));
        assertTrue(repeats.folds(event("a"), 1));
        assertTrue(repeats.folds(event("a"), 2));
        String first = repeats.end(2_000_000_000L, true).getFirst();
        assertTrue(first.startsWith("Repeated 2 times in 2.0 s"), first);
        assertEquals(List.of(), repeats.end(2_000_000_001L, true));
        assertTrue(repeats.folds(event("a"), 3_000_000_000L));
        String second = repeats.end(10_000_000_000L, false).getFirst();
        assertTrue(second.startsWith("Repeated 1 times in 8.0 s"), second);
        assertTrue(repeats.isEmpty());
        assertFalse(repeats.folds(event("a"), 10_000_000_000L));
    }

    @Test
    void shouldLetThroughWhatIsOneTemplateTooMany() {
        Repeats repeats = new Repeats(1, 100);
        IntStream.range(0, Repeats.TEMPLATES).forEach(i -> assertFalse(repeats.folds(event("a" + i), 0)));
        assertFalse(repeats.folds(event("b"), 0));
        assertFalse(repeats.folds(event("b"), 0));
        assertTrue(repeats.folds(event("a0"), 0));
    }

    /// The window is longer than the second after which the writer parks.
    @Test
    @Tag("slow")
    void shouldTellRepeatsBeforeTheWriterParks() {
        start(a -> a.setRepeatLimit(1));
        log.info("again");
        log.info("again");
        Awaitility.await().atMost(LONG).until(() -> lines.messages.size() == 2);
        assertTrue(lines.messages.getLast().startsWith("Repeated 1 times in "), lines.messages::toString);
    }

    // Levels of subtrees.

    private void spawnLoggers(ActorContext<?> ctx, String... names) {
        for (String name : names) {
            ctx.spawnBody(name, (inbox, of) -> {
                        if (log.isDebugEnabled()) {
                            log.debug("debug {}", of.path());
                        }
                        log.info("info {}", of.path());
                    })
                    .join(LONG);
        }
    }

    private void logEverywhere(ActorSystem system) {
        system.spawnBody("orders", (inbox, ctx) -> {
                    log.debug("debug {}", ctx.path());
                    spawnLoggers(ctx, "a", "b");
                })
                .join(LONG);
        system.spawnBody("orders2", (inbox, ctx) -> spawnLoggers(ctx, "orders")).join(LONG);
        log.debug("debug main");
        assertTrue(appender.flush(LONG));
    }

    @Test
    void shouldJudgeASubtreeByItsLevel() {
        start(a -> {});
        log.setLevel(Level.INFO);
        try (ActorSystem system = shop()) {
            Registration debug = appender.levelUnder("/shop/orders", Level.DEBUG, LONG);
            Registration quiet = appender.levelUnder("/shop/orders/b", Level.WARN, LONG);
            logEverywhere(system);
            assertEquals(
                    List.of(
                            "debug /shop/orders",
                            "debug /shop/orders/a",
                            "info /shop/orders/a",
                            "info /shop/orders2/orders"),
                    lines.messages);
            assertTrue(debug.remove());
            assertFalse(debug.remove());
            assertTrue(quiet.remove());
            assertEquals(List.of(), context.getTurboFilterList());
        }
    }

    @Test
    void shouldForgetTheLevelWhenItsTimeIsOver() {
        start(a -> {});
        log.setLevel(Level.INFO);
        try (ActorSystem system = shop()) {
            appender.levelUnder("/shop", Level.DEBUG, Duration.ofNanos(1));
            logEverywhere(system);
        }
        assertEquals(
                List.of("info /shop/orders/a", "info /shop/orders/b", "info /shop/orders2/orders"), lines.messages);
        assertEquals(List.of(), context.getTurboFilterList());
    }

    @Test
    void shouldRefuseLevelsThatMakeNoSense() {
        start(a -> {});
        for (String path : List.of("shop", "", "/", "/shop/", "//orders")) {
            assertThrows(IllegalArgumentException.class, () -> appender.levelUnder(path, Level.DEBUG, LONG), path);
        }
        assertThrows(IllegalArgumentException.class, () -> appender.levelUnder("/shop", Level.DEBUG, Duration.ZERO));
        appender.levelUnder("/shop", Level.DEBUG, LONG);
        appender.stop();
        assertEquals(List.of(), context.getTurboFilterList());
    }
}
