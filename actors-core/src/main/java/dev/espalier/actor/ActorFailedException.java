package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// Thrown to whoever joins or asks an actor that failed; the cause is the original exception of that actor.
public final class ActorFailedException extends ActorException {
    private static final long serialVersionUID = 1L;

    ActorFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
