package dev.espalier.observer;

import static dev.espalier.observer.Plain.line;
import static dev.espalier.observer.Plain.lines;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Restart;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What browsers are sent as it happens, and those that are slow.
@Tag("slow")
class StreamsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String TOKEN = "test-token-0123456789";

    private ActorSystem system;
    private ActorRef<String> desk;
    private Observer observer;
    private Plain plain;

    @BeforeEach
    void start() throws IOException {
        system = ActorSystem.builder("shop").handleSignals(false).start();
        desk = system.spawn(ActorSpec.behavior("desk", ObserverTest.Desk::new).restart(Restart.TEMPORARY));
        observer = Observer.builder()
                .token(TOKEN)
                .clients(3)
                .patience(Duration.ofSeconds(3))
                .start(system);
        plain = new Plain(observer.port(), TOKEN);
    }

    @AfterEach
    void stop() {
        observer.close();
        system.close();
    }

    @Test
    void shouldTellTheEndToWhoeverLooksThroughWhicheverObserver() throws IOException {
        try (Observer second = Observer.start(system);
                Socket socket = plain.openStream();
                BufferedReader lines = lines(socket)) {
            assertTrue(second.port() != observer.port());
            assertEquals("tree", line(lines, "event: "));
            Thread.ofVirtual().start(system::close);
            while (lines.readLine() != null) {
                // until the last frame, after which the stream ends
            }
        }
    }

    @Test
    void shouldSendTheTreeThenWhatChangesAndTheStopAtTheEnd() throws IOException {
        try (Socket socket = plain.openStream();
                BufferedReader lines = lines(socket)) {
            assertEquals("tree", line(lines, "event: "));
            JsonNode tree = Plain.MAPPER.readTree(line(lines, "data: "));
            assertEquals(2, tree.get("added").size());
            system.spawn("till", ObserverTest.Desk::new);
            JsonNode delta = Plain.MAPPER.readTree(line(lines, "data: "));
            while (delta.get("added").isEmpty()) {
                delta = Plain.MAPPER.readTree(line(lines, "data: "));
            }
            assertEquals(1, delta.get("added").size(), "only what is new");
            assertEquals("till", delta.get("added").get(0).get(2).textValue());
            Thread.ofVirtual().start(system::close);
            List<String> ended = new ArrayList<>();
            while (!delta.get("system").get("state").textValue().equals("stopped")) {
                delta = Plain.MAPPER.readTree(line(lines, "data: "));
                delta.get("ended").forEach(end -> ended.add(end.get("path").textValue()));
            }
            assertEquals(List.of("/shop/till", "/shop/desk", "/shop"), ended);
        }
    }

    @Test
    void shouldHaveAPlaceAgainWhenAClientHasGone() throws IOException {
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            clients.add(plain.openStream());
            line(lines(clients.getLast()), "data: ");
        }
        Plain.Answer full = plain.get("/api/events");
        assertEquals(503, full.status());
        assertTrue(full.head().contains("Retry-after") || full.head().contains("Retry-After"), full::head);
        for (Socket client : clients) {
            client.close();
        }
        Awaitility.await().atMost(PATIENCE).until(() -> {
            try (Socket socket = plain.openStream()) {
                return line(lines(socket), "event: ").equals("tree");
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Tag("long")
    @Test
    void shouldNotCareForAHundredSlowClients() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                Socket socket = plain.connect();
                slow.add(socket);
                socket.getOutputStream().write("GET /api/tree HTTP/1.1\r\nHost: local".getBytes(US_ASCII));
            }
            assertAnswersSoon("/api/tree");
            for (int i = 0; i < 1_000; i++) {
                desk.tell("apple");
            }
            assertTrue(desk.awaitProcessed(PATIENCE));
            for (Socket socket : slow) {
                socket.setSoTimeout(20_000);
                assertTrue(isCutOff(socket), "a slow one is still there");
            }
            assertEquals(200, plain.get("/api/tree").status());
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    /// They ask for events and read none, and the tree is large: they would fill whatever is between.
    @Tag("long")
    @Test
    void shouldCutOffWhoTakesNothing() throws IOException {
        for (int i = 0; i < 80_000; i++) { // more than the 4 MB that a socket takes by default
            system.spawn(
                    "a-desk-with-a-name-that-is-long-enough-to-fill-the-buffers-of-the-sockets-between-us-" + i,
                    ObserverTest.Desk::new);
        }
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                Socket socket = new Socket();
                slow.add(socket);
                socket.setReceiveBufferSize(4_096);
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), observer.port()));
                plain.askForEvents(socket);
            }
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> plain.get("/api/events").status() == 503);
            assertAnswersSoon("/api/top?by=queue");
            desk.tell("apple");
            assertTrue(desk.awaitProcessed(PATIENCE));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
                try (Socket socket = plain.openStream()) {
                    return line(lines(socket), "event: ").equals("tree");
                } catch (IOException e) {
                    return false;
                }
            });
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    /// The least of three: another process that takes the processor for a moment is not ours to answer for.
    private void assertAnswersSoon(String target) throws IOException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long begun = System.nanoTime();
            assertEquals(200, plain.get(target).status());
            least = Math.min(least, System.nanoTime() - begun);
        }
        assertTrue(least < Duration.ofSeconds(2).toNanos(), "others wait for the slow ones");
    }

    private static boolean isCutOff(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true; // reset
        }
    }
}
