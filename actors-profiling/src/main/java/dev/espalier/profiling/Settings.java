package dev.espalier.profiling;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What system properties say; see [Profiling].
final class Settings {
    private static final Logger LOG = LoggerFactory.getLogger("dev.espalier.profiling");
    private static boolean asked;

    private Settings() {}

    /// `dev.espalier.profiling.level`, or the default.
    static Level level() {
        return level(Level.COUNTERS);
    }

    private static Level level(Level unlessSet) {
        String text = System.getProperty("dev.espalier.profiling.level");
        if (text == null) {
            return unlessSet;
        }
        try {
            return Level.parse(text);
        } catch (IllegalArgumentException e) {
            LOG.warn("dev.espalier.profiling.level is ignored: {}", e.getMessage());
            return unlessSet;
        }
    }

    /// Whether `dev.espalier.profiling.detectors` is `true`.
    static boolean detects() {
        return Boolean.getBoolean("dev.espalier.profiling.detectors");
    }

    /// Begins to record, once, if `dev.espalier.profiling.folder` or `dev.espalier.profile` say where to.
    static synchronized void startOnce() {
        if (asked) {
            return;
        }
        String folder = System.getProperty("dev.espalier.profiling.folder");
        String profile = ProfileSetting.text();
        asked = folder != null || profile != null;
        if (folder != null) {
            start(folder);
        }
        if (profile != null) {
            begin(profile);
        }
    }

    private static void begin(String profile) {
        try {
            ProfileSwitch.use(ProfileSetting.parse(profile));
        } catch (IllegalArgumentException e) {
            LOG.warn("dev.espalier.profile is ignored: {}", e.getMessage());
        }
    }

    @SuppressWarnings({"resource", "MustBeClosedChecker"}) // the end of the process closes it
    private static @Nullable Profiler start(String folder) {
        try {
            return Profiler.builder()
                    .level(level(Level.FULL))
                    .folder(Path.of(folder))
                    .start();
        } catch (IllegalStateException | InvalidPathException e) {
            LOG.warn("Nothing is recorded", e);
            return null;
        }
    }
}
