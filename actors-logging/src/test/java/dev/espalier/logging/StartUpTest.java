package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Programs that configure nothing, or something: JVMs that run [StartUpMain] with the class path of the
/// tests, but without their `logback-test.xml`.
@Tag("slow")
@Tag("process")
class StartUpTest {
    @TempDir
    Path directory;

    private Path classes;
    private int exit;

    @BeforeEach
    void copyTheProgram() throws IOException {
        classes = directory.resolve("classes");
        String name = StartUpMain.class.getName().replace('.', '/') + ".class";
        Path copy = classes.resolve(name);
        Files.createDirectories(copy.getParent());
        try (InputStream in = StartUpMain.class.getResourceAsStream("/" + name)) {
            Files.copy(in, copy);
        }
    }

    private String classPath() {
        List<String> entries = new ArrayList<>(List.of(classes.toString()));
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !Files.exists(Path.of(entry, "logback-test.xml")))
                .forEach(entries::add);
        return String.join(File.pathSeparator, entries);
    }

    private List<String> run(String what, String... options) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xlog:cds=off"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath(), StartUpMain.class.getName(), what));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            exit = process.exitValue();
            List<String> errors = Files.readAllLines(err, UTF_8);
            assertEquals(exit == 0, errors.isEmpty(), errors::toString);
            return Files.readAllLines(out, UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }

    private Path write(Path file, String name) throws IOException {
        return Files.writeString(file, """
            <configuration>
                <appender name="%s" class="ch.qos.logback.core.ConsoleAppender">
                    <encoder><pattern>%s %%msg%%n</pattern></encoder>
                </appender>
                <root level="DEBUG"><appender-ref ref="%s" /></root>
            </configuration>
            """.formatted(name, name, name));
    }

    private static List<String> numbered(String before) {
        return IntStream.range(0, StartUpMain.LINES)
                .mapToObj(i -> before + "line " + i)
                .toList();
    }

    private static List<String> afterTheTime(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceFirst("^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} ", ""))
                .toList();
    }

    @Test
    void shouldInstallItselfWhenThereIsNoConfiguration() throws Exception {
        List<String> lines = new ArrayList<>(run("context"));
        assertTrue(lines.remove("root has actors"), lines::toString); // written at once, by the program
        assertEquals(numbered("[main] DEBUG - start.up: "), afterTheTime(lines));
    }

    @Test
    void shouldLeaveItToTheFileWhenThereIsOne() throws Exception {
        write(classes.resolve("logback.xml"), "file");
        List<String> lines = new ArrayList<>(numbered("file "));
        lines.add("root has file");
        assertEquals(lines, run("context"));

        write(classes.resolve("logback-test.xml"), "test");
        assertEquals("root has test", run("context").getLast());

        Path named = write(directory.resolve("named.xml"), "named");
        assertEquals(
                "root has named",
                run("context", "-Dlogback.configurationFile=" + named).getLast());
    }

    @Test
    void shouldHaveWrittenAllWhenMainThrowsBeforeThereIsASystem() throws Exception {
        assertEquals(numbered("[main] DEBUG - start.up: "), afterTheTime(run("before")));
        assertEquals(1, exit);
    }

    @Test
    void shouldHaveWrittenAllWhenMainThrowsAfterTheSystemHasStarted() throws Exception {
        List<String> lines = run("after");
        assertEquals(numbered("[main] DEBUG - start.up: "), afterTheTime(lines.subList(0, StartUpMain.LINES)));
        for (String last : List.of("/shop/feed start.up: of the feed", "/shop/feed start.up: last of the feed")) {
            assertEquals(1, lines.stream().filter(line -> line.endsWith(last)).count(), lines::toString);
        }
        assertEquals(1, exit);
    }
}
