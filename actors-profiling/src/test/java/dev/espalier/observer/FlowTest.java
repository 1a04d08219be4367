package dev.espalier.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.sync.TraceContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The trace of who sends what to whom.
class FlowTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ActorSystem system =
            ActorSystem.builder("shop").handleSignals(false).start();
    private final Flow flow = ObserverEvents.of(system).flow;
    private final ActorRef<String> stock = system.spawn("stock", () -> (message, ctx) -> {});
    private final ActorRef<String> desk = system.spawn("desk", () -> (message, ctx) -> stock.tell(message));

    @AfterEach
    void stop() {
        flow.close();
        system.close();
    }

    private void send(int orders) {
        for (int i = 0; i < orders; i++) {
            desk.tell("apple");
        }
        assertTrue(desk.awaitProcessed(PATIENCE));
        assertTrue(stock.awaitProcessed(PATIENCE));
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(flow.json());
    }

    private static JsonNode edge(JsonNode json, String from, String to) {
        return StreamSupport.stream(json.get("edges").spliterator(), false)
                .filter(edge -> edge.get("from").asText().equals(from)
                        && edge.get("to").asText().equals(to))
                .findFirst()
                .orElseThrow(() -> new AssertionError(json.toString()));
    }

    private static long counted(JsonNode json) {
        long sum = json.get("skipped").asLong();
        for (JsonNode edge : json.get("edges")) {
            sum += edge.get("picked").asLong();
        }
        return sum;
    }

    @Test
    void shouldShowWhoSendsWhatToWhomInItsSubtreeWhileItRuns() throws IOException {
        send(5); // before
        flow.begin(system, system.find("/shop").orElseThrow(), 60);
        send(7);
        JsonNode now = json();
        assertTrue(now.get("running").asBoolean());
        assertEquals("java.lang.String", edge(now, "", "/shop/desk").get("type").asText());
        assertEquals(14, counted(now));
        assertTrue(edge(now, "/shop/desk", "/shop/stock").get("picked").asLong() > 0);
        assertEquals(14 - now.get("skipped").asInt(), now.get("hops").size());
        flow.begin(system, stock, 60);
        send(3);
        assertEquals(1, json().get("edges").size(), "only what the subtree is sent");
        flow.close();
        assertFalse(json().get("running").asBoolean());
        send(3);
        assertEquals(3, counted(json()), "nothing is traced after the end");
    }

    @Test
    void shouldSayToWhichTraceAMessageBelongs() throws IOException {
        TraceContext trace = TraceContext.start(true);
        flow.begin(system, system.find("/shop").orElseThrow(), 60);
        trace.run(() -> desk.tell("apple"));
        assertTrue(desk.awaitProcessed(PATIENCE) && stock.awaitProcessed(PATIENCE));
        desk.tell("pear");
        assertTrue(desk.awaitProcessed(PATIENCE));
        List<String> traces = new ArrayList<>();
        json().get("hops").forEach(hop -> traces.add(hop.get("trace").textValue()));
        assertEquals(List.of(trace.traceId(), trace.traceId(), ""), traces.subList(0, 3));
    }

    @Test
    void shouldLimitItsRateAndSampleAsBeforeInTheEnd() throws IOException {
        system.sampleArrivals(desk, 16);
        flow.begin(system, system.find("/shop").orElseThrow(), 60);
        send(Flow.A_SECOND);
        flow.patrol();
        assertEquals(2, json().get("every").asInt());
        assertEquals(2L * Flow.A_SECOND, counted(json()));
        assertTrue(json().get("skipped").asInt() >= Flow.A_SECOND, "no more than so many in a second");
        assertTrue(json().get("hops").size() <= 300);
        system.sampleArrivals(stock, 64); // somebody sets its level meanwhile
        flow.close();
        assertEquals(16, system.sampleArrivals(desk, 0));
        assertEquals(64, system.sampleArrivals(stock, 0));
    }

    @Test
    void shouldTakeInActorsThatComeAndEndByItself() throws IOException {
        flow.begin(system, system.find("/shop").orElseThrow(), 1);
        ActorRef<String> late = system.spawn("late", () -> (message, ctx) -> {});
        org.awaitility.Awaitility.await().atMost(PATIENCE).until(() -> {
            flow.patrol();
            late.tell("apple");
            return late.awaitProcessed(PATIENCE) && !json().get("running").asBoolean();
        });
        assertTrue(edge(json(), "", "/shop/late").get("picked").asLong() > 0);
        assertEquals(0, system.sampleArrivals(late, 0), "it is not sampled any more");
    }
}
