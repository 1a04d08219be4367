package dev.espalier.profiling;

import java.util.List;
import java.util.Locale;

/// A report for tools. Written by hand: one flat shape is no reason for a library that users must then
/// have, too.
final class ReportJson {
    private static final List<String> NAMES = List.of(
            "calls",
            "failed",
            "timed",
            "ownNanos",
            "cumulativeNanos",
            "ownPerCallNanos",
            "cumulativePerCallNanos",
            "p50Nanos",
            "p99Nanos",
            "maxNanos",
            "sampled",
            "waitP50Nanos",
            "waitP99Nanos",
            "cpuNanos");

    private ReportJson() {}

    static String of(Report report) {
        StringBuilder json = new StringBuilder(4_096);
        json.append("{\"began\":")
                .append(quoted(report.began().toString()))
                .append(",\"tookNanos\":")
                .append(report.took().toNanos())
                .append(",\"level\":")
                .append(quoted(report.level().toString()))
                .append(",\"restarts\":")
                .append(report.restarts())
                .append(",\"rows\":[");
        String comma = "";
        for (By by : By.values()) {
            for (Row row : report.rows(by, Sort.OWN)) {
                json.append(comma);
                comma = ",\n";
                append(json, by, row);
            }
        }
        json.append("],\"flows\":[");
        comma = "";
        for (By by : List.of(By.PATH, By.CODE)) {
            for (Flow flow : report.flows(by)) {
                json.append(comma);
                comma = ",\n";
                append(json, by, flow);
            }
        }
        return json.append("]}\n").toString();
    }

    private static void append(StringBuilder json, By by, Row row) {
        json.append("{\"by\":\"").append(by.name().toLowerCase(Locale.ROOT)).append("\",\"name\":");
        json.append(quoted(row.name()));
        List<Long> numbers = ReportTable.numbers(row);
        for (int i = 0; i < NAMES.size(); i++) {
            json.append(",\"").append(NAMES.get(i)).append("\":").append(numbers.get(i));
        }
        json.append('}');
    }

    private static void append(StringBuilder json, By by, Flow flow) {
        json.append("{\"by\":\"").append(by.name().toLowerCase(Locale.ROOT)).append("\",\"from\":");
        json.append(quoted(flow.from())).append(",\"to\":").append(quoted(flow.to()));
        json.append(",\"messages\":").append(flow.messages()).append('}');
    }

    static String quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20 || Character.isSurrogate(c)) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
