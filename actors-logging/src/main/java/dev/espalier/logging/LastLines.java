package dev.espalier.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorState;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/// Keeps the last lines that each actor has logged, whatever their level is, also those that are switched
/// off; they are only read when the actor fails.
///
/// *How disabled lines get here.* Logback asks its turbo filters before it looks at the level. So this costs
/// every call of every logger some ns, and of those with arguments an array, whether it is enabled or not;
/// and in actors the copy of what may change, a look into a table and one object. Calls behind
/// `isDebugEnabled()`, and fluent ones whose level is off, never get here.
///
/// *Memory.* Of each actor the last `most` lines, of all together [#LINES] at most: an actor that would be
/// one too many takes the place of one that has stopped or, of a few others, of the one that has logged the
/// least lately. Texts are cut. Folded away when the actor ends.
///
/// *Threads.* A ring is written by its actor, one line at a time, and read by anybody. A line that is written
/// meanwhile may be there or not.
final class LastLines extends TurboFilter {
    static final int LINES = 65_536;
    private static final int FORMAT = 500;
    private static final int ARGUMENT = 200;
    private static final int TEXT = 300;
    private static final int SAMPLE = 8;
    private static final String ENGINE = "dev.espalier.actor";

    /// Of all appenders and systems: an actor has one ring.
    private static final Map<ActorRef<?>, Ring> RINGS = new ConcurrentHashMap<>();

    private static final class Line {
        private final long millis;
        private final Level level;
        private final String logger;
        private final String format;
        private final Object @Nullable [] arguments;

        Line(Logger logger, Level level, String format, Object @Nullable [] arguments) {
            this.millis = System.currentTimeMillis();
            this.level = level;
            this.logger = logger.getName();
            this.format = format;
            this.arguments = arguments;
        }

        @Override
        public String toString() {
            String message = Text.cut(Captured.text(format, arguments), TEXT);
            return LocalTime.ofInstant(Instant.ofEpochMilli(millis), ZoneId.systemDefault()) + " " + level + " "
                    + logger.substring(logger.lastIndexOf('.') + 1) + ": " + message.replace('\n', ' ');
        }
    }

    private static final class Ring {
        private final AtomicReferenceArray<@Nullable Line> lines;
        /// Written by the actor.
        private volatile int next;

        Ring(int most) {
            lines = new AtomicReferenceArray<>(most);
        }

        void add(Line line) {
            int at = next;
            lines.setRelease(at, line);
            next = at + 1 == lines.length() ? 0 : at + 1;
        }

        long lastMillis() {
            Line last = lines.getAcquire((next + lines.length() - 1) % lines.length());
            return last == null ? Long.MAX_VALUE : last.millis; // it has just been made
        }

        List<String> texts() {
            List<String> texts = new ArrayList<>();
            int first = next;
            for (int i = 0; i < lines.length(); i++) {
                Line line = lines.getAcquire((first + i) % lines.length());
                if (line != null) {
                    texts.add(line.toString());
                }
            }
            return texts;
        }
    }

    private final int most;
    private final int rings;

    /// @param most lines of an actor, positive
    LastLines(int most) {
        this.most = most;
        this.rings = Math.max(1, LINES / most);
    }

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] params,
            @Nullable Throwable t) {
        ActorRef<?> actor = format == null ? null : ActorRef.current();
        if (actor != null && format != null && !logger.getName().startsWith(ENGINE)) {
            add(actor, new Line(logger, level, Text.cut(format, FORMAT), kept(params)));
        }
        return FilterReply.NEUTRAL;
    }

    private void add(ActorRef<?> actor, Line line) {
        Ring ring = RINGS.get(actor);
        if (ring == null) {
            if (RINGS.size() >= rings) {
                evict();
            }
            ring = new Ring(most);
            RINGS.put(actor, ring);
        }
        ring.add(line);
    }

    private static void evict() {
        ActorRef<?> oldest = null;
        long age = Long.MAX_VALUE;
        int seen = 0;
        for (Map.Entry<ActorRef<?>, Ring> each : RINGS.entrySet()) {
            long last = each.getKey().state() == ActorState.STOPPED
                    ? Long.MIN_VALUE
                    : each.getValue().lastMillis();
            if (oldest == null || last < age) {
                oldest = each.getKey();
                age = last;
            }
            if (++seen >= SAMPLE) {
                break;
            }
        }
        if (oldest != null) {
            RINGS.remove(oldest);
        }
    }

    private static Object @Nullable [] kept(Object @Nullable [] params) {
        Object[] kept = Captured.arguments(params, Capture.SAFE);
        if (kept == null || !hasLong(kept)) {
            return kept;
        }
        Object[] cut = new Object[kept.length];
        for (int i = 0; i < kept.length; i++) {
            cut[i] = kept[i] instanceof String text ? Text.cut(text, ARGUMENT) : kept[i];
        }
        return cut;
    }

    private static boolean hasLong(Object[] arguments) {
        for (Object each : arguments) {
            if (each instanceof String text && text.length() > ARGUMENT) {
                return true;
            }
        }
        return false;
    }

    /// The lines of an actor, the oldest first, which are forgotten with that: its next life begins without
    /// any.
    static List<String> take(ActorRef<?> actor) {
        Ring ring = RINGS.remove(actor);
        return ring == null ? List.of() : ring.texts();
    }

    /// The actor has ended and has not failed.
    static void forget(ActorRef<?> actor) {
        RINGS.remove(actor);
    }

    static int actors() {
        return RINGS.size();
    }
}
