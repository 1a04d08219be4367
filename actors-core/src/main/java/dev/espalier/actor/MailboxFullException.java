package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// Thrown by a tell to a full mailbox with [Overflow#FAIL], where the message was not accepted, and by an ask
/// whose request was dropped from a full mailbox.
public final class MailboxFullException extends ActorException {
    private static final long serialVersionUID = 1L;

    MailboxFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
