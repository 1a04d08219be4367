package dev.espalier.logging;

import ch.qos.logback.classic.Level;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/// What callers do when the queue is full, by the level of the event. Immutable.
final class Levels {
    private final int[] from;
    private final WhenFull[] then;

    private Levels(SortedMap<Integer, WhenFull> from) {
        this.from = from.keySet().stream().mapToInt(Integer::intValue).toArray();
        then = from.values().toArray(WhenFull[]::new);
    }

    /// `DROP`, or `INFO=BLOCK, TRACE=DROP`: each holds from its level up to the next one; below all of them it
    /// is BLOCK.
    ///
    /// @throws IllegalArgumentException if it is something else
    static Levels parse(String text) {
        SortedMap<Integer, WhenFull> levels = new TreeMap<>();
        levels.put(Integer.MIN_VALUE, WhenFull.BLOCK);
        for (String part : text.split(",", -1)) {
            String[] sides = part.strip().split("=", -1);
            if (sides.length > 2) {
                throw new IllegalArgumentException("Not LEVEL=WHAT: " + part.strip());
            }
            int level = sides.length == 1 ? Integer.MIN_VALUE : level(sides[0].strip());
            levels.put(level, WhenFull.valueOf(sides[sides.length - 1].strip().toUpperCase(Locale.ROOT)));
        }
        return new Levels(levels);
    }

    private static int level(String name) {
        Level level = Level.toLevel(name, null);
        if (level == null) {
            throw new IllegalArgumentException("No level: " + name);
        }
        return level.toInt();
    }

    /// Allocates nothing: it is asked for each event.
    WhenFull of(Level level) {
        int value = level.toInt();
        int i = from.length - 1;
        while (i > 0 && from[i] > value) {
            i--;
        }
        return then[i];
    }
}
