package dev.espalier.samples.backend;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// A running order desk and a client of it.
final class Desk implements AutoCloseable {
    /// An answer.
    record Got(int status, JsonNode body, HttpResponse<byte[]> response) {
        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        String error() {
            return body.path("error").asText();
        }
    }

    final Backend backend;
    final String db;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Desk(Settings settings) {
        db = settings.db();
        backend = Backend.start(settings);
    }

    static Settings settings(Path folder) {
        return new Settings(
                0,
                Settings.h2(folder.resolve("orders").toString()),
                Duration.ofSeconds(5),
                512,
                64,
                Duration.ofMinutes(1),
                Duration.ofMillis(1),
                1_000_000);
    }

    Got post(String body) {
        return send(HttpRequest.newBuilder(uri("/orders"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8))));
    }

    Got order(String id, String customer) {
        return post(json(id, customer, "apple-tree", "1"));
    }

    static String json(String id, String customer, String item, String quantity) {
        return "{\"id\":\"" + id + "\",\"customer\":\"" + customer + "\",\"item\":\"" + item + "\",\"quantity\":"
                + quantity + "}";
    }

    Got get(String path) {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    Got send(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> response =
                    http.send(request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Got(response.statusCode(), Order.JSON.readTree(response.body()), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    URI uri(String path) {
        return URI.create("http://localhost:" + backend.port() + path);
    }

    /// Runs all at once; the results in order.
    static <T> List<T> atOnce(List<? extends Callable<T>> calls) throws InterruptedException, ExecutionException {
        try (ExecutorService green = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : green.invokeAll(calls)) {
                results.add(future.get());
            }
            return results;
        }
    }

    Map<String, Order> rows() throws SQLException {
        return Comparison.rows(db);
    }

    @Override
    public void close() {
        http.close();
        backend.close();
    }
}
