package dev.espalier.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import java.io.IOException;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// The observer over plain sockets: whom it lets in, and what it answers to whom.
class ObserverTest extends ObserverFixture {
    @Test
    void shouldRefuseWhoHasNoTokenOrAWrongOne() throws IOException {
        assertEquals(401, send("GET", "/api/tree").status());
        Answer wrong = send("GET", "/api/tree", "Authorization: Bearer " + TOKEN + "x");
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
        Answer page = send("GET", "/");
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
        Answer method = send("DELETE", "/api/tree", "Authorization: Bearer " + TOKEN);
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
        Answer refused = send("POST", "/api/actor/restart?path=/shop/desk", token);
        assertEquals(400, refused.status());
        assertTrue(refused.body().contains("temporary"), refused::body);
    }

    @Test
    void shouldGiveMetersFlowAndLogToWhoHasTheToken() throws IOException {
        assertEquals(401, send("GET", "/metrics").status());
        Answer metrics = get("/metrics");
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
        assertThrows(IOException.class, this::connect);
    }
}
