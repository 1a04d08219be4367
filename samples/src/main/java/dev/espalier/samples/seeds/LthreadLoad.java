package dev.espalier.samples.seeds;

import dev.espalier.sync.Progress;
import dev.espalier.sync.Strand;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// Requests that must be answered while others compute on twice as many threads as there are processors.
final class LthreadLoad {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int EACH = 100;

    private final int port;
    private final Checks checks;
    private final int hogs = 2 * Runtime.getRuntime().availableProcessors();

    LthreadLoad(int port, Checks checks) {
        this.port = port;
        this.checks = checks;
    }

    void run(LthreadServer server) {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            Progress computed = send(client, "compute", "computed", hogs);
            checks.check(server.computing.waitFor(hogs, PATIENCE), hogs + " requests compute");
            Progress slept = send(client, "sleep", "slept", EACH);
            Progress read = send(client, "block", "read", EACH);
            checks.check(slept.waitFor(EACH, PATIENCE), EACH + " requests that sleep are answered meanwhile");
            checks.check(read.waitFor(EACH, PATIENCE), EACH + " requests that block are answered meanwhile");
            checks.check(computed.value() == 0, "those that compute are still at it");
            server.enough.go();
            checks.check(computed.waitFor(hogs, PATIENCE), "then they are answered, too");
        }
    }

    /// Sends so many requests at once; counts the right answers.
    private Progress send(HttpClient client, String path, String expected, int count) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + path))
                .timeout(PATIENCE)
                .build();
        Progress right = new Progress();
        for (int i = 0; i < count; i++) {
            Strand.start("client", () -> {
                try {
                    String body = client.send(request, HttpResponse.BodyHandlers.ofString())
                            .body();
                    if (expected.equals(body)) {
                        right.advance();
                    }
                } catch (IOException | InterruptedException e) {
                    System.err.println(path + ": " + e); // will be missed
                }
            });
        }
        return right;
    }
}
