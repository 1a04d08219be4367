package dev.espalier.profiling;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Objects;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;

/// A recording of the Flight Recorder with the settings of `actors.jfc`.
///
/// At the end of the JVM the Flight Recorder writes it by itself, beside our own stop: what actors do then
/// may be missing.
final class FlightRecording implements AutoCloseable {
    private final Recording recording;

    /// Begins to record.
    ///
    /// @param file where it is written to at the end
    /// @throws IOException if the file cannot be written
    FlightRecording(Path file) throws IOException {
        recording = new Recording(settings());
        try {
            recording.setName("actors");
            recording.setDestination(file);
            recording.setDumpOnExit(true);
            recording.start();
        } catch (IOException | RuntimeException e) {
            recording.close();
            throw e;
        }
    }

    private static Configuration settings() throws IOException {
        try (InputStream in = Objects.requireNonNull(FlightRecording.class.getResourceAsStream("actors.jfc"));
                Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            return Configuration.create(reader);
        } catch (ParseException e) {
            throw new IOException("actors.jfc", e);
        }
    }

    @Override
    public void close() {
        if (recording.getState() == RecordingState.RUNNING) {
            recording.stop(); // writes the file
        }
        recording.close();
    }
}
