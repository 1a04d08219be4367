package dev.espalier.actor;

/// What became of a message that was sent without waiting. Unless it was accepted, the sender still has it: it
/// is counted nowhere and is no dead letter.
public enum Told {
    /// It is in the mailbox.
    ACCEPTED,
    /// There is no room now; there may be later.
    FULL,
    /// The mailbox has closed for good: the actor has stopped, or is about to.
    CLOSED
}
