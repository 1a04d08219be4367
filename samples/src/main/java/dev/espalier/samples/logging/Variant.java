package dev.espalier.samples.logging;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A way to write the log: the program knows SLF4J only, so it is a matter of class path and configuration.
enum Variant {
    SYNC("sync file", "sync.xml"),
    ASYNC("AsyncAppender", "async.xml"),
    LOG4J("Log4j2 async", "log4j2.xml"),
    ESPALIER("Espalier", "espalier.xml");

    private static final String LOGGING = "actors-logging";

    final String title;
    private final String configuration;

    Variant(String title, String configuration) {
        this.title = title;
        this.configuration = configuration;
    }

    /// What the child JVM gets: where it logs to, and how.
    List<String> arguments(Path file, String sink) {
        Stream<String> own = this == LOG4J
                ? Stream.of(
                        "-Dlog4j2.configurationFile=logging/" + configuration,
                        "-Dlog4j2.contextSelector=org.apache.logging.log4j.core.async.AsyncLoggerContextSelector",
                        "-Dlog4j2.asyncLoggerRingBufferSize=65536",
                        "--sun-misc-unsafe-memory-access=allow") // the Disruptor's
                : Stream.of("-Dlogback.configurationFile=logging/" + configuration);
        Stream<String> common = Stream.of("-Dlog.file=" + file, "-Dlog.sink=" + sink, "-cp", classPath());
        return Stream.concat(own, common).toList();
    }

    /// Two libraries that both want to be SLF4J's must not meet.
    private String classPath() {
        String own = System.getProperty("java.class.path");
        if (this != LOG4J) {
            return own;
        }
        List<String> log4j = jars(home().resolveSibling("log4j"));
        Stream<String> others = Arrays.stream(own.split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("logback") && !entry.contains(LOGGING));
        return Stream.concat(others, log4j.stream()).collect(Collectors.joining(File.pathSeparator));
    }

    private static Path home() {
        try {
            return Path.of(Variant.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> jars(Path folder) {
        try (Stream<Path> found = Files.list(folder)) {
            return found.map(Path::toString).toList();
        } catch (java.io.IOException e) {
            throw new IllegalStateException("The build puts Log4j2 there", e);
        }
    }
}
