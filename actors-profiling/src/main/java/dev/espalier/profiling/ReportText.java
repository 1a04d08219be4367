package dev.espalier.profiling;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// A report for people.
final class ReportText {
    private static final int MOST = 40;

    private ReportText() {}

    static String of(Report report, Sort sort) {
        StringBuilder text = new StringBuilder(4_096);
        text.append(report).append(", ").append(report.restarts()).append(" restarts; since ");
        text.append(report.began()).append('\n');
        table(text, "path", report.rows(By.PATH, sort), sort);
        table(text, "code", report.rows(By.CODE, sort), sort);
        table(text, "message", report.rows(By.MESSAGE, sort), sort);
        flows(text, "path", report.flows(By.PATH));
        flows(text, "code", report.flows(By.CODE));
        if (!report.running().isEmpty()) {
            text.append("\nIn hand at the end:\n");
            report.running()
                    .forEach(actor -> text.append("  ")
                            .append(actor.path())
                            .append("  ")
                            .append(actor.current().orElse(""))
                            .append(actor.age().map(age -> "  for " + time(age)).orElse(""))
                            .append('\n'));
        }
        return text.toString();
    }

    private static void flows(StringBuilder text, String what, List<Flow> flows) {
        if (flows.isEmpty()) {
            return;
        }
        text.append("\nWho sends to whom, by ").append(what).append(":\n");
        text.append(String.format(Locale.ROOT, "%10s  from -> to%n", "messages"));
        for (Flow flow : flows.subList(0, Math.min(MOST, flows.size()))) {
            text.append(String.format(Locale.ROOT, "%10d  %s -> %s%n", flow.messages(), flow.from(), flow.to()));
        }
        if (flows.size() > MOST) {
            text.append("  and ").append(flows.size() - MOST).append(" more\n");
        }
    }

    private static void table(StringBuilder text, String what, List<Row> rows, Sort sort) {
        text.append("\nBy ").append(what).append(", sorted by ");
        text.append(sort.name().toLowerCase(Locale.ROOT).replace('_', ' ')).append(":\n");
        line(
                text,
                "calls",
                "failed",
                "own",
                "per call",
                "cumulative",
                "per call",
                "p50",
                "p99",
                "wait p50",
                "wait p99",
                "cpu",
                what);
        for (Row row : rows.subList(0, Math.min(MOST, rows.size()))) {
            line(
                    text,
                    Long.toString(row.calls()),
                    Long.toString(row.failed()),
                    time(row.own()),
                    time(row.ownPerCall()),
                    time(row.cumulative()),
                    time(row.perCall()),
                    time(row.p50()),
                    time(row.p99()),
                    time(row.waitP50()),
                    time(row.waitP99()),
                    time(row.cpu()),
                    row.name());
        }
        if (rows.size() > MOST) {
            text.append("  and ").append(rows.size() - MOST).append(" more\n");
        }
    }

    private static void line(StringBuilder text, Object... cells) {
        text.append(String.format(Locale.ROOT, "%10s %7s %10s %10s %10s %10s %10s %10s %10s %10s %10s  %s%n", cells));
    }

    /// In the unit that suits, four digits; `-` for none.
    static String time(Duration time) {
        double nanos = time.toNanos();
        if (nanos == 0) {
            return "-";
        }
        if (nanos < 1e3) {
            return String.format(Locale.ROOT, "%.0f ns", nanos);
        }
        if (nanos < 1e6) {
            return String.format(Locale.ROOT, "%.2f us", nanos / 1e3);
        }
        return nanos < 1e9
                ? String.format(Locale.ROOT, "%.2f ms", nanos / 1e6)
                : String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
    }
}
