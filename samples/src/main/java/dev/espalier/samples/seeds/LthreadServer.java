package dev.espalier.samples.seeds;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.espalier.sync.Compute;
import dev.espalier.sync.Progress;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// An HTTP server on the loopback interface with a green thread for each request.
final class LthreadServer implements AutoCloseable {
    private static final Duration NAP = Duration.ofMillis(20);

    /// How many requests compute now, and what ends their computing.
    final Progress computing = new Progress();

    final Signal enough = new Signal("enough");

    private final HttpServer http;
    private final ServerSocket slow;

    LthreadServer() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        slow = new ServerSocket(0, 1_000, loopback);
        Strand.start("slow service", this::serveSlowly);
        http = HttpServer.create(new InetSocketAddress(loopback, 0), 1_000);
        http.setExecutor(request -> Strand.start("request", request));
        http.createContext("/sleep", exchange -> answer(exchange, "slept", () -> Strand.sleep(NAP)));
        http.createContext("/compute", exchange -> answer(exchange, "computed", () -> Compute.run(this::compute)));
        http.createContext("/block", exchange -> answer(exchange, "read", this::read));
        http.start();
    }

    int port() {
        return http.getAddress().getPort();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void answer(HttpExchange exchange, String body, Work work) throws IOException {
        try (exchange) {
            work.run();
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /// Uses a processor until the signal goes; never waits, so on a green thread it would keep
    /// the carrier; hence [Compute].
    private void compute() {
        computing.advance();
        while (!enough.isGo()) {
            Thread.onSpinWait();
        }
    }

    /// Reads from a socket that takes its time. A green thread may just do that.
    private void read() throws IOException {
        try (Socket socket = new Socket(slow.getInetAddress(), slow.getLocalPort())) {
            if (socket.getInputStream().readAllBytes().length != 1) {
                throw new IOException("not the answer");
            }
        }
    }

    private void serveSlowly() {
        try {
            while (true) {
                Socket socket = slow.accept();
                Strand.start("slow", () -> {
                    try (socket) {
                        Strand.sleep(NAP);
                        socket.getOutputStream().write('x');
                    } catch (IOException e) {
                        System.err.println("slow service: " + e); // its client misses the answer and fails
                    }
                });
            }
        } catch (IOException closed) {
            // the end
        }
    }

    @Override
    public void close() throws IOException {
        enough.go();
        http.stop(0);
        slow.close();
    }
}
