package dev.espalier.actor;

/// What a tell does when the mailbox is full.
public enum Overflow {
    /// The sender parks until there is room. The default.
    BLOCK,
    /// The tell throws [MailboxFullException].
    FAIL,
    /// The new message is dropped and counted.
    DROP_NEWEST,
    /// The oldest queued message is dropped and counted.
    DROP_OLDEST
}
