package dev.espalier.actor;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One failure of one actor: made once, and the same object for its parent, the observers and the log.
///
/// @param path the actor that failed
/// @param incarnation which of its lives
/// @param supervisor the path of its parent
/// @param message the message it failed over, as text of at most 500 characters; null if there was none
/// @param cause what was thrown
/// @param at when, by the wall clock, for display
/// @param restart the restart type of the actor
public record Failure(
        String path,
        int incarnation,
        String supervisor,
        @Nullable String message,
        Throwable cause,
        Instant at,
        Restart restart) {
    private static final int MESSAGE_BOUND = 500;

    static @Nullable String bounded(@Nullable Object message) {
        if (message == null) {
            return null;
        }
        try {
            String text = Objects.toString(message);
            return text.length() <= MESSAGE_BOUND ? text : text.substring(0, MESSAGE_BOUND - 1) + "…";
        } catch (Throwable t) {
            return message.getClass().getName() + " (its toString() threw "
                    + t.getClass().getName() + ")";
        }
    }

    @Override
    public String toString() {
        return path + "#" + incarnation + " failed" + (message == null ? "" : " over \"" + message + "\"") + ": "
                + cause;
    }
}
