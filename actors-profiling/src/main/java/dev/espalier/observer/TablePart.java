package dev.espalier.observer;

import dev.espalier.profiling.By;
import dev.espalier.profiling.Report;
import dev.espalier.profiling.Row;
import dev.espalier.profiling.Sort;
import java.util.List;

/// The table of a profile: what a [Report] says, times in nanoseconds, the first [#MOST] rows.
final class TablePart {
    private static final int MOST = 200;

    private TablePart() {}

    static byte[] of(Report report, By by, Sort sort) {
        List<Row> rows = report.rows(by, sort);
        Json json = new Json(16_384);
        json.object().name("by").value(Words.of(by)).name("sort").value(Words.of(sort));
        json.name("level").value(report.level().toString());
        json.name("took").value(report.took().toNanos()).name("restarts").value(report.restarts());
        json.name("calls").value(rows.stream().mapToLong(Row::calls).sum());
        json.name("all").value(rows.size()).name("rows").array();
        rows.stream().limit(MOST).forEach(row -> write(json, row));
        return json.endArray().endObject().bytes();
    }

    private static void write(Json json, Row row) {
        json.array().value(row.name()).value(row.calls()).value(row.failed());
        json.value(row.own().toNanos()).value(row.ownPerCall().toNanos());
        json.value(row.cumulative().toNanos()).value(row.perCall().toNanos());
        json.value(row.p50().toNanos()).value(row.p99().toNanos());
        json.value(row.waitP50().toNanos()).value(row.waitP99().toNanos());
        json.value(row.cpu().toNanos()).endArray();
    }
}
