package dev.espalier.actor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a system stopped: one entry per actor that was stopped, in the order in which they ended, so children
/// stand before their parents.
///
/// @param system the name of the system
/// @param took from the first `pleaseStop` to the end of the root
/// @param ledger what became of all messages of the system
/// @param actors how each actor ended
public record StopReport(String system, Duration took, Ledger ledger, List<End> actors) {
    /// How an actor ended.
    public enum How {
        /// By itself, or after `pleaseStop` within its grace.
        CLEAN,
        /// After its grace was over, by a cancel.
        CANCELLED,
        /// After an interrupt.
        INTERRUPTED,
        /// Not at all: its thread did not come back and was left behind.
        ABANDONED,
        /// By a failure.
        FAILED
    }

    /// How one actor ended.
    ///
    /// @param path its path
    /// @param how the way
    /// @param took from its `pleaseStop` to its end
    /// @param polite how much of it was grace
    /// @param cancelled how long it went on after the cancel
    /// @param interrupted how long it went on after the interrupt
    /// @param drained messages that met their fate meanwhile
    /// @param left messages left over as dead letters
    /// @param cause what it failed by, or null
    /// @param stack where its thread was when the grace was over; empty if it ended in time
    public record End(
            String path,
            How how,
            Duration took,
            Duration polite,
            Duration cancelled,
            Duration interrupted,
            long drained,
            long left,
            @Nullable Throwable cause,
            List<StackTraceElement> stack) {}

    /// Whether every actor ended cleanly.
    public boolean isClean() {
        return actors.stream().allMatch(end -> end.how == How.CLEAN);
    }

    /// How many actors ended in each way.
    public Map<How, Integer> counts() {
        Map<How, Integer> counts = new EnumMap<>(How.class);
        for (How how : How.values()) {
            counts.put(how, 0);
        }
        actors.forEach(end -> counts.merge(end.how, 1, Integer::sum));
        return counts;
    }

    /// For people: a summary, every actor that did not end cleanly with its stack, and the slowest ones.
    public String toText() {
        Map<How, Integer> counts = counts();
        StringBuilder text = new StringBuilder(256);
        text.append("Stop report of ")
                .append(system)
                .append(": ")
                .append(actors.size())
                .append(" actors in ")
                .append(seconds(took))
                .append(" (");
        List<String> parts = new ArrayList<>();
        counts.forEach((how, n) -> {
            if (n > 0) {
                parts.add(n + " " + how.name().toLowerCase(java.util.Locale.ROOT));
            }
        });
        text.append(String.join(", ", parts))
                .append(")\n  messages: ")
                .append(ledger.accepted())
                .append(" accepted = ")
                .append(ledger.processed())
                .append(" processed + ")
                .append(ledger.deadLettered())
                .append(" dead letters + ")
                .append(ledger.dropped())
                .append(" dropped + ")
                .append(ledger.queued())
                .append(" queued\n");
        actors.stream().filter(end -> end.how != How.CLEAN).limit(100).forEach(end -> line(text, end));
        List<End> slow = actors.stream()
                .filter(end -> end.how == How.CLEAN && (end.took.toMillis() > 0 || end.drained > 0 || end.left > 0))
                .sorted(Comparator.comparing(End::took).reversed())
                .limit(10)
                .toList();
        slow.forEach(end -> line(text, end));
        return text.toString();
    }

    private static void line(StringBuilder text, End end) {
        text.append(String.format(
                "  %-11s %8s  drained %d, left %d  %s%n",
                end.how.name().toLowerCase(java.util.Locale.ROOT), seconds(end.took), end.drained, end.left, end.path));
        if (end.cause != null) {
            text.append("      ").append(end.cause).append('\n');
        }
        end.stack.stream()
                .limit(20)
                .forEach(frame -> text.append("      at ").append(frame).append('\n'));
    }

    private static String seconds(Duration d) {
        return String.format(java.util.Locale.ROOT, "%.3f s", d.toNanos() / 1e9);
    }

    /// For tools: the same as one JSON object; times in milliseconds.
    public String toJson() {
        StringBuilder json = new StringBuilder(512);
        json.append("{\"system\":")
                .append(quoted(system))
                .append(",\"tookMillis\":")
                .append(millis(took))
                .append(",\"clean\":")
                .append(isClean())
                .append(",\"counts\":{");
        List<String> parts = new ArrayList<>();
        counts().forEach((how, n) -> parts.add("\"" + how.name().toLowerCase(java.util.Locale.ROOT) + "\":" + n));
        json.append(String.join(",", parts))
                .append("},\"ledger\":{\"accepted\":")
                .append(ledger.accepted())
                .append(",\"processed\":")
                .append(ledger.processed())
                .append(",\"deadLettered\":")
                .append(ledger.deadLettered())
                .append(",\"dropped\":")
                .append(ledger.dropped())
                .append(",\"queued\":")
                .append(ledger.queued())
                .append(",\"overBound\":")
                .append(ledger.overBound())
                .append("},\"actors\":[");
        String comma = "";
        for (End end : actors) {
            json.append(comma);
            comma = ",";
            appendJson(json, end);
        }
        return json.append("]}").toString();
    }

    private static void appendJson(StringBuilder json, End end) {
        json.append("{\"path\":")
                .append(quoted(end.path))
                .append(",\"how\":\"")
                .append(end.how.name().toLowerCase(java.util.Locale.ROOT))
                .append("\",\"tookMillis\":")
                .append(millis(end.took))
                .append(",\"politeMillis\":")
                .append(millis(end.polite))
                .append(",\"cancelledMillis\":")
                .append(millis(end.cancelled))
                .append(",\"interruptedMillis\":")
                .append(millis(end.interrupted))
                .append(",\"drained\":")
                .append(end.drained)
                .append(",\"left\":")
                .append(end.left);
        if (end.cause != null) {
            json.append(",\"cause\":").append(quoted(end.cause.toString()));
        }
        if (!end.stack.isEmpty()) {
            json.append(",\"stack\":[");
            json.append(String.join(
                            ",",
                            end.stack.stream().map(f -> quoted(f.toString())).toList()))
                    .append(']');
        }
        json.append('}');
    }

    private static String millis(Duration d) {
        return String.format(java.util.Locale.ROOT, "%.3f", d.toNanos() / 1e6);
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c < 0x20 || Character.isSurrogate(c)) {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        return json.append('"').toString();
    }
}
