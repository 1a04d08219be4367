package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// Thrown when a parent may no longer have children: it is stopping or has stopped. Nothing was created.
public final class SpawnRefusedException extends ActorException {
    private static final long serialVersionUID = 1L;

    SpawnRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
