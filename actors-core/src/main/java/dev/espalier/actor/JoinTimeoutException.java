package dev.espalier.actor;

/// Thrown by a join with a time-out when the actor has not stopped by then. The actor is not harmed.
public final class JoinTimeoutException extends ActorException {
    private static final long serialVersionUID = 1L;

    JoinTimeoutException(String message) {
        super(message, null);
    }
}
