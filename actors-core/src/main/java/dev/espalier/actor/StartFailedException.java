package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// Thrown by a spawn whose actor could not start. The cause is the exception of its factory or of `onStart`; no
/// actor is left and its name is free.
public final class StartFailedException extends ActorException {
    private static final long serialVersionUID = 1L;

    StartFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
