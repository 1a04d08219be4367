package dev.espalier.actor;

/// A message that no actor handled.
///
/// @param message the message itself
/// @param path the actor it was meant for
/// @param reason why nobody handled it
public record DeadLetter(Object message, String path, Reason reason) {
    /// Why a message becomes a dead letter.
    public enum Reason {
        /// The actor had stopped when the message was sent.
        STOPPED,
        /// The message was still queued when the actor ended.
        LEFT_OVER,
        /// A request whose asker no longer waits.
        EXPIRED,
        /// The actor failed over it again and again.
        QUARANTINED
    }
}
