package dev.espalier.profiling;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A report as rows of separated values.
final class ReportTable {
    private static final String CSV_HEADER = "by,name,calls,failed,timed,own_ns,cumulative_ns,"
            + "own_per_call_ns,cumulative_per_call_ns,p50_ns,p99_ns,max_ns,sampled,wait_p50_ns,wait_p99_ns,cpu_ns,from";
    /// Columns with numbers.
    private static final int NUMBERS = 14;
    private static final String TAB_HEADER =
            "num_calls\tself_time\ttotal_time\tself_time_per_call\t" + "total_time_per_call\tfile\tline\tmethod";

    private ReportTable() {}

    static String csv(Report report) {
        StringBuilder text = new StringBuilder(4_096).append(CSV_HEADER).append('\n');
        for (By by : By.values()) {
            for (Row row : report.rows(by, Sort.OWN)) {
                text.append(by.name().toLowerCase(Locale.ROOT)).append(',').append(csv(row.name()));
                numbers(row).forEach(number -> text.append(',').append(number));
                text.append(",\n");
            }
        }
        for (By by : List.of(By.PATH, By.CODE)) {
            for (Flow flow : report.flows(by)) {
                text.append("flow_").append(by.name().toLowerCase(Locale.ROOT)).append(',');
                text.append(csv(flow.to())).append(',').append(flow.messages());
                text.append(",".repeat(NUMBERS)).append(csv(flow.from())).append('\n');
            }
        }
        return text.toString();
    }

    /// All numbers of a row, in the order of the header.
    static List<Long> numbers(Row row) {
        return List.of(
                row.calls(),
                row.failed(),
                row.timed(),
                row.own().toNanos(),
                row.cumulative().toNanos(),
                row.ownPerCall().toNanos(),
                row.perCall().toNanos(),
                row.p50().toNanos(),
                row.p99().toNanos(),
                row.max().toNanos(),
                row.sampled(),
                row.waitP50().toNanos(),
                row.waitP99().toNanos(),
                row.cpu().toNanos());
    }

    /// As RFC 4180 has it.
    private static String csv(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    static String tab(Report report) {
        return report.rows(By.HANDLER, Sort.OWN).stream()
                .map(ReportTable::tab)
                .collect(Collectors.joining("\n", TAB_HEADER + "\n", "\n"));
    }

    private static String tab(Row row) {
        int split = row.name().indexOf('('); // the message may be "(other types)"
        return String.join(
                "\t",
                Long.toString(row.calls()),
                seconds(row.own().toNanos()),
                seconds(row.cumulative().toNanos()),
                seconds(row.ownPerCall().toNanos()),
                seconds(row.perCall().toNanos()),
                ReportJson.quoted(row.name().substring(0, split)),
                "0",
                ReportJson.quoted(row.name().substring(split + 1, row.name().length() - 1)));
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.9f", nanos / 1e9);
    }
}
