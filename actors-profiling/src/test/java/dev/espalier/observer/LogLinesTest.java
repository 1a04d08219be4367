package dev.espalier.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.actor.LogSource;
import dev.espalier.sync.Registration;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// The lines of the log that the page shows.
class LogLinesTest {
    /// A log that is written by the test.
    private static final class Source implements LogSource {
        final List<Consumer<? super Line>> readers = new CopyOnWriteArrayList<>();

        @Override
        public Registration follow(Consumer<? super Line> reader) {
            readers.add(reader);
            return () -> readers.remove(reader);
        }

        void log(String actor, String text) {
            readers.forEach(reader -> reader.accept(new Line(1, "INFO", "shop", actor, text)));
        }
    }

    private final Source source = new Source();
    private final LogLines log = new LogLines(Optional.of(source));

    private JsonNode json(int after, String path, int most) throws IOException {
        return new ObjectMapper().readTree(log.json(after, path, most));
    }

    @Test
    void shouldListenOnlyWhileSomebodyLooks() throws IOException {
        assertTrue(source.readers.isEmpty());
        source.log("", "before");
        assertEquals(0, json(0, "", 10).get("lines").size());
        source.log("", "after");
        assertEquals("after", json(0, "", 10).get("lines").get(0).get("text").asText());
        log.patrol();
        assertFalse(source.readers.isEmpty(), "somebody has just looked");
        log.close();
        assertTrue(source.readers.isEmpty());
        assertEquals(0, json(0, "", 10).get("lines").size(), "nothing is kept");
    }

    @Test
    void shouldNotListenAgainAfterTheCloseForNobodyWouldEndThat() throws IOException {
        log.close();
        json(0, "", 10); // a request that was under way
        assertTrue(source.readers.isEmpty());
    }

    @Test
    void shouldGiveWhatIsNewAndSayWhatWasMissed() throws IOException {
        json(0, "", 10);
        for (int i = 1; i <= 1_500; i++) {
            source.log("", "line " + i);
        }
        JsonNode some = json(1_498, "", 10);
        assertEquals(1_500, some.get("last").asInt());
        assertEquals(2, some.get("lines").size());
        assertEquals(0, some.get("missed").asInt());
        JsonNode all = json(100, "", 5_000);
        assertEquals(1_000, all.get("lines").size(), "no more are kept");
        assertEquals(400, all.get("missed").asInt());
        assertEquals("line 1500", json(0, "", 1).get("lines").get(0).get("text").asText(), "the newest");
    }

    @Test
    void shouldFindTheLinesOfAnActorAndThoseBelow() throws IOException {
        json(0, "", 10);
        source.log("/shop/desk", "own");
        source.log("/shop/desk/till", "below");
        source.log("/shop/desks", "another");
        source.log("", "nobody's");
        JsonNode lines = json(0, "/shop/desk", 10).get("lines");
        assertEquals(List.of("own", "below"), lines.findValuesAsText("text"));
    }

    @Test
    void shouldSayThatThereIsNoLog() throws IOException {
        JsonNode none = new ObjectMapper().readTree(new LogLines(Optional.empty()).json(0, "", 10));
        assertFalse(none.get("available").asBoolean());
    }
}
