package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.LogSource;
import dev.espalier.sync.Registration;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class LogTailTest extends LoggingFixture {
    private static final Duration LONG = Duration.ofSeconds(20);
    private final List<LogSource.Line> seen = new CopyOnWriteArrayList<>();

    private static LogSource source() {
        return ServiceLoader.load(LogSource.class).findFirst().orElseThrow();
    }

    private void say(String text) {
        log.info(text);
        assertTrue(appender.flush(LONG));
    }

    @Test
    void shouldShowWhoseEventsAreWrittenUntilItIsTakenBack() {
        start(a -> {});
        say("before");
        Registration following = source().follow(seen::add);
        try (ActorSystem system =
                ActorSystem.builder("shop").handleSignals(false).start()) {
            ActorRef<String> desk = system.spawn("desk", () -> (message, ctx) -> log.warn(message));
            desk.tell("at the desk");
            assertTrue(desk.awaitProcessed(LONG));
            say("outside");
        }
        log.error("broken", new IllegalStateException("a rotten apple"));
        assertTrue(appender.flush(LONG));
        assertTrue(following.remove());
        assertFalse(following.remove());
        say("after");
        List<LogSource.Line> own =
                seen.stream().filter(line -> line.logger().equals("test")).toList();
        assertEquals(
                List.of("WARN /shop/desk at the desk", "INFO  outside"),
                own.stream()
                        .limit(2)
                        .map(line -> line.level() + " " + line.actor() + " " + line.text())
                        .toList());
        assertEquals(3, own.size());
        assertTrue(own.getLast().text().startsWith("broken\njava.lang.IllegalStateException: a rotten apple"));
        assertTrue(Math.abs(own.getLast().at() - System.currentTimeMillis()) < LONG.toMillis());
    }

    @Test
    void shouldBoundTextsAndBearReadersThatThrow() {
        start(a -> {});
        Registration bad = source().follow(line -> {
            throw new IllegalStateException("a reader");
        });
        Registration good = source().follow(seen::add);
        say("x".repeat(5_000));
        say("y");
        assertEquals(1_000, seen.getFirst().text().length());
        assertEquals(2, seen.size());
        assertEquals(2, lines.messages.size());
        assertFalse(bad.remove());
        assertTrue(good.remove());
    }
}
