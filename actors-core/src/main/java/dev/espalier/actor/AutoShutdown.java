package dev.espalier.actor;

/// Whether a parent ends when its significant children end by themselves: normally, by a failure that is not
/// answered by a restart, or because somebody else stopped them by their ref. What the parent does itself does
/// not count: a stop in its own code, [Children#terminate], a restart of a group with a temporary member.
public enum AutoShutdown {
    /// It does not. The default.
    NEVER,
    /// When the first one has ended.
    ANY_SIGNIFICANT,
    /// When the last one has ended.
    ALL_SIGNIFICANT
}
