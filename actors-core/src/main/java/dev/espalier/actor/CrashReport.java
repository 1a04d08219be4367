package dev.espalier.actor;

import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The text of one failure and the decision about it, bounded whatever was thrown: a stack overflow, a chain of
/// causes without end or in a circle, a message of megabytes, an exception that fails itself when it is asked.
///
/// The bounds: [#CHARS] characters in all, [#DEPTH] throwables deep, [#FRAMES] frames and [#SUPPRESSED]
/// suppressed throwables for each, [#TEXT] characters of what each says. What is left out is counted or marked.
/// Frames that a cause shares with what it caused are left out, as in a stack trace of the JDK.
///
/// Confined to one thread. It costs a copy of each stack that is shown.
final class CrashReport {
    static final int CHARS = 16_000;
    static final int DEPTH = 8;
    static final int FRAMES = 40;
    static final int SUPPRESSED = 4;
    static final int TEXT = 1_000;

    private static final StackTraceElement[] NO_STACK = {};
    private static final String CUT = "\n… the report was cut here";

    private final StringBuilder text = new StringBuilder();
    private final Set<Throwable> shown = Collections.newSetFromMap(new IdentityHashMap<>());

    private CrashReport() {}

    static String of(Failure failure, Decision decision) {
        CrashReport report = new CrashReport();
        report.head(failure, decision);
        report.add(failure.cause(), "", "", NO_STACK, 1);
        return report.text.length() <= CHARS
                ? report.text.toString()
                : report.text.substring(0, CHARS - CUT.length()) + CUT;
    }

    private void head(Failure failure, Decision decision) {
        text.append(failure)
                .append("; ")
                .append(failure.supervisor().isEmpty() ? "the system" : failure.supervisor())
                .append(" decided to ")
                .append(lowerCase(decision))
                .append("; ")
                .append(lowerCase(failure.restart()))
                .append(", grace ")
                .append(grace(failure));
    }

    private static String lowerCase(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String grace(Failure failure) {
        Duration grace = failure.grace();
        return grace == null ? "unlimited" : Ladder.nanos(grace) / 1_000_000 + " ms";
    }

    private void add(Throwable thrown, String indent, String caption, StackTraceElement[] outer, int depth) {
        if (text.length() > CHARS) {
            return;
        }
        text.append('\n').append(indent).append(caption);
        if (depth > DEPTH) {
            text.append("… deeper ones are left out");
        } else if (!shown.add(thrown)) {
            text.append(Failure.bounded(thrown, TEXT)).append(" (shown above)");
        } else {
            text.append(Failure.bounded(thrown, TEXT));
            StackTraceElement[] stack = stack(thrown);
            addFrames(stack, inCommon(stack, outer), indent);
            addSuppressed(thrown, indent, stack, depth);
            Throwable cause = cause(thrown);
            if (cause != null) {
                add(cause, indent, "Caused by: ", stack, depth + 1);
            }
        }
    }

    private void addFrames(StackTraceElement[] stack, int inCommon, String indent) {
        int own = stack.length - inCommon;
        for (int i = 0; i < Math.min(own, FRAMES); i++) {
            text.append('\n').append(indent).append("\tat ").append(stack[i]);
        }
        int more = stack.length - Math.min(own, FRAMES);
        if (more > 0) {
            text.append('\n').append(indent).append("\t... ").append(more).append(" more");
        }
    }

    private void addSuppressed(Throwable thrown, String indent, StackTraceElement[] stack, int depth) {
        Throwable[] all = thrown.getSuppressed(); // final: cannot fail
        for (int i = 0; i < Math.min(all.length, SUPPRESSED); i++) {
            add(all[i], indent + "\t", "Suppressed: ", stack, depth + 1);
        }
        if (all.length > SUPPRESSED) {
            text.append('\n').append(indent).append("\t… and ").append(all.length - SUPPRESSED);
            text.append(" suppressed ones more");
        }
    }

    /// How many of the outermost frames both have.
    private static int inCommon(StackTraceElement[] stack, StackTraceElement[] outer) {
        int common = 0;
        while (common < Math.min(stack.length, outer.length)
                && Objects.equals(stack[stack.length - 1 - common], outer[outer.length - 1 - common])) {
            common++;
        }
        return common;
    }

    private static StackTraceElement[] stack(Throwable thrown) {
        try {
            StackTraceElement[] stack = thrown.getStackTrace();
            return stack == null ? NO_STACK : stack;
        } catch (Throwable t) {
            return NO_STACK;
        }
    }

    private static @Nullable Throwable cause(Throwable thrown) {
        try {
            return thrown.getCause();
        } catch (Throwable t) {
            return null;
        }
    }
}
