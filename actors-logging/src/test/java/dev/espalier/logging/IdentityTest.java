package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
        assertEquals("actor=\"/shop/desk\" incarnation=\"1\" messageType=\"String\"", rendered(events.get(0), "%kvp"));
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

    private record Place(int number) {}

    /// Its second incarnation places the second order.
    private static final class Desk implements Behavior<Place> {
        private final Logger log;

        Desk(Logger log) {
            this.log = log;
        }

        @Override
        public void onMessage(Place order, ActorContext<Place> ctx) {
            log.info("placed {} by {}", order.number(), "me");
            if (order.number() == 1) {
                throw new IllegalStateException("on purpose");
            }
        }
    }

    private void placeTwo() {
        try (ActorSystem system = ActorSystem.builder("shop")
                .handleSignals(false)
                .discoverObservers(false)
                .start()) {
            system.spawn(ActorSpec.<Void>body("floor", (inbox, ctx) -> {
                                ActorRef<Place> desk = ctx.spawn(ActorSpec.<Place>behavior("desk", () -> new Desk(log))
                                        .label("region", "west"));
                                desk.tell(new Place(1));
                                desk.tell(new Place(2));
                                desk.awaitProcessed(LONG);
                            })
                            .label("tenant", "acme \"1\""))
                    .join(LONG);
        }
        assertTrue(appender.flush(LONG));
    }

    @Test
    void shouldShowIncarnationAndMessageTypeOfTheMomentOfTheCall() {
        start(a -> a.setActorKey(ActorKey.NONE));
        placeTwo();
        log.info("of nobody");
        assertTrue(appender.flush(LONG));
        String pattern = "%actor#%actor{-, incarnation} %actor{-, message}";
        assertEquals(
                List.of("/shop/floor/desk#1 IdentityTest.Place", "/shop/floor/desk#2 IdentityTest.Place", "-#- -"),
                lines.events.stream().map(event -> rendered(event, pattern)).toList());
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void shouldBeReadableAsJsonWithTheTemplateUnexpanded(ActorKey key) throws Exception {
        start(a -> a.setActorKey(key));
        placeTwo();
        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.start();
        List<JsonNode> events = new ArrayList<>();
        for (ILoggingEvent event : lines.events) {
            String line = new String(encoder.encode(event), UTF_8);
            assertEquals(line.length() - 1, line.indexOf('\n'), line);
            events.add(new ObjectMapper().readTree(line));
        }
        assertEquals(2, events.size());
        for (int i = 0; i < 2; i++) {
            JsonNode event = events.get(i);
            Map<String, String> expected = Map.of(
                    "actor", "/shop/floor/desk",
                    "incarnation", Integer.toString(i + 1),
                    "messageType", "IdentityTest.Place",
                    "tenant", "acme \"1\"",
                    "region", "west");
            assertEquals(expected, key == ActorKey.MDC ? fields(event.get("mdc")) : pairs(event.get("kvpList")));
            assertEquals("placed {} by {}", event.get("message").asText());
            assertEquals(Integer.toString(i + 1), event.get("arguments").get(0).asText());
            assertEquals("me", event.get("arguments").get(1).asText());
        }
    }

    private static Map<String, String> fields(JsonNode object) {
        Map<String, String> found = new HashMap<>();
        object.properties()
                .forEach(field -> found.put(field.getKey(), field.getValue().asText()));
        return found;
    }

    private static Map<String, String> pairs(JsonNode list) {
        Map<String, String> found = new HashMap<>();
        list.forEach(pair -> found.putAll(fields(pair)));
        return found;
    }
}
