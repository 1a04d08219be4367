package dev.espalier.logging;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// Posts a batch once, and tells what its answer means. Used by one thread; [#cancel] by any.
final class Poster {
    /// What an answer means.
    enum Verdict {
        SENT,
        REJECTED,
        AGAIN
    }

    /// What came back.
    ///
    /// @param verdict what it means
    /// @param after how long to wait at least before it is tried again
    /// @param text what happened, for people
    record Answer(Verdict verdict, Duration after, String text) {}

    private static final Set<Integer> TEMPORARY = Set.of(401, 403, 404, 408, 425, 429);
    private static final Duration LONGEST_AFTER = Duration.ofMinutes(5);

    private final HttpRequest.Builder request;
    private final boolean gzip;
    private final Duration timeout;
    private final HttpClient client;
    private volatile @Nullable CompletableFuture<HttpResponse<Void>> current;

    /// @param headers as `Name: value`
    /// @throws IllegalArgumentException if the client refuses the URL or a header
    Poster(URI url, List<String> headers, String contentType, boolean gzip, Duration timeout) {
        this.gzip = gzip;
        this.timeout = timeout;
        request = request(url, headers).setHeader("Content-Type", contentType).timeout(timeout);
        if (gzip) {
            request.setHeader("Content-Encoding", "gzip");
        }
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /// Does not throw for what the network or the server does. The time-out also covers a body that does not
    /// end, which the one of the client does not.
    Answer post(Batch batch) throws InterruptedException {
        CompletableFuture<HttpResponse<Void>> future =
                client.sendAsync(request(batch), HttpResponse.BodyHandlers.discarding());
        current = future;
        try {
            return answer(future.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException e) {
            return again(String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            return again("no answer within " + timeout.toMillis() + " ms");
        } catch (CancellationException e) {
            return again("cancelled");
        } finally {
            current = null;
            future.cancel(true);
        }
    }

    /// Lets the post that is under way fail, if there is one.
    void cancel() {
        CompletableFuture<?> future = current;
        if (future != null) {
            future.cancel(true);
        }
    }

    void close() {
        client.shutdownNow();
    }

    private static HttpRequest.Builder request(URI url, List<String> headers) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(url);
        for (String header : headers) {
            int colon = header.indexOf(':');
            builder.header(
                    header.substring(0, colon), header.substring(colon + 1).strip());
        }
        return builder;
    }

    private HttpRequest request(Batch batch) {
        byte[] body = gzip ? zipped(batch.body()) : batch.body();
        return request.copy()
                .setHeader("Idempotency-Key", batch.id())
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }

    private static byte[] zipped(byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream to = new GZIPOutputStream(bytes)) {
            to.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it is memory
        }
        return bytes.toByteArray();
    }

    private static Answer again(String text) {
        return new Answer(Verdict.AGAIN, Duration.ZERO, text);
    }

    private static Answer answer(HttpResponse<?> response) {
        int status = response.statusCode();
        String text = "status " + status;
        if (status / 100 == 2) {
            return new Answer(Verdict.SENT, Duration.ZERO, text);
        }
        if (status / 100 == 5 || TEMPORARY.contains(status)) {
            Duration after = response.headers()
                    .firstValue("Retry-After")
                    .map(Poster::after)
                    .orElse(Duration.ZERO);
            return new Answer(Verdict.AGAIN, after, text);
        }
        return new Answer(Verdict.REJECTED, Duration.ZERO, text);
    }

    /// Seconds, or a date.
    static Duration after(String text) {
        Duration wait;
        try {
            wait = text.strip().chars().allMatch(Character::isDigit)
                    ? Duration.ofSeconds(Long.parseLong(text.strip()))
                    : Duration.between(
                            Instant.now(), ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME));
        } catch (DateTimeParseException | NumberFormatException e) {
            return Duration.ZERO;
        }
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST_AFTER) > 0 ? LONGEST_AFTER : wait;
    }
}
