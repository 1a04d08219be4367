package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// Thrown to whoever needs a living actor and met one that has stopped: the reply to an ask can no longer come,
/// or a context is used after its actor, or its incarnation, ended.
public final class ActorStoppedException extends ActorException {
    private static final long serialVersionUID = 1L;

    ActorStoppedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
