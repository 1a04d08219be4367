package dev.espalier.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.actor.ActorRef;
import dev.espalier.profiling.Detectors;
import dev.espalier.profiling.Level;
import dev.espalier.profiling.Profiling;
import dev.espalier.sync.Signal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import jdk.jfr.FlightRecorder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What the observer shows of a system: profile, trouble, figures, failures.
class ObserverViewsTest extends ObserverFixture {
    @Test
    @Tag("slow")
    void shouldRecordAProfileAndShowIt() throws IOException {
        String token = "Authorization: Bearer " + TOKEN;
        assertEquals("none", get("/api/profile").json().get("state").textValue());
        assertEquals(404, get("/api/profile/flames").status());
        assertEquals(404, get("/api/profile/table").status());
        assertEquals(401, send("POST", "/api/profile?path=/shop").status());
        assertEquals(404, send("POST", "/api/profile?path=/shop/nobody", token).status());
        assertEquals(
                400, send("POST", "/api/profile?path=/shop&seconds=301", token).status());
        assertEquals(405, send("GET", "/api/profile/stop", token).status());
        Answer begun = send("POST", "/api/profile?path=/shop&seconds=300", token);
        assertEquals(200, begun.status(), begun::body);
        assertEquals("recording", begun.json().get("state").textValue());
        assertEquals(409, send("POST", "/api/profile?path=/shop", token).status());
        long end = System.nanoTime() + Duration.ofMillis(400).toNanos();
        while (end - System.nanoTime() > 0) {
            desk.tell("apple");
            assertTrue(desk.awaitProcessed(PATIENCE));
        }
        assertTrue(get("/api/profile/flames?kind=wall").json().get("total").longValue() > 0, "while it is recorded");
        assertTrue(get("/api/profile/table").json().get("calls").longValue() > 0, "while it is recorded");
        Answer stopped = send("POST", "/api/profile/stop", token);
        assertEquals("done", stopped.json().get("state").textValue());
        JsonNode wall =
                get("/api/profile/flames?kind=wall&by=subtree&path=/shop/desk").json();
        assertEquals("/shop/desk", wall.get("sums").get(0).get(0).textValue());
        assertEquals("/shop", wall.get("frames").get(3).get(0).textValue());
        assertEquals("/shop/desk", wall.get("frames").get(3).get(3).get(0).textValue());
        assertFalse(wall.get("compared").booleanValue());
        assertEquals(
                "bytes",
                get("/api/profile/flames?kind=allocation").json().get("unit").textValue());
        assertEquals(400, get("/api/profile/flames?kind=beauty").status());
        checkTable();
        Answer file = get("/api/profile/file?kind=wall&format=collapsed");
        assertTrue(file.body().startsWith("/shop"), file::body);
        assertTrue(file.head().contains("filename=\"wall.collapsed\""), file::head);
        assertTrue(get("/api/profile/file?kind=wall&format=html").body().startsWith("<!DOCTYPE html>"));
        assertEquals(200, get("/api/profile/file?format=pprof").status());
        assertEquals(
                200, send("POST", "/api/profile?path=/shop&seconds=1", token).status());
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> get("/api/profile").json().get("state").textValue().equals("done"));
        assertTrue(get("/api/profile/flames?kind=wall&compared=1")
                .json()
                .get("compared")
                .booleanValue());
        assertEquals(
                200, send("POST", "/api/profile?path=/shop&seconds=300", token).status());
        observer.close();
        assertEquals(List.of(), FlightRecorder.getFlightRecorder().getRecordings(), "it ends with the observer");
    }

    /// The table of a profile in which the desk has had all messages.
    private void checkTable() throws IOException {
        JsonNode paths = get("/api/profile/table?by=path&sort=calls").json();
        JsonNode types = get("/api/profile/table?by=message&sort=wait_p99").json();
        JsonNode first = paths.get("rows").get(0);
        assertEquals("/shop/desk", first.get(0).textValue());
        assertEquals(paths.get("calls").longValue(), first.get(1).longValue());
        assertTrue(first.get(3).longValue() > 0, "one of 16 is timed");
        assertEquals("1:16", paths.get("level").textValue());
        assertEquals("java.lang.String", types.get("rows").get(0).get(0).textValue());
        assertEquals(first.get(1), types.get("rows").get(0).get(1));
        assertEquals(1, types.get("all").intValue());
        assertEquals(400, get("/api/profile/table?by=beauty").status());
        assertEquals(400, get("/api/profile/table?sort=beauty").status());
    }

    @Test
    @Tag("slow")
    void shouldShowTroubleAndTheMessagesThatWait() throws IOException {
        Signal gate = new Signal();
        Detectors.builder().stuckAfter(Duration.ofMillis(200)).start(system); // they end with it
        try {
            ActorRef<String> stuck = system.spawn("stuck", () -> (message, ctx) -> gate.waitForGo());
            for (String each : List.of("in hand", "first", "second")) {
                stuck.tell(each);
            }
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> get("/api/failures").body().contains("\"kind\":\"stuck\",\"path\":\"/shop/stuck\""));
            JsonNode waiting = get("/api/actor?path=/shop/stuck").json().get("waiting");
            assertEquals(2, waiting.size(), waiting::toString);
            assertEquals("java.lang.String first", waiting.get(0).textValue());
        } finally {
            gate.go();
        }
    }

    @Test
    @Tag("slow")
    void shouldShowWhatAnActorDoes() throws IOException {
        Profiling.level(Level.FULL);
        assertEquals(200, get("/api/tree").status()); // what was before the first look is in no window
        for (int i = 0; i < 10; i++) {
            desk.tell("apple");
        }
        assertTrue(desk.awaitProcessed(PATIENCE));
        JsonNode actor = get("/api/actor?path=/shop/desk").json();
        assertEquals(10, actor.get("ledger").get("processed").intValue());
        assertEquals(
                "java.lang.String", actor.get("messages").get(0).get("type").textValue());
        assertEquals(10, actor.get("messages").get(0).get("timed").intValue());
        long inHistogram = 0;
        for (JsonNode bucket : actor.get("times")) {
            inHistogram += bucket.get(1).longValue();
        }
        assertEquals(10, inHistogram);
        JsonNode top = Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> get("/api/top?by=rate&window=60").json().get("rows"), rows -> !rows.isEmpty());
        assertEquals("/shop/desk", top.get(0).get("path").textValue());
        JsonNode ledger = get("/api/system").json().get("system").get("vitals").get("ledger");
        assertEquals(
                ledger.get("accepted").longValue(),
                ledger.get("processed").longValue()
                        + ledger.get("queued").longValue()
                        + ledger.get("deadLettered").longValue()
                        + ledger.get("dropped").longValue());
    }

    @Test
    @Tag("slow")
    void shouldShowFailuresAndDeadLetters() throws IOException {
        int id = get("/api/actor?path=/shop/desk").json().get("id").intValue();
        desk.tell("rotten");
        assertTrue(desk.stopped().waitForGo(PATIENCE));
        desk.tell("late");
        JsonNode failure = get("/api/failures").json().get("failures").get(0);
        assertEquals("/shop/desk", failure.get("path").textValue());
        assertEquals("stop", failure.get("decision").textValue());
        assertTrue(failure.get("cause").textValue().contains("a rotten apple"), failure::toString);
        JsonNode letters = get("/api/dead-letters").json();
        assertEquals(1, letters.get("count").intValue());
        assertEquals("/shop/desk", letters.get("last").get(0).get("path").textValue());
        assertEquals(404, get("/api/actor?path=/shop/desk").status());
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> get("/api/actor?id=" + id)
                        .json()
                        .get("state")
                        .textValue()
                        .equals("stopped"));
    }
}
