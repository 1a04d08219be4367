package dev.espalier.profiling;

import java.util.Locale;
import java.util.Objects;

/// How much is written down about each message. Immutable.
///
/// @param every −1: nothing; 0: the message is counted; n: it is counted, and one of n is timed, rounded up to
///     a power of two, at most 2^30; 1: all are timed
public record Level(int every) {
    /// Nothing.
    public static final Level OFF = new Level(-1);
    /// Messages are counted; the default.
    public static final Level COUNTERS = new Level(0);
    /// Every message is counted and timed.
    public static final Level FULL = new Level(1);

    private static final int MOST = 1 << 30;

    /// @throws IllegalArgumentException if it is less than −1
    public Level {
        if (every < -1) {
            throw new IllegalArgumentException("There is no level " + every);
        }
        every = every <= 1 ? every : Integer.highestOneBit(Math.min(every, MOST) - 1) << 1;
    }

    /// Every message is counted; on average one of `every` is timed, at random distances, so that a pattern
    /// in the messages does no harm. Of messages that nobody sends, as those of timers, it is fewer.
    ///
    /// @param every at least 1, which is [#FULL]; rounded up to a power of two
    /// @throws IllegalArgumentException if it is less than 1
    public static Level sampled(int every) {
        if (every < 1) {
            throw new IllegalArgumentException("One of " + every + " messages cannot be timed");
        }
        return new Level(every);
    }

    /// As it stands in a system property: `off`, `counters`, `full`, or `1:16` for a sample.
    ///
    /// @throws IllegalArgumentException if it is something else
    public static Level parse(String text) {
        String word = Objects.requireNonNull(text, "text").strip().toLowerCase(Locale.ROOT);
        return switch (word) {
            case "off" -> OFF;
            case "counters" -> COUNTERS;
            case "full" -> FULL;
            default -> {
                if (!word.matches("1:[1-9][0-9]{0,8}")) {
                    throw new IllegalArgumentException("A level is off, counters, full or 1:N, not " + text);
                }
                yield sampled(Integer.parseInt(word.substring(2)));
            }
        };
    }

    /// In a byte: −1 and 0 as they are, and of a power of two its place, from 1.
    byte code() {
        return (byte) (every <= 0 ? every : Integer.numberOfTrailingZeros(every) + 1);
    }

    /// The one that tells more.
    Level finer(Level other) {
        if (every <= 0 || other.every <= 0) {
            return every >= other.every ? this : other;
        }
        return every <= other.every ? this : other;
    }

    /// As [#parse] reads it.
    @Override
    public String toString() {
        return switch (every) {
            case -1 -> "off";
            case 0 -> "counters";
            case 1 -> "full";
            default -> "1:" + every;
        };
    }
}
