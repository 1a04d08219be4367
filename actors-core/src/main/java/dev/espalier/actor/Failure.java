package dev.espalier.actor;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One failure of one actor: made once, and the same object for its parent, the observers and the log. Immutable,
/// but for what the cause itself is.
///
/// @param path the actor that failed
/// @param incarnation which of its lives
/// @param supervisor the path of its parent; empty for the root
/// @param message the message it failed over, as text of at most 500 characters; null if there was none
/// @param cause what was thrown, the object itself
/// @param at when, by the wall clock, for display
/// @param restart the restart type of the actor
/// @param grace the time that the actor gets to end when it is stopped; null: unlimited, but for the budget of
///     the system
public record Failure(
        String path,
        int incarnation,
        String supervisor,
        @Nullable String message,
        Throwable cause,
        Instant at,
        Restart restart,
        @Nullable Duration grace) {
    private static final int MESSAGE_BOUND = 500;
    private static final int SAFE_BOUND = 100;
    private static final Set<Class<?>> UNCHANGING = Set.of(
            String.class,
            Character.class,
            Boolean.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class);

    static @Nullable String bounded(@Nullable Object message) {
        return message == null ? null : bounded(message, MESSAGE_BOUND);
    }

    /// The text of something of the user's: never fails, at most so many characters.
    static String bounded(Object what, int most) {
        try {
            String text = Objects.toString(what);
            return text.length() <= most ? text : text.substring(0, most - 1) + "…";
        } catch (Throwable t) {
            return what.getClass().getName() + " (its toString() threw "
                    + t.getClass().getName() + ")";
        }
    }

    /// What can be said of a message without running code of it: its class; of what never changes also the text.
    static String safeText(Object message) {
        String type = message.getClass().getName();
        if (message instanceof Enum<?> constant) {
            return type + " " + constant.name();
        }
        return UNCHANGING.contains(message.getClass()) ? type + " " + bounded(message, SAFE_BOUND) : type;
    }

    /// The crash report: child, supervisor, decision, reason and stack as text of several lines, as it is logged.
    /// At most 16,000 characters, whatever was thrown: at most 8 throwables deep, 40 frames and 4 suppressed
    /// ones for each.
    ///
    /// *Cost.* It copies the stacks; make it when it is shown, not before.
    ///
    /// @param decision what the supervisor decided
    public String report(Decision decision) {
        return CrashReport.of(this, Objects.requireNonNull(decision, "decision"));
    }

    /// One line: path, incarnation, message and cause; at most 1,000 characters of the cause.
    @Override
    public String toString() {
        return path + "#" + incarnation + " failed" + (message == null ? "" : " over \"" + message + "\"") + ": "
                + bounded(cause, CrashReport.TEXT);
    }
}
