package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/// The MDC of turns that share a worker: with the context of SLF4J, whose MDC it is.
class MdcTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger log = context.getLogger("dev.espalier.logging.mdc");
    private final Lines lines = Lines.in(context);
    private final ActorAppender appender = new ActorAppender();

    @BeforeEach
    void attach() {
        appender.setContext(context);
        appender.setActorKey(ActorKey.NONE);
        appender.addAppender(lines);
        appender.start();
        log.addAppender(appender);
        log.setLevel(Level.INFO);
        log.setAdditive(false);
    }

    @AfterEach
    void detach() {
        log.detachAppender(appender);
        appender.stop();
    }

    @Test
    void shouldShowWhatTheActorHasPutAndNotWhatTheTurnBeforeHasLeft() {
        try (ActorSystem system =
                ActorSystem.builder("shop").handleSignals(false).parallelism(1).start()) {
            ActorRef<String> first = system.spawn("first", () -> (message, ctx) -> {
                MDC.put("order", message);
                log.info(Thread.currentThread().threadId() + " first");
                MDC.put("order", "changed later");
            });
            ActorRef<String> second = system.spawn(
                    "second",
                    () -> (message, ctx) -> log.info(Thread.currentThread().threadId() + " second"));
            for (int i = 0; i < 3; i++) {
                first.tell(Integer.toString(i));
                assertTrue(first.awaitProcessed(LONG));
                second.tell("");
                assertTrue(second.awaitProcessed(LONG));
            }
        }
        assertTrue(appender.flush(LONG));
        assertEquals(
                1,
                lines.messages.stream().map(m -> m.split(" ", -1)[0]).distinct().count());
        assertEquals(
                List.of(Map.of("order", "0"), Map.of(), Map.of("order", "1"), Map.of(), Map.of("order", "2"), Map.of()),
                lines.events.stream().map(event -> event.getMDCPropertyMap()).toList());
    }
}
