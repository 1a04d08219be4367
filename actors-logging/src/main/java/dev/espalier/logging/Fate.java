package dev.espalier.logging;

/// What became of an event other than being written by every sink.
public enum Fate {
    /// Dropped: the queue was full and its level said [WhenFull#DROP].
    DROPPED,
    /// Not written, but counted in a line: there were too many of its template, see
    /// [ActorAppender#setRepeatLimit].
    REPEATED,
    /// Dropped: a sink logged it while it wrote an event that a sink had logged.
    RECURSIVE,
    /// A sink threw, was not started, or could not write or flush, so it may lack the event, or there was no sink;
    /// the others have it, and standard error.
    FAILED,
    /// The sinks had made no progress for the patience of the appender, or the engine logged it, which does not wait,
    /// and 1,024 events of the engine waited already; standard error has it.
    STUCK,
    /// The spill file has it: the queue was full and its level said [WhenFull#SPILL], or the sinks did not take it
    /// before the deadline of the close.
    SPILLED
}
