package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// Thrown when no reply came before the deadline of an ask. The message says who asked whom, how long it
/// waited, the state of the target and the depth of its mailbox.
public final class AskTimeoutException extends ActorException {
    private static final long serialVersionUID = 1L;

    AskTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
