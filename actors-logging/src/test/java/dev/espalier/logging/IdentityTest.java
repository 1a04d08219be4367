package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdentityTest extends LoggingFixture {
    private static final Duration LONG = Duration.ofSeconds(20);

    /// Logs on two actors and outside, and returns the three events.
    private List<ILoggingEvent> events(ActorKey key) {
        start(a -> a.setActorKey(key));
        try (ActorSystem system =
                ActorSystem.builder("shop").handleSignals(false).start()) {
            ActorRef<String> desk = system.spawn("desk", () -> (message, ctx) -> log.info(message));
            ActorRef<Void> feed = system.spawnBody("feed", (inbox, ctx) -> {
                desk.tell("of the desk");
                log.info("of the feed");
            });
            feed.join(LONG);
            assertTrue(desk.awaitProcessed(LONG));
        }
        log.info("of nobody");
        assertTrue(appender.flush(LONG));
        return List.of(event("of the desk"), event("of the feed"), event("of nobody"));
    }

    private ILoggingEvent event(String message) {
        return lines.events.get(lines.messages.indexOf(message));
    }

    private String rendered(ILoggingEvent event, String pattern) {
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.getInstanceConverterMap().put("actor", ActorConverter::new);
        layout.setPattern(pattern);
        layout.start();
        return layout.doLayout(event);
    }

    @Test
    void shouldShowThePathByTheConverterAndInTheMdc() {
        List<ILoggingEvent> events = events(ActorKey.MDC);
        assertEquals("/shop/desk: of the desk", rendered(events.get(0), "%actor: %msg"));
        assertEquals("/shop/feed: of the feed", rendered(events.get(1), "%actor: %msg"));
        assertEquals("-: of nobody", rendered(events.get(2), "%actor: %msg"));
        assertEquals("main: of nobody", rendered(events.get(2), "%actor{main}: %msg"));
        assertEquals("/shop/feed", rendered(events.get(1), "%X{actor}"));
        assertEquals("", rendered(events.get(2), "%X{actor}"));
        assertNull(events.get(0).getKeyValuePairs());
    }

    @Test
    void shouldShowThePathAmongTheKeyValuesWhenToldSo() {
        List<ILoggingEvent> events = events(ActorKey.KEY_VALUE);
        assertEquals("actor=\"/shop/desk\"", rendered(events.get(0), "%kvp"));
        assertEquals("", rendered(events.get(2), "%kvp"));
        assertEquals("", rendered(events.get(0), "%X{actor}"));
    }

    @Test
    void shouldShowThePathNowhereElseWhenToldSo() {
        ILoggingEvent event = events(ActorKey.NONE).getFirst();
        assertEquals("/shop/desk", rendered(event, "%actor%kvp%X{actor}"));
    }

    @Test
    void shouldShowTheActorWhenAnotherAppenderWrites() {
        log.setAdditive(false);
        StringBuilder text = new StringBuilder();
        Lines direct = Lines.in(context).before(event -> text.append(rendered(event, "%actor")));
        log.addAppender(direct);
        try (ActorSystem system =
                ActorSystem.builder("shop").handleSignals(false).start()) {
            system.spawnBody("feed", (inbox, ctx) -> log.info("x")).join(LONG);
        }
        assertEquals("/shop/feed", text.toString());
    }
}
