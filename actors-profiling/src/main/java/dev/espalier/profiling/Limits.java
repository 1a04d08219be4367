package dev.espalier.profiling;

/// From when on something is a [Trouble]; times in nanoseconds.
///
/// @param restarts so many within `restartNanos`
record Limits(long stuckNanos, long queueNanos, long hogNanos, long restartNanos, int restarts) {}
