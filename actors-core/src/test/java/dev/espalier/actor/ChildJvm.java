package dev.espalier.actor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/// A JVM started by a test: what it prints on either stream, its exit code, and how long it took to end.
/// Closing kills it if it has not ended.
final class ChildJvm implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(50);
    private static final int SIGINT = 2;
    /// The least that a pipe holds.
    private static final int PIPE = 4_000;

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final long begun = System.nanoTime();
    private volatile long startNanos;
    private boolean closed;
    private final Thread reader;
    private long since = System.nanoTime();

    private ChildJvm(Process process, boolean reads) {
        this.process = process;
        this.reader = Thread.ofPlatform().daemon(true).unstarted(this::read);
        if (reads) {
            reader.start();
        }
    }

    /// Starts a JVM with these arguments; both of its streams are read as one.
    static ChildJvm start(List<String> arguments) throws IOException {
        return new ChildJvm(builder(arguments).start(), true);
    }

    /// Starts one whose output nobody reads, so that it is stuck when it has printed more than a pipe holds.
    static ChildJvm startUnread(List<String> arguments) throws IOException {
        return new ChildJvm(builder(arguments).start(), false);
    }

    private static ProcessBuilder builder(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (isIgnored(SIGINT)) {
            // A shell that runs the build in the background makes it ignore SIGINT, and children inherit that.
            command.addAll(List.of("env", "--default-signal=INT"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xlog:cds=off"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        return builder;
    }

    private static boolean isIgnored(int signal) throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> Long.parseUnsignedLong(
                        line.substring("SigIgn:".length()).strip(), 16))
                .anyMatch(mask -> (mask >>> (signal - 1) & 1) == 1);
    }

    /// The class path of this JVM, as it can be given to another one.
    static String classPath() {
        return System.getProperty("java.class.path");
    }

    static List<String> classPathEntries() {
        return List.of(classPath().split(File.pathSeparator));
    }

    private void read() {
        try (BufferedReader in = process.inputReader(UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                noteStart();
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (IOException e) {
            // The process was killed.
        } finally {
            synchronized (lines) {
                closed = true;
                lines.notifyAll();
            }
        }
    }

    /// Its first sign of life.
    private void noteStart() {
        if (startNanos == 0) {
            startNanos = System.nanoTime() - begun;
        }
    }

    /// Waits until the child has printed this line.
    void awaitLine(String wanted) throws InterruptedException {
        long end = System.nanoTime() + DEADLINE.toNanos();
        synchronized (lines) {
            while (!lines.contains(wanted)) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0 || closed) {
                    fail("No line \"" + wanted + "\" in:\n" + String.join("\n", lines));
                }
                lines.wait(left);
            }
        }
    }

    /// Waits until a child that nobody reads cannot print any more.
    void awaitFullPipe() {
        var before = new AtomicInteger();
        Awaitility.await().atMost(DEADLINE).pollInterval(Duration.ofMillis(250)).until(() -> {
            int now = process.getInputStream().available();
            if (now > 0) {
                noteStart();
            }
            return now >= PIPE && before.getAndSet(now) == now;
        });
    }

    /// Sends a signal, INT or TERM or KILL; the time to the end is counted from here.
    void signal(String name) throws IOException, InterruptedException {
        since = System.nanoTime();
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start();
        assertEquals(0, kill.waitFor(), "kill");
    }

    /// The time to the end is counted from here.
    void countFromNow() {
        since = System.nanoTime();
    }

    /// Waits for the end, which must come in this span with this code. The span is longer by what a busy machine
    /// may add: twice the time that this child needed to start.
    void assertExit(int code, Duration least, Duration most) throws InterruptedException {
        assertExit(Set.of(code), least, most);
    }

    /// As above, with one of these codes.
    void assertExit(Set<Integer> codes, Duration least, Duration most) throws InterruptedException {
        boolean ended = process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        Duration took = Duration.ofNanos(System.nanoTime() - since);
        if (reader.isAlive()) {
            reader.join(DEADLINE);
        }
        assertTrue(ended, () -> "It has not ended in time:\n" + output());
        int code = process.exitValue();
        assertTrue(codes.contains(code), () -> "It has ended by " + code + ", not " + codes + ":\n" + output());
        Duration longest = most.plusNanos(2 * startNanos);
        assertTrue(
                took.compareTo(least) >= 0 && took.compareTo(longest) <= 0,
                () -> "It took " + took + ", not " + least + " to " + longest + ":\n" + output());
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    String output() {
        return String.join("\n", lines());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
