package dev.espalier.profiling;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A profile that somebody wants without a change of the program: what the system property `dev.espalier.profile` says,
/// or the environment variable `ESPALIER_PROFILE`; see [Profiling]. Immutable.
///
/// @param level how much is recorded
/// @param samples the distance of samples; null for none
/// @param duration after which it ends; null for the end of the JVM
/// @param flightRecorder whether the events are written, too
/// @param signal that begins and ends it, such as `USR1`; null if it begins with the first system
record ProfileSetting(
        Path folder,
        Level level,
        @Nullable Duration samples,
        @Nullable Duration duration,
        boolean flightRecorder,
        @Nullable String signal) {
    private static final Pattern TIME = Pattern.compile("([1-9][0-9]{0,8})(ms|s|m|h)");
    private static final Duration SAMPLE = Duration.ofMillis(10);

    /// What is set; null if nothing is.
    static @Nullable String text() {
        String text = System.getProperty("dev.espalier.profile");
        return text != null ? text : System.getenv("ESPALIER_PROFILE");
    }

    /// Reads `folder,level=1:16,samples=10ms,duration=60s,jfr,signal=USR1`, of which all but the folder may be left
    /// out.
    ///
    /// @throws IllegalArgumentException if it is something else
    static ProfileSetting parse(String text) {
        String[] parts = text.split(",", -1);
        ProfileSetting setting = new ProfileSetting(folder(parts[0].strip()), Level.FULL, null, null, false, null);
        for (int i = 1; i < parts.length; i++) {
            setting = setting.with(parts[i].strip());
        }
        return setting;
    }

    private static Path folder(String text) {
        String folder = text.startsWith("folder=") ? text.substring("folder=".length()) : text;
        if (folder.isEmpty()) {
            throw new IllegalArgumentException("A profile needs a folder, which comes first");
        }
        try {
            return Path.of(folder);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("No folder: " + folder, e);
        }
    }

    private ProfileSetting with(String part) {
        int sign = part.indexOf('=');
        String value = sign < 0 ? "" : part.substring(sign + 1);
        return switch (sign < 0 ? part : part.substring(0, sign)) {
            case "level" -> new ProfileSetting(folder, Level.parse(value), samples, duration, flightRecorder, signal);
            case "samples" -> new ProfileSetting(folder, level, sample(value), duration, flightRecorder, signal);
            case "duration" -> new ProfileSetting(folder, level, samples, time(value), flightRecorder, signal);
            case "jfr" -> new ProfileSetting(folder, level, samples, duration, true, signal);
            case "signal" -> new ProfileSetting(folder, level, samples, duration, flightRecorder, signal(value));
            default ->
                throw new IllegalArgumentException(
                        "A profile has a folder, level, samples, duration, jfr and signal, not " + part);
        };
    }

    private static Duration sample(String text) {
        return text.isEmpty() ? SAMPLE : time(text);
    }

    private static Duration time(String text) {
        Matcher time = TIME.matcher(text);
        if (!time.matches()) {
            throw new IllegalArgumentException("A time is a number and ms, s, m or h, not " + text);
        }
        long number = Long.parseLong(time.group(1));
        return switch (time.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    private static String signal(String text) {
        String name = text.startsWith("SIG") ? text.substring("SIG".length()) : text;
        if (name.isEmpty() || name.equals("USR2")) {
            throw new IllegalArgumentException(
                    name.isEmpty() ? "A signal has a name, such as USR1" : "The JVM needs SIGUSR2 for itself");
        }
        return name;
    }

    Profiler start(Path into) {
        Profiler.Builder builder = Profiler.builder().level(level).folder(into);
        if (samples != null) {
            builder.samples(samples);
        }
        return (flightRecorder ? builder.flightRecorder() : builder).start();
    }
}
