package dev.espalier.logging;

/// Where an event shows its actor, besides `%actor`, for sinks that know nothing of actors, such as those
/// that write JSON or choose a file by the MDC: the path as `actor`, `incarnation`, `messageType` and the
/// labels of the actor and its ancestors.
public enum ActorKey {
    /// In the MDC of the event, unless the caller has put something there under the same key; the MDC of the
    /// thread is left alone. The default.
    MDC,
    /// Among the key-value pairs.
    KEY_VALUE,
    /// Nowhere.
    NONE
}
