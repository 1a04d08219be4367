package dev.espalier.actor;

/// What a supervisor does about a failed child.
public enum Decision {
    /// Goes on with the next message and the same object; a body, which has no next message, is restarted.
    RESUME,
    /// Replaces it by a fresh incarnation behind the same ref, with the same mailbox, as its [Restart] says.
    RESTART,
    /// Stops it.
    STOP,
    /// Fails itself, with this failure as the cause.
    ESCALATE
}
