package dev.espalier.observer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.LoggerContext;
import dev.espalier.logging.ActorAppender;
import dev.espalier.profiling.Detectors;
import dev.espalier.profiling.Level;
import dev.espalier.profiling.Profiling;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// The page in a real browser, driven by `src/test/browser/observer.mjs`. Skipped where there is none, unless
/// the environment says `ESPALIER_BROWSER_TEST=required`.
@Tag("slow")
class BrowserTest {
    private static final int CUSTOMERS = 10_000;
    private static final String TOKEN = Gate.freshToken();
    private static final int ACTORS = CUSTOMERS + Orchard.OTHERS;

    private static final Path SCRIPT = Path.of("src/test/browser/observer.mjs");
    /// Where `.ci/browser` puts the driver, and the pictures go.
    private static final Path FOLDER = Path.of("target/browser").toAbsolutePath();

    @BeforeAll
    static void followTheLog() {
        ActorAppender.install((LoggerContext) LoggerFactory.getILoggerFactory());
    }

    private Observer observer;

    @AfterEach
    void stop() {
        if (observer != null) {
            observer.close();
        }
        Profiling.level(Level.COUNTERS);
    }

    @Test
    void shouldShowTheTreeInABrowser() throws Exception {
        Optional<Path> browser = onPath("chromium");
        boolean there =
                browser.isPresent() && onPath("node").isPresent() && Files.exists(FOLDER.resolve("node_modules"));
        if (!"required".equals(System.getenv("ESPALIER_BROWSER_TEST"))) {
            assumeTrue(there, "The browser test is skipped: .ci/browser installs what it needs");
        }
        assertTrue(there, "there is no chromium, node or playwright-core; see .ci/browser");
        Path script = FOLDER.resolve(SCRIPT.getFileName()); // beside its node_modules
        Files.copy(SCRIPT, script, StandardCopyOption.REPLACE_EXISTING);
        Profiling.level(Level.sampled(4));
        try (Orchard orchard = new Orchard(CUSTOMERS)) {
            Detectors.builder().stuckAfter(Duration.ofSeconds(1)).start(orchard.system); // they end with it
            observer = Observer.builder().token(TOKEN).actions(true).start(orchard.system);
            Process node = new ProcessBuilder(
                            "node",
                            script.toString(),
                            observer.address().toString(),
                            browser.orElseThrow().toString(),
                            FOLDER.toString(),
                            String.valueOf(ACTORS))
                    .redirectErrorStream(true)
                    .start();
            try {
                String said = follow(node, orchard);
                assertTrue(node.waitFor(10, TimeUnit.SECONDS), said);
                assertEquals(0, node.exitValue(), said);
                assertTrue(said.contains("ok no error in the console"), said);
                System.out.print(said);
            } finally {
                node.descendants().forEach(ProcessHandle::destroyForcibly);
                node.destroyForcibly();
            }
        }
    }

    /// Another observer at the same address: the page should not mind, though actors have other numbers.
    private void reconnect(Orchard orchard) throws IOException {
        int port = observer.port();
        observer.close();
        observer = Observer.builder().port(port).token(TOKEN).actions(true).start(orchard.system);
    }

    private String follow(Process node, Orchard orchard) throws IOException {
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = node.inputReader(UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.append(line).append('\n');
                if (line.startsWith("do break ")) {
                    orchard.breakActor(line.substring("do break ".length()));
                } else if (line.equals("do reconnect")) {
                    reconnect(orchard);
                } else if (line.equals("do stop")) {
                    Thread.ofPlatform().daemon().start(orchard::close);
                }
            }
        }
        return said.toString();
    }

    static Optional<Path> onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator, -1))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
