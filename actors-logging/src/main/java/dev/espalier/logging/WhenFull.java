package dev.espalier.logging;

/// What a caller does with an event for which the queue has no room. The library itself never waits: up to 1,024 of
/// its own events (crash reports, warnings) wait beside the queue, in their order, unless they are to be dropped.
public enum WhenFull {
    /// It waits for room. The default. If the sinks make no progress for the patience of the appender, nobody
    /// waits any more: events go to standard error until the sinks move again.
    BLOCK,
    /// The event is dropped, counted, and told in a summary.
    DROP,
    /// The caller writes the event to the spill file, before those that are queued get to the sinks. What cannot be
    /// written there goes to standard error.
    SPILL,
    /// The caller writes: first what is queued, then its own event.
    WRITE
}
