package dev.espalier.logging;

import ch.qos.logback.classic.Level;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What callers do when the queue is full, by the level of the event. Immutable.
final class Levels {
    private final TreeMap<Integer, WhenFull> from = new TreeMap<>();

    private Levels() {
        from.put(Integer.MIN_VALUE, WhenFull.BLOCK);
    }

    /// `DROP`, or `INFO=BLOCK, TRACE=DROP`: each holds from its level up to the next one; below all of them it
    /// is BLOCK.
    ///
    /// @throws IllegalArgumentException if it is something else
    static Levels parse(String text) {
        Levels levels = new Levels();
        for (String part : text.split(",", -1)) {
            String[] sides = part.strip().split("=", -1);
            if (sides.length > 2) {
                throw new IllegalArgumentException("Not LEVEL=WHAT: " + part.strip());
            }
            int level = sides.length == 1 ? Integer.MIN_VALUE : level(sides[0].strip());
            levels.from.put(
                    level, WhenFull.valueOf(sides[sides.length - 1].strip().toUpperCase(Locale.ROOT)));
        }
        return levels;
    }

    private static int level(String name) {
        Level level = Level.toLevel(name, null);
        if (level == null) {
            throw new IllegalArgumentException("No level: " + name);
        }
        return level.toInt();
    }

    WhenFull of(Level level) {
        Map.Entry<Integer, WhenFull> entry = from.floorEntry(level.toInt());
        return entry == null ? WhenFull.BLOCK : entry.getValue();
    }
}
