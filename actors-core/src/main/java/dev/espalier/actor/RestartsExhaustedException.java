package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// The failure of a parent whose children needed more restarts than its [Supervision] allows. The cause is the
/// failure of the last child.
public final class RestartsExhaustedException extends ActorException {
    private static final long serialVersionUID = 1L;

    RestartsExhaustedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
