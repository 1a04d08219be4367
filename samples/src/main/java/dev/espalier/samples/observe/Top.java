package dev.espalier.samples.observe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;

/// Asks an observer how its system is, and lays it out for a terminal.
final class Top implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int LINES = 12;
    private static final double MIB = 1 << 20;

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI address;

    /// @param address of the page, with the token behind the `#`
    Top(URI address) {
        this.address = address;
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve("/api/" + path))
                .header("Authorization", "Bearer " + address.getFragment())
                .timeout(PATIENCE)
                .build();
        HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        JsonNode json = JSON.readTree(answer.body());
        if (answer.statusCode() != 200) {
            throw new IOException(
                    answer.statusCode() + ": " + json.path("error").asText());
        }
        return json;
    }

    /// One look.
    String screen() throws IOException, InterruptedException {
        JsonNode system = get("system").get("system");
        JsonNode now = system.at("/vitals/now");
        StringBuilder text = new StringBuilder(1_024);
        text.append(String.format(
                Locale.ROOT,
                "%n%s  %s, %d actors, %.0f messages/s, %d queued, heap %.0f MiB, %d failures, %d dead letters%n%n",
                system.path("name").asText(),
                system.path("state").asText(),
                system.path("actors").asLong(),
                now.path("throughput").asDouble(),
                now.path("queued").asLong(),
                now.path("heap").asLong() / MIB,
                system.path("failures").asLong(),
                system.path("deadLetters").asLong()));
        text.append(String.format(
                "%9s %9s %9s %7s %7s %9s  %s%n", "QUEUE", "WAIT/MS", "MSG/S", "BUSY", "FAILED", "HANDLED", "ACTOR"));
        for (JsonNode row : get("top?by=rate&window=10&n=" + LINES).get("rows")) {
            double busy = row.path("busy").asDouble();
            double wait = row.path("wait").asDouble();
            text.append(String.format(
                    Locale.ROOT,
                    "%9d %9s %9.1f %7s %7d %9d  %s%n",
                    row.path("queued").asLong(),
                    wait < 0 ? "for ever" : String.format(Locale.ROOT, "%.1f", wait),
                    row.path("rate").asDouble(),
                    busy < 0 ? "-" : String.format(Locale.ROOT, "%.0f %%", busy),
                    row.path("failed").asLong(),
                    row.path("processed").asLong(),
                    row.path("path").asText()));
        }
        return text.toString();
    }

    @Override
    public void close() {
        http.close();
    }
}
