package dev.espalier.actor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A user's program runs the same as a module on the module path and on the class path, with no flags and
/// nothing on standard error: no warning about `sun.misc.Unsafe`, native access or preview features.
@Tag("slow")
@Tag("process")
class ModulePathTest {
    private static final long DEADLINE_SECONDS = 25;

    private static final String MODULE = """
        module user {
            requires dev.espalier.core;
            requires static jdk.unsupported;
            provides dev.espalier.actor.ActorObserver with user.Listener;
        }
        """;

    private static final String LISTENER = """
        package user;

        import java.util.function.Supplier;
        import module dev.espalier.core;

        public final class Listener implements ActorObserver {
            @Override
            public void stopped(ActorRef<?> actor, StopReport.How how, Supplier<StopReport.End> details) {
                System.out.println(actor.path() + " " + how);
            }
        }
        """;

    private static final String MAIN = """
        package user;

        import module dev.espalier.core;
        import java.time.Duration;

        public final class Main {
            record Add(int number) {}

            record Sum(ReplyTo<Integer> replyTo) {}

            static final class Desk implements Behavior<Object> {
                private int sum;

                @Override
                public void onMessage(Object message, ActorContext<Object> ctx) {
                    switch (message) {
                        case Add(int number) -> sum += number;
                        case Sum(ReplyTo<Integer> replyTo) -> replyTo.reply(sum);
                        default -> throw new IllegalArgumentException();
                    }
                }
            }

            public static void main(String[] arguments) throws Exception {
                ActorSystem system = ActorSystem.start("shop");
                ActorRef<Object> desk = system.spawn(ActorSpec.behavior("desk", Desk::new)
                        .mailbox(MailboxSpec.bounded(10, Overflow.BLOCK)));
                ActorRef<Integer> feed = system.spawnBody("feed", (inbox, ctx) -> {
                    for (int number : inbox) {
                        desk.tell(new Add(number));
                    }
                });
                for (int i = 1; i <= 1_000; i++) {
                    feed.tell(i);
                }
                feed.awaitProcessed(Duration.ofSeconds(10));
                System.out.println(desk.<Integer>ask(Sum::new, Duration.ofSeconds(10)));
                Till.after(Duration.ofMillis(1)).waitForGo();
                if (arguments.length > 0) {
                    useUnsafe();
                }
                system.exit(3);
                System.out.println(system.awaitShutdown().isClean());
            }

            @SuppressWarnings("removal")
            private static void useUnsafe() throws Exception {
                var field = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
                field.setAccessible(true);
                ((sun.misc.Unsafe) field.get(null)).allocateMemory(8);
            }
        }
        """;

    private static final String EXPECTED = """
        500500
        /shop/feed CLEAN
        /shop/desk CLEAN
        /shop CLEAN
        true
        """;

    @TempDir
    static Path directory;

    private static Path program;
    private static Path logback;

    /// What a run has left.
    private record Run(int code, String out, String err) {}

    @BeforeAll
    static void compile() throws Exception {
        Path core = home(ActorSystem.class);
        assertTrue(
                Files.isRegularFile(core) || Files.exists(core.resolve("module-info.class")),
                () -> core + " has no module-info.class: build it with Maven");
        Path source = directory.resolve("source");
        program = directory.resolve("classes");
        List<String> arguments = new ArrayList<>(
                List.of("-d", program.toString(), "-nowarn", "--module-path", join(List.of(core, home("jspecify")))));
        arguments.addAll(List.of("--add-modules", "jdk.unsupported", "-XDignore.symbol.file"));
        arguments.add(write(source.resolve("module-info.java"), MODULE));
        arguments.add(write(source.resolve("user/Listener.java"), LISTENER));
        arguments.add(write(source.resolve("user/Main.java"), MAIN));
        int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertEquals(0, result, "javac");
        write(program.resolve("META-INF/services/" + ActorObserver.class.getName()), "user.Listener\n");
        logback = directory.resolve("quiet.xml");
        write(logback, "<configuration><root level='ERROR' /></configuration>");
    }

    private static String write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text, UTF_8).toString();
    }

    /// The directory or jar that a class comes from.
    private static Path home(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /// The jar whose name begins so and goes on with a version.
    private static Path home(String artifact) {
        List<Path> found = ChildJvm.classPathEntries().stream()
                .map(Path::of)
                .filter(entry -> entry.getFileName().toString().matches(artifact + "-\\d.*\\.jar"))
                .toList();
        assertEquals(1, found.size(), () -> artifact + " on " + ChildJvm.classPath());
        return found.getFirst();
    }

    /// What a user of the module has.
    private static List<Path> path() throws URISyntaxException {
        Stream<Path> libraries = Stream.of(
                        "jctools-core",
                        "jctools-core-jdk11",
                        "jspecify",
                        "slf4j-api",
                        "logback-classic",
                        "logback-core")
                .map(ModulePathTest::home);
        return Stream.concat(Stream.of(program, home(ActorSystem.class)), libraries)
                .toList();
    }

    private static String join(List<Path> paths) {
        return paths.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private static Run onModulePath(String... arguments) throws Exception {
        return run(List.of("--module-path", join(path()), "--module", "user/user.Main"), arguments);
    }

    private static Run onClassPath(String... arguments) throws Exception {
        return run(List.of("-cp", join(path()), "user.Main"), arguments);
    }

    private static Run run(List<String> how, String... arguments) throws Exception {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Dlogback.configurationFile=" + logback);
        command.addAll(how);
        command.addAll(Arrays.asList(arguments));
        var builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH"));
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS), "It has not ended in time");
        } finally {
            process.destroyForcibly();
        }
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    @Test
    void shouldRunQuietlyWhenOnTheModulePath() throws Exception {
        assertEquals(new Run(3, EXPECTED, ""), onModulePath());
    }

    @Test
    void shouldRunQuietlyWhenOnTheClassPath() throws Exception {
        assertEquals(new Run(3, EXPECTED, ""), onClassPath());
    }

    /// Without this the silence above would mean nothing.
    @Test
    void shouldBeHeardWhenAProgramUsesUnsafe() throws Exception {
        Run run = onClassPath("unsafe");
        assertEquals(3, run.code);
        assertNotEquals("", run.err);
    }
}
