package dev.espalier.observer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.Restart;
import dev.espalier.profiling.Level;
import dev.espalier.profiling.Profiling;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A small shop with an observer, and a client that speaks HTTP by hand.
class ObserverFixture {
    static final Duration PATIENCE = Duration.ofSeconds(10);
    static final ObjectMapper MAPPER = new ObjectMapper();
    static final String TOKEN = "test-token-0123456789";

    static final class Desk implements Behavior<String> {
        @Override
        public void onMessage(String order, ActorContext<String> ctx) {
            if (order.equals("rotten")) {
                throw new IllegalStateException("a rotten apple");
            }
        }
    }

    ActorSystem system;
    ActorRef<String> desk;
    Observer observer;

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

    // Plain HTTP: a client of the library would hide the header Host.

    record Answer(int status, String head, String body) {
        JsonNode json() throws IOException {
            return MAPPER.readTree(body);
        }
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), observer.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    Answer send(String method, String target, String... headers) throws IOException {
        return sendAs("localhost", method, target, headers);
    }

    Answer sendAs(String host, String method, String target, String... headers) throws IOException {
        try (Socket socket = connect()) {
            String head = method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n";
            String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
            socket.getOutputStream().write((head + more + "\r\n").getBytes(US_ASCII));
            String all = new String(socket.getInputStream().readAllBytes(), UTF_8);
            int end = all.indexOf("\r\n\r\n");
            return new Answer(Integer.parseInt(all.substring(9, 12)), all.substring(0, end), all.substring(end + 4));
        }
    }

    Answer get(String target) throws IOException {
        return send("GET", target, "Authorization: Bearer " + TOKEN);
    }
}
