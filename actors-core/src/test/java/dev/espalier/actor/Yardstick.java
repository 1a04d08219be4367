package dev.espalier.actor;

import dev.espalier.sync.Strand;
import java.time.Duration;

/// How fast the machine is just now, for tests that judge a time: what the JDK alone needs for the bare minimum
/// of the same work. Absolute figures belong to the benchmarks.
final class Yardstick {
    private Yardstick() {}

    /// Starts that many green threads, each after the end of the one before: the least that actors need to end
    /// one after the other, each with code of its own.
    static Duration threadsInARow(int count) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            Strand.start("yardstick", () -> {}).join(Duration.ofMinutes(1));
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
