package dev.espalier.actor;

/// Whether a parent ends when its significant children end by themselves.
public enum AutoShutdown {
    /// It does not. The default.
    NEVER,
    /// When the first one has ended.
    ANY_SIGNIFICANT,
    /// When the last one has ended.
    ALL_SIGNIFICANT
}
