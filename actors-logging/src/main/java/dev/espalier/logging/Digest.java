package dev.espalier.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a [DigestAppender] has collected in one interval. Not thread-safe; bounded.
final class Digest {
    private static final int LONGEST_SAMPLE = 300;
    private static final int MOST_ACTORS = 20;
    private static final int TOP_ACTORS = 3;
    private static final String OTHERS = "others";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

    private record Kind(Level level, String logger, String template) {}

    private static final class Count {
        private final Map<String, Integer> actors = new HashMap<>();
        private final String sample;
        private final long first;
        private long last;
        private long events;

        Count(ILoggingEvent event) {
            sample = sample(event);
            first = event.getTimeStamp();
            last = first;
        }

        void add(ILoggingEvent event) {
            events++;
            last = Math.max(last, event.getTimeStamp());
            String path = Identity.of(event, Identity.ACTOR);
            if (path != null) {
                String key = actors.size() < MOST_ACTORS || actors.containsKey(path) ? path : OTHERS;
                actors.merge(key, 1, Integer::sum);
            }
        }
    }

    private final int bound;
    private final Map<Kind, Count> counts = new LinkedHashMap<>();
    private @Nullable Level highest;
    private long events;
    private long others;

    /// Empty.
    ///
    /// @param bound how many kinds are told apart
    Digest(int bound) {
        this.bound = bound;
    }

    private static String sample(ILoggingEvent event) {
        String text =
                String.valueOf(event.getFormattedMessage()).lines().findFirst().orElse("");
        String cause = event.getThrowableProxy() == null
                ? ""
                : ": " + event.getThrowableProxy().getClassName() + ": "
                        + event.getThrowableProxy().getMessage();
        String all = text + cause;
        return all.length() <= LONGEST_SAMPLE ? all : all.substring(0, LONGEST_SAMPLE) + "...";
    }

    void add(ILoggingEvent event) {
        events++;
        if (highest == null || event.getLevel().isGreaterOrEqual(highest)) {
            highest = event.getLevel();
        }
        Kind kind = new Kind(event.getLevel(), event.getLoggerName(), String.valueOf(event.getMessage()));
        Count count = counts.get(kind);
        if (count == null) {
            if (counts.size() >= bound) {
                others++;
                return;
            }
            count = new Count(event);
            counts.put(kind, count);
        }
        count.add(event);
    }

    boolean isEmpty() {
        return events == 0;
    }

    /// The highest one of its events; not to be called when it is empty.
    Level level() {
        return highest == null ? Level.WARN : highest;
    }

    /// The most frequent ones first.
    String text() {
        StringBuilder text = new StringBuilder();
        text.append(events).append(" events of ").append(counts.size()).append(" kinds");
        List<Map.Entry<Kind, Count>> sorted = new ArrayList<>(counts.entrySet());
        sorted.sort(Comparator.comparingLong((Map.Entry<Kind, Count> entry) -> entry.getValue().events)
                .reversed());
        for (Map.Entry<Kind, Count> entry : sorted) {
            text.append(System.lineSeparator());
            append(text, entry.getKey(), entry.getValue());
        }
        if (others > 0) {
            text.append(System.lineSeparator()).append(others).append(" of further kinds");
        }
        return text.toString();
    }

    private static void append(StringBuilder text, Kind kind, Count count) {
        text.append(count.events).append(" × ").append(kind.level).append(' ').append(kind.logger);
        text.append(", ").append(time(count.first));
        if (count.last != count.first) {
            text.append(" to ").append(time(count.last));
        }
        text.append(": ").append(count.sample);
        if (!count.actors.isEmpty()) {
            text.append(" [").append(top(count.actors)).append(']');
        }
    }

    private static String top(Map<String, Integer> actors) {
        List<String> parts = actors.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(TOP_ACTORS)
                .map(entry -> entry.getValue() + " × " + entry.getKey())
                .toList();
        return String.join(", ", parts) + (actors.size() > TOP_ACTORS ? ", ..." : "");
    }

    private static String time(long millis) {
        return TIME.format(Instant.ofEpochMilli(millis));
    }
}
