package dev.espalier.observer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorSystem;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests whose body ends early, or is chunked as nothing is.
class UnreadableBodyTest {
    private static final List<String> BODIES = List.of(
            "Content-Length: 9\r\n\r\n{}",
            "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "Transfer-Encoding: chunked\r\n\r\n0\r\n",
            "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n{");
    private static final Pattern CONNECTIONS =
            Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+ +sun\\.net\\.httpserver\\.HttpConnection\\b(?!\\$)");

    private ActorSystem system;
    private Observer observer;

    @BeforeEach
    void start() throws IOException {
        system = ActorSystem.builder("shop").handleSignals(false).start();
        observer = Observer.builder().patience(Duration.ofSeconds(3)).start(system);
    }

    @AfterEach
    void stop() {
        observer.close();
        system.close();
    }

    /// Sends all that it has to say, and nothing more.
    private Socket begin(String method, String body) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), observer.port());
        socket.setSoTimeout(20_000);
        String head = method + " /api/flow HTTP/1.1\r\nHost: localhost\r\n";
        socket.getOutputStream().write((head + body).getBytes(US_ASCII));
        return socket;
    }

    private String send(String method, String body) throws IOException {
        try (Socket socket = begin(method, body)) {
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void shouldBeAnsweredAsOthersAreIfTheAnswerHasABody() throws IOException {
        for (String body : BODIES) {
            String answer = send("POST", body);
            assertTrue(answer.startsWith("HTTP/1.1 401 ") && answer.endsWith("}"), body + answer);
            assertEquals("", send("HEAD", body), body);
        }
    }

    /// Who wants to keep the connection is found out when it ends; who wants it closed, only by the server itself.
    @ParameterizedTest
    @ValueSource(strings = {"", "Connection: close\r\n"})
    @Tag("slow")
    void shouldLeaveNoConnectionBehind(String wish) throws Exception {
        send("POST", BODIES.getFirst());
        long before = connections();
        for (int i = 0; i < 10; i++) {
            for (String body : BODIES) {
                send("POST", wish + body);
                send("HEAD", wish + body);
            }
        }
        Awaitility.await().until(() -> connections() <= before + 1);
    }

    @Test
    @Tag("slow")
    @Tag("long") // the patience of the observer
    void shouldLeaveNoConnectionBehindWhenTheClientSaysNothingMore() throws Exception {
        send("POST", BODIES.getFirst());
        long before = connections();
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            for (String body : BODIES) {
                clients.add(begin("POST", body));
                clients.add(begin("HEAD", body));
            }
        }
        for (Socket client : clients) {
            awaitCut(client);
        }
        Awaitility.await().until(() -> connections() <= before + 1);
        for (Socket client : clients) {
            client.close();
        }
    }

    private static void awaitCut(Socket client) throws IOException {
        try {
            client.getInputStream().readAllBytes();
        } catch (SocketException e) {
            assertEquals("Connection reset", e.getMessage());
        }
    }

    /// As the JVM's histogram of its heap has them, after a collection.
    private static long connections() throws JMException {
        Object text = ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        var found = CONNECTIONS.matcher((String) text);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }
}
