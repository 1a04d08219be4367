package dev.espalier.sync;

import org.jspecify.annotations.Nullable;

/// Thrown when something was not done in the time that it was given, or before the signal that limited it.
public final class TimedOutException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// A time-out.
    ///
    /// @param message says what was waited for, and how long
    /// @param cause what ended the wait, or null
    public TimedOutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
