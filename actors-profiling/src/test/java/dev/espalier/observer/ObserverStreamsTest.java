package dev.espalier.observer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The observer's streams of events, and clients that are slow.
class ObserverStreamsTest extends ObserverFixture {
    private static String line(BufferedReader lines, String start) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(start)) {
                return line.substring(start.length());
            }
        }
        throw new IOException("The stream has ended without " + start);
    }

    private Socket openStream() throws IOException {
        Socket socket = connect();
        String head = "GET /api/events?token=" + TOKEN + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(US_ASCII));
        return socket;
    }

    private static BufferedReader lines(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }

    @Test
    @Tag("slow")
    void shouldSendTheTreeThenWhatChangesAndTheStopAtTheEnd() throws IOException {
        try (Socket socket = openStream();
                BufferedReader lines = lines(socket)) {
            assertEquals("tree", line(lines, "event: "));
            JsonNode tree = MAPPER.readTree(line(lines, "data: "));
            assertEquals(2, tree.get("added").size());
            system.spawn("till", Desk::new);
            JsonNode delta = MAPPER.readTree(line(lines, "data: "));
            while (delta.get("added").isEmpty()) {
                delta = MAPPER.readTree(line(lines, "data: "));
            }
            assertEquals(1, delta.get("added").size(), "only what is new");
            assertEquals("till", delta.get("added").get(0).get(2).textValue());
            Thread.ofVirtual().start(system::close);
            List<String> ended = new ArrayList<>();
            while (!delta.get("system").get("state").textValue().equals("stopped")) {
                delta = MAPPER.readTree(line(lines, "data: "));
                delta.get("ended").forEach(end -> ended.add(end.get("path").textValue()));
            }
            assertEquals(List.of("/shop/till", "/shop/desk", "/shop"), ended);
        }
    }

    @Test
    @Tag("slow")
    void shouldHaveAPlaceAgainWhenAClientHasGone() throws IOException {
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            clients.add(openStream());
            line(lines(clients.getLast()), "data: ");
        }
        Answer full = get("/api/events");
        assertEquals(503, full.status());
        assertTrue(full.head().contains("Retry-after") || full.head().contains("Retry-After"), full::head);
        for (Socket client : clients) {
            client.close();
        }
        Awaitility.await().atMost(PATIENCE).until(() -> {
            try (Socket socket = openStream()) {
                return line(lines(socket), "event: ").equals("tree");
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Tag("long")
    @Test
    @Tag("slow")
    void shouldNotCareForAHundredSlowClients() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                Socket socket = connect();
                slow.add(socket);
                socket.getOutputStream().write("GET /api/tree HTTP/1.1\r\nHost: local".getBytes(US_ASCII));
            }
            long begun = System.nanoTime();
            assertEquals(200, get("/api/tree").status());
            assertTrue(System.nanoTime() - begun < Duration.ofSeconds(2).toNanos(), "others wait for the slow ones");
            for (int i = 0; i < 1_000; i++) {
                desk.tell("apple");
            }
            assertTrue(desk.awaitProcessed(PATIENCE));
            for (Socket socket : slow) {
                socket.setSoTimeout(20_000);
                assertTrue(isCutOff(socket), "a slow one is still there");
            }
            assertEquals(200, get("/api/tree").status());
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
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

    @Test
    @Tag("slow")
    void shouldTellTheEndToWhoeverLooksThroughWhicheverObserver() throws IOException {
        try (Observer second = Observer.start(system);
                Socket socket = openStream();
                BufferedReader lines = lines(socket)) {
            assertTrue(second.port() != observer.port());
            assertEquals("tree", line(lines, "event: "));
            Thread.ofVirtual().start(system::close);
            while (lines.readLine() != null) {
                // until the last frame, after which the stream ends
            }
        }
    }
}
