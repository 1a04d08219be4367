package dev.espalier.profiling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// System properties, in a JVM of their own.
@Tag("slow")
class SettingsTest {
    @TempDir
    Path folder;

    /// A program that knows nothing of profiling, and leaves the stop of its system to the end of the JVM.
    static final class Shop {
        static final class Desk implements Behavior<String> {
            @Override
            public void onMessage(String order, ActorContext<String> ctx) {}
        }

        public static void main(String[] args) {
            ActorRef<String> desk = ActorSystem.start("shop").spawn("desk", Desk::new);
            for (int i = 0; i < 1_000; i++) {
                desk.tell("apple tree");
            }
            System.exit(3);
        }
    }

    private void run(String... options) throws IOException, InterruptedException {
        Stream<String> start = Stream.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Stream<String> main = Stream.of("-cp", System.getProperty("java.class.path"), Shop.class.getName());
        Process process = new ProcessBuilder(Stream.of(start, Stream.of(options), main)
                        .flatMap(part -> part)
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();
        try {
            assertTrue(process.waitFor(50, TimeUnit.SECONDS));
            assertEquals(3, process.exitValue(), Files.readString(folder.resolve("out")));
        } finally {
            process.destroyForcibly();
        }
    }

    private List<String> rows() throws IOException {
        return Files.readAllLines(folder.resolve("profile/profile.csv")).stream()
                .filter(line -> line.startsWith("path,"))
                .toList();
    }

    @Test
    void shouldWriteTheReportAfterTheSystemsHaveStoppedWhenAFolderIsSet() throws Exception {
        run("-Ddev.espalier.profiling.folder=" + folder.resolve("profile"));
        assertEquals(1, rows().size());
        assertTrue(rows().getFirst().startsWith("path,/shop/desk,1000,0,1000,"), rows()::toString);
    }

    @Test
    void shouldRecordAtTheLevelThatIsSet() throws Exception {
        run("-Ddev.espalier.profiling.level=counters", "-Ddev.espalier.profiling.folder=" + folder.resolve("profile"));
        assertTrue(rows().getFirst().startsWith("path,/shop/desk,1000,0,0,"), rows()::toString);
    }
}
