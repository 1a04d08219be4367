package dev.espalier.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.StopReport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is kept of events, and what becomes of them in the stream.
class EventsTest {
    private static StopReport.End end(String path) {
        Duration none = Duration.ZERO;
        return new StopReport.End(path, StopReport.How.CLEAN, none, none, none, none, 0, 0, null, List.of());
    }

    private static List<String> ended(String json) throws IOException {
        List<String> paths = new ArrayList<>();
        for (JsonNode each : new ObjectMapper().readTree(json).get("ended")) {
            paths.add(each.get("path").textValue());
        }
        return paths;
    }

    @Test
    void shouldTellAClientOfEachEndOnceWheneverItCame() throws IOException {
        try (ActorSystem system =
                ActorSystem.builder("shop").handleSignals(false).start()) {
            Events events = new Events();
            FrameText text = new FrameText(system, events, false, new Vitals(system));
            events.ended(end("/shop/a"));
            text.delta(1, 0, List.of(), List.of(), List.of());
            events.ended(end("/shop/b"));
            List<String> seen = new ArrayList<>(ended(text.all(1, List.of()))); // a client that comes now
            String delta = new String(
                    text.delta(2, 0, List.of(), List.of(), List.of()), java.nio.charset.StandardCharsets.UTF_8);
            seen.addAll(ended(delta.substring(delta.indexOf("data: ") + 6)));
            assertEquals(List.of("/shop/a", "/shop/b"), seen);
        }
    }

    @Test
    @SuppressWarnings({"NullAway", "OverrideThrowableToString", "ToStringReturnsNull"}) // what users write
    void shouldBearWhatThrowablesSayOfThemselves() {
        assertEquals("null", Events.bounded(new IllegalStateException() {
            private static final long serialVersionUID = 1;

            @Override
            public String toString() {
                return null;
            }
        }));
        assertEquals(
                501,
                Events.bounded(new IllegalStateException("x".repeat(10_000))).length());
    }

    @Test
    void shouldWriteJsonThatIsOneLineToEverybody() throws IOException {
        String name = "a\u2028b\u2029c\nd\"e\ud800";
        String json = new Json(16).value(name).toString();
        assertEquals("\"a\\u2028b\\u2029c\\u000ad\\\"e\\ud800\"", json);
        assertEquals(name, new ObjectMapper().readTree(json).textValue());
    }
}
