package dev.espalier.observer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.profiling.By;
import dev.espalier.profiling.Profiler;
import dev.espalier.profiling.Samples;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the tools that our files are for say of them. The JDK's is always there; promtool and pprof are tried if they
/// are installed, and speedscope's schema by `src/test/browser/observer.mjs`.
@Tag("slow")
@Tag("process")
class ToolsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final byte[] NOTHING = {};

    @TempDir
    Path folder;

    /// Takes 5 ms, or fails.
    static final class Desk implements Behavior<String> {
        @Override
        public void onMessage(String order, ActorContext<String> ctx) throws InterruptedException {
            if (order.equals("rotten")) {
                throw new IllegalStateException("a rotten apple");
            }
            pack();
        }

        private static void pack() throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static ActorSystem start() {
        return ActorSystem.builder("shop").handleSignals(false).start();
    }

    /// @return what it prints, if it ends well
    private static String run(byte[] input, String... words) throws IOException, InterruptedException {
        Process tool = new ProcessBuilder(words).redirectErrorStream(true).start();
        try {
            try (OutputStream to = tool.getOutputStream()) {
                to.write(input);
            }
            String said = new String(tool.getInputStream().readAllBytes(), UTF_8);
            assertTrue(tool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), said);
            assertEquals(0, tool.exitValue(), said);
            return said;
        } finally {
            tool.destroyForcibly();
        }
    }

    private static int count(String summary, String event) {
        Matcher line = Pattern.compile("^ *" + Pattern.quote(event) + " +([0-9]+) ", Pattern.MULTILINE)
                .matcher(summary);
        assertTrue(line.find(), () -> event + " is not in " + summary);
        return Integer.parseInt(line.group(1));
    }

    @Test
    void shouldRecordWhatTheToolOfTheJdkReads() throws Exception {
        try (Profiler _ = Profiler.builder().folder(folder).flightRecorder().start();
                ActorSystem system = start()) {
            ActorRef<String> desk = system.spawn("desk", Desk::new);
            desk.tell("apple");
            desk.tell("rotten");
            desk.tell("pear"); // after the restart
            assertTrue(desk.awaitProcessed(PATIENCE));
        }
        String jfr = Path.of(System.getProperty("java.home"), "bin", "jfr").toString();
        String file = folder.resolve("profile.jfr").toString();
        String summary = run(NOTHING, jfr, "summary", file);
        assertEquals(1, count(summary, "dev.espalier.ActorFailure"), summary);
        assertEquals(1, count(summary, "dev.espalier.ActorRestart"), summary);
        assertEquals(2, count(summary, "dev.espalier.ActorStop"), summary);
        assertTrue(count(summary, "dev.espalier.ActorStart") >= 2, summary);
        String printed = run(NOTHING, jfr, "print", "--events", "dev.espalier.*", file);
        assertTrue(printed.contains("path = \"/shop/desk\""), printed);
        assertTrue(printed.contains("cause = \"java.lang.IllegalStateException\""), printed);
    }

    @Test
    void shouldWriteMetersThatPromtoolAccepts() throws Exception {
        Optional<Path> promtool = BrowserTest.onPath("promtool");
        assumeTrue(promtool.isPresent(), "there is no promtool");
        try (ActorSystem system = start()) {
            ActorRef<String> desk = system.spawn("a \"desk\" \\ more", Desk::new);
            desk.tell("apple");
            assertTrue(desk.awaitProcessed(PATIENCE));
            byte[] meters = MetricsPart.of(system, ObserverEvents.of(system));
            assertEquals("", run(meters, promtool.get().toString(), "check", "metrics"));
        }
    }

    @Test
    void shouldWriteProfilesThatPprofReads() throws Exception {
        Optional<Path> go = BrowserTest.onPath("go");
        assumeTrue(go.isPresent(), "there is no go tool pprof");
        Path file = folder.resolve("wall.pprof");
        try (ActorSystem system = start()) {
            ActorRef<String> desk = system.spawn("desk", Desk::new);
            try (Profiler profiler = Profiler.builder()
                    .wallClock(desk)
                    .wallPeriod(Duration.ofMillis(1))
                    .start()) {
                for (int i = 0; i < 50; i++) {
                    desk.tell("apple");
                }
                assertTrue(desk.awaitProcessed(PATIENCE));
                Files.write(
                        file,
                        profiler.samples().flames(Samples.Kind.WALL, By.PATH).toPprof());
            }
        }
        String top = run(NOTHING, go.get().toString(), "tool", "pprof", "-top", "-cum", file.toString());
        for (String each : List.of("Type: wall", "100%  /shop/desk", "Desk.pack")) {
            assertTrue(top.contains(each), top);
        }
    }
}
