package dev.espalier.profiling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ch.qos.logback.classic.Logger;
import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Profiles of a program that knows nothing of them, in a JVM of its own.
@Tag("slow")
@Tag("process")
class ProfileSwitchTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    Path folder;

    private Process process;

    /// Works until its input ends.
    static final class Shop {
        static final class Desk implements Behavior<String> {
            private int handled;

            @Override
            public void onStart(ActorContext<String> ctx) {
                ctx.timers().fixedRate("tick", "apple tree", Duration.ofMillis(2));
            }

            @Override
            public void onMessage(String order, ActorContext<String> ctx) {
                long until = System.nanoTime() + 1_000_000;
                while (until - System.nanoTime() > 0) {
                    Thread.onSpinWait();
                }
                if (++handled % 200 == 0) {
                    System.out.println("handled " + handled);
                }
            }
        }

        public static void main(String[] args) throws IOException {
            ((Logger) LoggerFactory.getLogger("dev.espalier.profiling")).setLevel(ch.qos.logback.classic.Level.INFO);
            ActorRef<String> desk = ActorSystem.start("shop").spawn("desk", Desk::new);
            System.out.println(desk + " works");
            while (System.in.read() >= 0) {
                // on to the end
            }
            System.exit(3);
        }
    }

    private void start(Map<String, String> environment, String... options) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Shop.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile());
        builder.environment().putAll(environment);
        process = builder.start();
        await("works");
    }

    private String out() throws IOException {
        return Files.readString(folder.resolve("out"));
    }

    private void await(String words) {
        Awaitility.await().atMost(PATIENCE).until(() -> out().contains(words));
    }

    /// How often the desk has said that it has handled some.
    private int handled() throws IOException {
        return out().split("handled ", -1).length;
    }

    private void signal() throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-USR1", String.valueOf(process.pid()))
                        .start()
                        .waitFor());
    }

    private void end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        assertTrue(process.waitFor(40, TimeUnit.SECONDS));
        assertEquals(3, process.exitValue(), out());
    }

    @AfterEach
    void kill() {
        process.destroyForcibly();
    }

    /// The folders of profiles that are complete, the oldest first.
    private List<Path> profiles() throws IOException {
        Path all = folder.resolve("profiles");
        if (!Files.exists(all)) {
            return List.of();
        }
        try (Stream<Path> each = Files.list(all)) {
            return each.filter(one -> Files.exists(one.resolve("profile.tab")))
                    .sorted()
                    .toList();
        }
    }

    private static String desk(Path profile) throws IOException {
        return Files.readAllLines(profile.resolve("profile.csv")).stream()
                .filter(line -> line.startsWith("path,/shop/desk,"))
                .findFirst()
                .orElse("no row of the desk");
    }

    @Test
    void shouldBeginAndEndAProfileWithSignals() throws Exception {
        assumeFalse(System.getProperty("os.name").startsWith("Windows"), "there are no such signals");
        start(Map.of(), "-Ddev.espalier.profile=" + folder.resolve("profiles") + ",samples=10ms,signal=USR1");
        assertEquals(List.of(), profiles());
        signal();
        await("A profile begins");
        int before = handled();
        Awaitility.await().atMost(PATIENCE).until(() -> handled() >= before + 2); // it goes on until somebody ends it
        assertEquals(List.of(), profiles());
        signal();
        Awaitility.await().atMost(PATIENCE).until(() -> profiles().size() == 1);
        signal();
        Awaitility.await().atMost(PATIENCE).until(() -> out().split("A profile begins", -1).length == 3);
        end();
        List<Path> both = profiles();
        assertEquals(2, both.size(), out());
        String[] row = desk(both.getFirst()).split(",", -1);
        assertTrue(Long.parseLong(row[2]) > 0, () -> String.join(",", row));
        assertTrue(Files.exists(both.getFirst().resolve("cpu.collapsed")), "samples while the signal is handled");
        assertTrue(desk(both.getLast()).startsWith("path,/shop/desk,"), desk(both.getLast()));
    }

    @Test
    void shouldEndAfterTheTimeThatIsSet() throws Exception {
        start(Map.of("ESPALIER_PROFILE", folder.resolve("profiles/one") + ",level=counters,duration=300ms"));
        Awaitility.await().atMost(PATIENCE).until(() -> profiles().size() == 1);
        assertTrue(process.isAlive());
        end();
        String[] row = desk(profiles().getFirst()).split(",", -1);
        assertEquals("0", row[4], "nothing is timed");
        assertTrue(
                Files.readString(profiles().getFirst().resolve("profile.txt")).contains("level counters"));
    }

    @Test
    void shouldSayWhatItDoesNotUnderstand() throws Exception {
        start(Map.of("ESPALIER_PROFILE", folder.resolve("env").toString()), "-Ddev.espalier.profile=p,signal=USR2");
        await("dev.espalier.profile is ignored: The JVM needs SIGUSR2 for itself");
        end();
        assertFalse(Files.exists(folder.resolve("env")), "the property goes first");
    }
}
