package dev.espalier.logging;

/// Where an event shows the path of its actor, besides `%actor`: as `actor`, for sinks that know nothing of
/// actors, such as those that write JSON or choose a file by the MDC.
public enum ActorKey {
    /// In the MDC of the event; the MDC of the thread is left alone. The default.
    MDC,
    /// Among the key-value pairs.
    KEY_VALUE,
    /// Nowhere.
    NONE
}
