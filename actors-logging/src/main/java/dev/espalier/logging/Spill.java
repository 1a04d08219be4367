package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The file for events that the sinks did not take in time. Opened with the first event, each is flushed. What
/// cannot be written goes to standard error. Confined to who holds the lock of the [Rescue].
final class Spill {
    private final Path file;
    private @Nullable Writer writer;

    Spill(Path file) {
        this.file = file;
    }

    void write(ILoggingEvent event) {
        String text = Text.of(event);
        try {
            Writer to = writer;
            if (to == null) {
                to = Files.newBufferedWriter(file, UTF_8, CREATE, APPEND);
                writer = to;
            }
            to.write(text);
            to.flush();
        } catch (IOException | RuntimeException e) {
            LastResort.say(text);
        }
    }

    Path file() {
        return file.toAbsolutePath();
    }
}
