package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPInputStream;

/// A real server of logs on the loopback, that misbehaves as told, one answer after the other; else it takes
/// what comes.
final class LogServer implements AutoCloseable {
    /// What it does with a post.
    interface Answer {
        void to(LogServer server, HttpExchange exchange, String body) throws IOException, InterruptedException;
    }

    private static final CountDownLatch NEVER = new CountDownLatch(1);

    final List<String> ids = new CopyOnWriteArrayList<>();
    final List<Long> times = new CopyOnWriteArrayList<>();
    final List<Map<String, String>> headers = new CopyOnWriteArrayList<>();
    /// By id, as a receiver that can tell.
    private final Map<String, String> taken = new LinkedHashMap<>();

    private final ConcurrentLinkedQueue<Answer> next = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private volatile Answer otherwise = LogServer::take;

    LogServer(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    LogServer() throws IOException {
        this(0);
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return "http://127.0.0.1:" + port() + "/logs";
    }

    LogServer then(Answer answer) {
        next.add(answer);
        return this;
    }

    void otherwise(Answer answer) {
        otherwise = answer;
    }

    synchronized Map<String, String> taken() {
        return new LinkedHashMap<>(taken);
    }

    synchronized List<String> lines() {
        return taken.values().stream().flatMap(String::lines).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            InputStream in = exchange.getRequestBody();
            String body = new String((zipped ? new GZIPInputStream(in) : in).readAllBytes(), UTF_8);
            times.add(System.nanoTime());
            ids.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
            headers.add(Map.of(
                    "type", exchange.getRequestHeaders().getFirst("Content-Type"),
                    "token", String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                    "encoding", String.valueOf(exchange.getRequestHeaders().getFirst("Content-Encoding"))));
            Answer answer = next.poll();
            (answer == null ? otherwise : answer).to(this, exchange, body);
        } catch (InterruptedException e) {
            // The test is over.
        }
    }

    private synchronized void keep(HttpExchange exchange, String body) {
        taken.putIfAbsent(exchange.getRequestHeaders().getFirst("Idempotency-Key"), body);
    }

    static void take(LogServer server, HttpExchange exchange, String body) throws IOException {
        server.keep(exchange, body);
        exchange.sendResponseHeaders(200, -1);
    }

    static Answer status(int code) {
        return (server, exchange, body) -> exchange.sendResponseHeaders(code, -1);
    }

    static Answer retryAfter(String text) {
        return (server, exchange, body) -> {
            exchange.getResponseHeaders().add("Retry-After", text);
            exchange.sendResponseHeaders(503, -1);
        };
    }

    /// Takes the batch, and loses the answer.
    static void takeAndHangUp(LogServer server, HttpExchange exchange, String body) throws IOException {
        server.keep(exchange, body);
        exchange.close();
    }

    /// Half open: no answer, and no end.
    static void hang(LogServer server, HttpExchange exchange, String body) throws InterruptedException {
        NEVER.await();
    }

    /// An answer that begins, and never ends.
    static void hangInBody(LogServer server, HttpExchange exchange, String body)
            throws IOException, InterruptedException {
        exchange.sendResponseHeaders(200, 100);
        exchange.getResponseBody().write(1);
        exchange.getResponseBody().flush();
        NEVER.await();
    }

    static Answer slow(long millis) {
        return (server, exchange, body) -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
            take(server, exchange, body);
        };
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
