package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// JVMs that end while they log at full speed: [FloodMain].
///
/// A line counts as lost when the call that logged it had returned before the end. Of each producer the file must
/// hold the numbers from 0 on, in order, without gap, none twice, and at least as many as it had written down. After a
/// SIGKILL that holds for the file with what [Recover] appends to it.
///
/// `-Dtest.jvm=-Dlogging.rounds=100` ends more of them, `-Dlogging.kills=1000` kills more, `-Dlogging.flood.seconds=60`
/// floods longer, `-Dlogging.seed=N` repeats the moments.
@Tag("slow")
@Tag("process")
class ProcessEndTest {
    private static final int ROUNDS = Integer.getInteger("logging.rounds", 5);
    private static final int KILLS = Integer.getInteger("logging.kills", 5);
    private static final int FLOOD_SECONDS = Integer.getInteger("logging.flood.seconds", 1);
    private static final long DEADLINE_SECONDS = 40L + FLOOD_SECONDS;

    @TempDir
    Path directory;

    private String url = "";

    /// What the program has printed: how many events waited at the signal, or the µs that it took.
    private long told;

    /// A run of the program; the signal goes some time after it is ready.
    private int run(String configuration, String end, long micros, String signal) throws Exception {
        List<String> command = new ArrayList<>();
        if (Files.exists(Path.of("/proc/self/status"))) {
            // A shell that runs the build in the background makes it ignore SIGINT, and children inherit that.
            command.addAll(List.of("env", "--default-signal=INT"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-Xlog:cds=off"));
        command.addAll(List.of(
                "-Dlogback.configurationFile=" + configuration + "-logback.xml",
                "-Dflood.log=" + log(),
                "-Dflood.url=" + url));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), FloodMain.class.getName()));
        command.addAll(List.of(end, Long.toString(micros), counters().toString()));
        Path output = directory.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(output.toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            String first = out.readLine();
            if (end.equals("fill") || end.equals("alone") || end.equals("idle")) {
                told = Long.parseLong(first);
            }
            if (!signal.isEmpty()) {
                if (end.equals("wait")) {
                    assertEquals("ready", first, () -> text(output));
                }
                TimeUnit.MICROSECONDS.sleep(micros); // the random moment
                new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                        .start()
                        .waitFor();
            }
            assertTrue(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS), () -> "no end:\n" + text(output));
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private Path log() {
        return directory.resolve("flood.log");
    }

    private Path counters() {
        return directory.resolve("counters");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /// @return how many lines there were
    private long assertNothingLost(String trial) throws IOException {
        long[] next = new long[FloodMain.PRODUCERS];
        try (BufferedReader in = Files.newBufferedReader(log(), UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] parts = line.split(" ", -1);
                String found = line;
                assertEquals(2, parts.length, () -> trial + ": not whole: " + found);
                int producer = Integer.parseInt(parts[0]);
                assertEquals(next[producer], Long.parseLong(parts[1]), () -> trial + ": in \"" + found + "\"");
                next[producer]++;
            }
        }
        ByteBuffer counters = ByteBuffer.wrap(Files.readAllBytes(counters()));
        long sum = 0;
        for (int i = 0; i < FloodMain.PRODUCERS; i++) {
            long logged = counters.getLong(i * Long.BYTES);
            String text = trial + ": producer " + i + " logged " + logged + ", the file has " + next[i];
            assertTrue(next[i] >= logged && next[i] <= logged + 1, text);
            sum += next[i];
        }
        return sum;
    }

    private enum End {
        TERM("wait", "TERM"),
        INT("wait", "INT"),
        EXIT("exit", ""),
        RETURN("return", ""),
        CLOSE("close", "");

        private final String program;
        private final String signal;

        End(String program, String signal) {
            this.program = program;
            this.signal = signal;
        }
    }

    @Test
    @Timeout(3_600)
    void shouldLoseNothingWhenTheProcessEndsAtARandomMoment() throws Exception {
        long seed = Long.getLong("logging.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < ROUNDS; i++) {
            End end = End.values()[i % End.values().length];
            long micros = random.nextInt(400_000);
            String trial = "round " + i + ": " + end + " after " + micros + " µs, seed " + seed;
            assertEquals(0, run("flood", end.program, micros, end.signal), trial);
            long lines = assertNothingLost(trial);
            System.out.println(trial + ": " + lines + " lines");
            assertTrue(lines > 1_000, () -> trial + ": only " + lines + " lines");
            Files.delete(log());
            Files.delete(counters());
        }
    }

    /// 137: the JVM could do nothing about it.
    @Test
    @Timeout(3_600)
    void shouldLoseNothingWhenTheProcessIsKilledAndTheJournalRecovered() throws Exception {
        long seed = Long.getLong("logging.seed", System.nanoTime());
        Random random = new Random(seed);
        Path journal = directory.resolve("flood.log.journal");
        long recovered = 0;
        for (int i = 0; i < KILLS; i++) {
            long micros = random.nextInt(200_000);
            String trial = "round " + i + ": KILL after " + micros + " µs, seed " + seed;
            assertEquals(137, run("journal", "wait", micros, "KILL"), trial);
            long before = Files.size(log());
            assertEquals(0, recover(journal, log()), trial);
            recovered += Files.size(log()) - before;
            long after = Files.size(log());
            assertEquals(0, recover(journal, log()), trial);
            assertEquals(after, Files.size(log()), trial);
            long lines = assertNothingLost(trial);
            assertTrue(lines > 500, () -> trial + ": only " + lines + " lines");
            Files.delete(log());
            Files.delete(counters());
            Files.delete(journal);
        }
        System.out.println(KILLS + " kills, " + recovered + " bytes recovered, seed " + seed);
        assertTrue(recovered > 0);
    }

    private static int recover(Path journal, Path log) {
        String[] arguments = {journal.toString(), log.toString()};
        return Recover.run(
                arguments, OutputStream.nullOutputStream(), new PrintStream(OutputStream.nullOutputStream()));
    }

    @Test
    void shouldLoseNothingWhenTheSinkIsSlowAndTheQueueIsFullAtTheSignal() throws Exception {
        assertEquals(0, run("slow", "fill", 0, "TERM"));
        assertTrue(told > 40_000, () -> "only " + told + " events waited");
        assertEquals(FloodMain.FILL, assertNothingLost("slow"));
    }

    /// No system flushes before: all is left to the close of the log.
    @Tag("long")
    @Test
    void shouldLoseNothingWhenOnlyTheCloseDrainsASlowSink() throws Exception {
        assertEquals(128 + 15, run("slow", "alone", 0, "TERM")); // nobody has handled the signal
        assertTrue(told > 40_000, () -> "only " + told + " events waited");
        assertEquals(FloodMain.FILL, assertNothingLost("alone"));
    }

    @Tag("long")
    @Test
    void shouldTakeNextToNoProcessorTimeWhenIdle() throws Exception {
        long micros = TimeUnit.SECONDS.toMicros(4);
        assertEquals(0, run("flood", "idle", micros, ""));
        System.out.println("idle: " + told + " µs of " + micros);
        assertTrue(told <= micros * 3 / 1_000, () -> "it took " + told + " µs");
    }

    @Tag("long")
    @Test
    @Timeout(3_600)
    void shouldStayWithinTheHeapWhenCallersAreFasterThanTheSink() throws Exception {
        long micros = TimeUnit.SECONDS.toMicros(FLOOD_SECONDS);
        assertEquals(0, run("slow", "exit", micros, ""));
        long lines = assertNothingLost("flood");
        assertTrue(lines > FloodMain.FILL / 2, () -> "only " + lines + " lines");
    }

    /// A server that hangs up now and then; what it has not taken at the end is on disk. The lines of hooks come last,
    /// and go to the disk at once.
    @Tag("long")
    @Test
    void shouldHaveSentOrSpilledEverythingWhenTheSinkIsRemote() throws Exception {
        try (LogServer server = new LogServer()) {
            server.then(LogServer.slow(20))
                    .then(LogServer::takeAndHangUp)
                    .then(LogServer.status(503))
                    .then(LogServer::take)
                    .then(LogServer::takeAndHangUp);
            url = server.url();
            assertEquals(0, run("http", "wait", 300_000, "TERM"));
            Map<String, String> batches = new TreeMap<>(server.taken());
            int sent = batches.size();
            try (var files = Files.list(directory.resolve("flood.log.spill"))) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".lines")).toList()) {
                    String name = file.getFileName().toString();
                    batches.putIfAbsent(name.substring(0, name.lastIndexOf('.')), Files.readString(file));
                }
            }
            Files.writeString(log(), String.join("", batches.values()));
            long lines = assertNothingLost("remote");
            System.out.println(lines + " lines, " + sent + " batches sent, " + (batches.size() - sent) + " on disk");
            assertTrue(sent > 5 && lines > 1_000, () -> sent + " batches, " + lines + " lines");
        }
    }

    @Test
    void shouldHaveWrittenTheLogWhenMainThrowsBeforeThereIsASystem() throws Exception {
        assertEquals(1, run("flood", "fail", 0, ""));
        assertEquals(1, assertNothingLost("fail"));
    }
}
