package dev.espalier.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.Restart;
import dev.espalier.profiling.Detectors;
import dev.espalier.profiling.Level;
import dev.espalier.profiling.Profiling;
import dev.espalier.sync.Signal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import jdk.jfr.FlightRecorder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The observer over plain sockets: what it answers, and to whom.
class ObserverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String TOKEN = "test-token-0123456789";

    static final class Desk implements Behavior<String> {
        @Override
        public void onMessage(String order, ActorContext<String> ctx) {
            if (order.equals("rotten")) {
                throw new IllegalStateException("a rotten apple");
            }
        }
    }

    private ActorSystem system;
    private ActorRef<String> desk;
    private Observer observer;

    @BeforeEach
    void start() throws IOException {
        system = ActorSystem.builder("shop").handleSignals(false).start();
        desk = system.spawn(ActorSpec.behavior("desk", Desk::new).restart(Restart.TEMPORARY));
        observer = Observer.builder().token(TOKEN).clients(3).start(system);
    }

    @AfterEach
    void stop() {
        observer.close();
        system.close();
        Profiling.level(Level.COUNTERS);
    }

    private Plain plain() {
        return new Plain(observer.port(), TOKEN);
    }

    private Plain.Answer send(String method, String target, String... headers) throws IOException {
        return plain().send(method, target, headers);
    }

    private Plain.Answer sendAs(String host, String method, String target, String... headers) throws IOException {
        return plain().sendAs(host, method, target, headers);
    }

    private Plain.Answer get(String target) throws IOException {
        return plain().get(target);
    }

    // Who is let in.

    @Test
    void shouldRefuseWhoHasNoTokenOrAWrongOne() throws IOException {
        assertEquals(401, send("GET", "/api/tree").status());
        Plain.Answer wrong = send("GET", "/api/tree", "Authorization: Bearer " + TOKEN + "x");
        assertEquals(403, wrong.status());
        assertTrue(wrong.json().get("error").textValue().contains("wrong"), wrong::body);
        assertEquals(403, send("GET", "/api/nothing?token=wrong").status(), "who is not let in learns nothing");
        assertEquals(200, get("/api/tree").status());
        assertEquals(200, send("GET", "/api/tree?token=" + TOKEN).status());
    }

    @Test
    void shouldRefuseForeignNames() throws IOException {
        assertEquals(421, sendAs("evil.example:" + observer.port(), "GET", "/").status());
        assertEquals(421, sendAs("127.0.0.1.evil.example", "GET", "/").status());
        assertEquals(200, sendAs("127.0.0.1:" + observer.port(), "GET", "/").status());
        assertEquals(200, sendAs("[::1]:" + observer.port(), "GET", "/").status());
    }

    @Test
    void shouldServeThePageToEverybodyUnderAStrictPolicy() throws IOException {
        Plain.Answer page = send("GET", "/");
        assertEquals(200, page.status());
        assertTrue(page.head().contains("default-src 'none'"), page::head);
        assertFalse(page.head().contains("unsafe"), page::head);
        assertFalse(page.body().contains("http"), "the page refers to nothing elsewhere");
        for (String part : List.of("/app.js", "/feed.js", "/profile.js", "/flames.js", "/observer.css", "/icon.svg")) {
            assertEquals(200, send("GET", part).status(), part);
        }
    }

    @Test
    void shouldSayWhatIsWrongWithARequest() throws IOException {
        assertEquals(404, send("GET", "/index").status());
        assertEquals(404, send("GET", "/../module-info.class").status());
        assertEquals(404, get("/api/nothing").status());
        assertEquals(404, get("/api/actor?id=999999").status());
        assertEquals(405, send("PUT", "/").status());
        Plain.Answer method = send("DELETE", "/api/tree", "Authorization: Bearer " + TOKEN);
        assertEquals(405, method.status());
        assertTrue(method.head().contains("Allow: GET, HEAD"), method::head);
        assertEquals(414, get("/api/top?by=" + "q".repeat(5_000)).status());
        assertEquals(400, get("/api/top?by=beauty").status());
        assertEquals(400, get("/api/top?n=0").status());
        assertEquals(400, get("/api/top?window=%zz").status());
        assertEquals("", send("HEAD", "/").body());
        assertEquals(
                405,
                send("HEAD", "/api/events", "Authorization: Bearer " + TOKEN).status(),
                "a stream is not begun");
        assertEquals(
                200, send("GET", "/api/tree", "Authorization: bearer " + TOKEN).status(), "as RFC 9110 has it");
    }

    @Test
    void shouldOnlyReadUnlessOpened() throws IOException {
        String token = "Authorization: Bearer " + TOKEN;
        assertEquals(405, send("GET", "/api/actor/stop?path=/shop/desk", token).status());
        assertEquals(403, send("POST", "/api/actor/stop?path=/shop/desk", token).status());
        assertEquals(
                "running", get("/api/actor?path=/shop/desk").json().get("state").textValue());
        observer.close();
        observer = Observer.builder().token(TOKEN).actions(true).start(system);
        assertEquals(
                400,
                send("POST", "/api/actor/level?path=/shop/desk&level=loud", token)
                        .status());
        assertEquals(
                200,
                send("POST", "/api/actor/level?path=/shop/desk&level=full", token)
                        .status());
        assertEquals(200, send("POST", "/api/actor/stop?path=/shop/desk", token).status());
        assertTrue(desk.stopped().waitForGo(PATIENCE));
    }

    @Test
    void shouldRestartAnActorIfItIsOpened() throws IOException {
        observer.close();
        observer = Observer.builder().token(TOKEN).actions(true).start(system);
        String token = "Authorization: Bearer " + TOKEN;
        ActorRef<String> till = system.spawn("till", Desk::new);
        assertEquals(
                200, send("POST", "/api/actor/restart?path=/shop/till", token).status());
        Awaitility.await().atMost(PATIENCE).until(() -> till.incarnation() == 2);
        Plain.Answer refused = send("POST", "/api/actor/restart?path=/shop/desk", token);
        assertEquals(400, refused.status());
        assertTrue(refused.body().contains("temporary"), refused::body);
    }

    @Test
    void shouldGiveMetersFlowAndLogToWhoHasTheToken() throws IOException {
        assertEquals(401, send("GET", "/metrics").status());
        Plain.Answer metrics = get("/metrics");
        assertEquals(200, metrics.status());
        assertTrue(
                metrics.head().toLowerCase(java.util.Locale.ROOT).contains("text/plain; version=0.0.4"), metrics::head);
        assertTrue(metrics.body().startsWith("# HELP espalier_actors "), metrics::body);
        String token = "Authorization: Bearer " + TOKEN;
        assertEquals(401, send("POST", "/api/flow?path=/shop").status());
        assertEquals(400, send("POST", "/api/flow?path=/shop&seconds=61", token).status());
        assertEquals(404, send("POST", "/api/flow?path=/shop/nobody", token).status());
        assertEquals(200, send("POST", "/api/flow?path=/shop&seconds=5", token).status());
        desk.tell("apple");
        assertTrue(desk.awaitProcessed(PATIENCE));
        assertEquals(
                "/shop/desk",
                get("/api/flow").json().get("edges").get(0).get("to").textValue());
        assertTrue(get("/api/log?path=/shop").json().get("available").booleanValue());
    }

    @Test
    void shouldRefuseSettingsThatMakeNoSense() {
        Observer.Builder builder = Observer.builder();
        assertThrows(IllegalArgumentException.class, () -> builder.port(70_000));
        assertThrows(IllegalArgumentException.class, () -> builder.token("short"));
        assertThrows(IllegalArgumentException.class, () -> builder.clients(0));
        assertThrows(IllegalArgumentException.class, () -> builder.patience(Duration.ofMillis(999)));
        assertThrows(IllegalArgumentException.class, () -> builder.patience(Duration.ofMinutes(11)));
        assertThrows(
                IOException.class,
                () -> Observer.builder().port(observer.port()).start(system));
        assertNotEquals(Gate.freshToken(), Gate.freshToken());
    }

    @Test
    void shouldStartByPropertyAndEndWithItsSystem() throws IOException {
        int port = observer.port();
        observer.close();
        System.setProperty("dev.espalier.observer.port", String.valueOf(port));
        try (ActorSystem other =
                ActorSystem.builder("other").handleSignals(false).start()) {
            assertTrue(other.children().refs().isEmpty());
            assertEquals(401, send("GET", "/api/tree").status());
        } finally {
            System.clearProperty("dev.espalier.observer.port");
        }
        assertThrows(IOException.class, () -> plain().connect());
    }

    // What is shown.

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
        Plain.Answer begun = send("POST", "/api/profile?path=/shop&seconds=300", token);
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
        Plain.Answer stopped = send("POST", "/api/profile/stop", token);
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
        Plain.Answer file = get("/api/profile/file?kind=wall&format=collapsed");
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
            JsonNode actor = get("/api/actor?path=/shop/stuck").json();
            JsonNode waiting = actor.get("waiting");
            assertEquals(2, waiting.size(), waiting::toString);
            assertEquals("java.lang.String first", waiting.get(0).textValue());
            JsonNode trouble = actor.get("troubles").get(0);
            assertEquals("stuck", trouble.get("kind").textValue());
            assertTrue(trouble.get("text").textValue().contains("in hand for over"), trouble::toString);
            Awaitility.await().atMost(PATIENCE).until(() -> troubleOf("stuck") == 1);
            JsonNode longest =
                    get("/api/top?by=wait&window=1").json().get("rows").get(0);
            assertEquals("/shop/stuck", longest.get("path").textValue());
            assertEquals(-1, longest.get("wait").intValue(), "none was handled");
            gate.go();
            Awaitility.await().atMost(PATIENCE).until(() -> troubleOf("stuck") == 0);
            assertTrue(get("/api/actor?path=/shop/stuck").json().get("troubles").isEmpty());
        } finally {
            gate.go();
        }
    }

    /// As the tree has it, in bits.
    private int troubleOf(String name) throws IOException {
        for (JsonNode row : get("/api/tree").json().get("added")) {
            if (row.get(2).textValue().equals(name)) {
                return row.get(11).intValue();
            }
        }
        throw new IOException(name + " is not in the tree");
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
