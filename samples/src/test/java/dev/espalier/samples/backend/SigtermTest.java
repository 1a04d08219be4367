package dev.espalier.samples.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// SIGTERM at a random moment of 2,000 requests a second, to a JVM of its own, again and again.
///
/// `-Dtest.jvm=-Dsigterm.rounds=20` does it more often.
@Tag("slow")
@Timeout(600) // about 2 s for a round on two quiet cores
class SigtermTest {
    private static final int ROUNDS = Integer.getInteger("sigterm.rounds", 5);
    private static final Pattern LISTENING = Pattern.compile("listening on http://localhost:(\\d+)");
    private static final Pattern SERVED = Pattern.compile("http: (\\d+) requests, (\\d+) answered");

    @TempDir
    Path folder;

    @Test
    void shouldLoseNothingWhenItIsTerminatedUnderLoad() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 1; round <= ROUNDS; round++) {
            String name = "seed " + seed + ", round " + round;
            Path own = Files.createDirectory(folder.resolve("round-" + round));
            round(name, Settings.h2(own.resolve("orders").toString()) + ";MAX_COMPACT_TIME=0", random.nextInt(400));
        }
    }

    private static void round(String name, String db, int afterMillis) throws Exception {
        Process child = start(db);
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
            int port = port(out);
            CompletableFuture<String> rest =
                    CompletableFuture.supplyAsync(() -> out.lines().collect(Collectors.joining("\n")));
            Load load = new Load();
            load.start(port);
            load.firstAnswers.await();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(afterMillis));

            child.toHandle().destroy(); // SIGTERM; Process.destroy would close its output, too
            long signalled = System.nanoTime();
            boolean ended = child.waitFor(Settings.BUDGET.toMillis(), TimeUnit.MILLISECONDS);
            long millis = (System.nanoTime() - signalled) / 1_000_000;
            load.join();
            String output = rest.get(10, TimeUnit.SECONDS);
            System.out.printf(
                    "%s: SIGTERM after %d ms, ended after %d ms; %s, %d connections served, %d refused, %d dropped%n",
                    name,
                    afterMillis,
                    millis,
                    load.statuses,
                    load.served.get(),
                    load.refused.get(),
                    load.dropped.get());
            String context = name + "\n" + output;
            assertTrue(ended, context);
            assertEquals(0, child.exitValue(), context);
            assertEquals(List.of(), List.copyOf(load.cut), context);
            assertEquals(Load.CLIENTS, load.refused.get() + load.dropped.get(), context);
            assertServed(load, output, context);
            assertStored(load, Comparison.rows(db), context);
        } finally {
            child.destroyForcibly();
        }
    }

    private static Process start(String db) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1", // a short life
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-Dlogback.configurationFile=logback.xml", // not that of the tests
                        "-cp",
                        System.getProperty("java.class.path"),
                        Backend.class.getName(),
                        "--port",
                        "0",
                        "--db",
                        db)
                .redirectErrorStream(true)
                .start();
    }

    private static int port(BufferedReader out) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return Integer.parseInt(listening.group(1));
            }
            seen.append(line).append('\n');
        }
        throw new IOException("It did not start:\n" + seen);
    }

    /// The server saw as many requests as it answered, and all of these answers arrived.
    private static void assertServed(Load load, String output, String context) {
        Matcher served = SERVED.matcher(output);
        assertTrue(served.find(), context);
        assertEquals(served.group(1), served.group(2), context);
        assertEquals(Integer.parseInt(served.group(1)), load.answered.get(), context);
        assertTrue(output.contains("Stop report of backend"), context);
        assertTrue(output.contains(" clean)\n"), context);
    }

    /// What was answered by 2xx is there, and nothing is there that was not sent.
    private static void assertStored(Load load, Map<String, Order> rows, String context) {
        load.statusById.forEach((id, status) -> {
            if (status / 100 == 2) {
                assertTrue(rows.containsKey(id), () -> id + " was answered and is not stored; " + context);
            } else {
                assertTrue(status == 429 || status == 503, () -> id + " was answered " + status + "; " + context);
            }
        });
        rows.forEach((id, order) -> assertEquals(load.sent.get(id), order.customer(), context));
        assertTrue(load.statuses.getOrDefault(201, 0) >= Load.CLIENTS, context);
    }
}
