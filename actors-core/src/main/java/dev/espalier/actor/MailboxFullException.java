package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// Thrown by a tell to a full mailbox with [Overflow#FAIL]. The message was not accepted.
public final class MailboxFullException extends ActorException {
    private static final long serialVersionUID = 1L;

    MailboxFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
