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
import java.util.List;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

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
        observer = Observer.start(system);
    }

    @AfterEach
    void stop() {
        observer.close();
        system.close();
    }

    private String send(String method, String body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), observer.port())) {
            socket.setSoTimeout(10_000);
            String head = method + " /api/flow HTTP/1.1\r\nHost: localhost\r\n";
            socket.getOutputStream().write((head + body).getBytes(US_ASCII));
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

    @Test
    @Tag("slow")
    void shouldLeaveNoConnectionBehind() throws Exception {
        send("POST", BODIES.getFirst());
        long before = connections();
        for (int i = 0; i < 10; i++) {
            for (String body : BODIES) {
                send("POST", body);
                send("HEAD", body);
            }
        }
        Awaitility.await().until(() -> connections() <= before + 1);
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
