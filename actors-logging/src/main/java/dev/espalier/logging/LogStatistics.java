package dev.espalier.logging;

import java.util.Map;

/// What became of all events of an appender so far: `emitted = written + queued + the sum of others`, exactly
/// when nobody is logging; else off by what is just moving. Immutable.
///
/// @param emitted taken from callers, after the filters of the appender
/// @param written given to every sink and flushed, and none of them failed
/// @param queued not yet given to the sinks, or not yet flushed by them
/// @param others the rest, by its fate; all fates are there
public record LogStatistics(long emitted, long written, long queued, Map<Fate, Long> others) {
    /// Copies the map.
    public LogStatistics {
        others = Map.copyOf(others);
    }

    /// The number of events with this fate.
    public long of(Fate fate) {
        return others.getOrDefault(fate, 0L);
    }

    /// Whether the identity holds.
    public boolean isBalanced() {
        return emitted
                == written
                        + queued
                        + others.values().stream().mapToLong(Long::longValue).sum();
    }
}
