package dev.espalier.profiling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What a [Profiler] has recorded: who handled how many messages, and how long that took. Immutable.
///
/// As in Python's cProfile, a row has the number of calls (messages), the own and the cumulative time, both
/// also for one call, and here percentiles. Times are by the clock on the wall: they contain what the code
/// waited for, but the own time not the waits for replies to asks.
///
/// @param began when the recording began, by the wall clock
/// @param took how long it went on
/// @param level how much was recorded
/// @param restarts how many restarts there were meanwhile
/// @param running what actors had in hand at the end, at most 1,000
public record Report(
        Instant began, Duration took, Level level, long restarts, List<ActorFigures> running, Lines lines) {
    /// One figure of the whole.
    record Line(String path, Sheet.Key key, Figures figures) {}

    /// All there is, from which rows are made; opaque.
    public static final class Lines {
        private final List<Line> all;
        private final List<Flow.Line> flows;
        private final Samples samples;

        Lines(List<Line> all, List<Flow.Line> flows, Samples samples) {
            this.samples = samples;
            this.all = List.copyOf(all);
            this.flows = List.copyOf(flows);
        }
    }

    /// The rows.
    ///
    /// @param by what makes one row
    /// @param sort their order
    public List<Row> rows(By by, Sort sort) {
        Map<String, Figures> groups = new TreeMap<>();
        for (Line line : lines.all) {
            groups.computeIfAbsent(by.name(line), name -> new Figures()).add(line.figures, 1);
        }
        Map<String, Long> cpu = new HashMap<>();
        samplesOf(by).forEach((name, nanos) -> cpu.merge(heirOf(name, groups.keySet()), nanos, Long::sum));
        cpu.keySet().forEach(name -> groups.computeIfAbsent(name, none -> new Figures()));
        return groups.entrySet().stream()
                .map(group -> group.getValue().row(group.getKey(), cpu.getOrDefault(group.getKey(), 0L)))
                .filter(row -> row.calls() > 0 || row.cpu().isPositive())
                .sorted(sort.order())
                .toList();
    }

    /// The processor time of actors: of some there is nothing else, such as a body that computes and receives nothing.
    private Map<String, Long> samplesOf(By by) {
        if (by != By.PATH && by != By.CODE) {
            return Map.of();
        }
        Map<String, Long> cpu = lines.samples.sums(Samples.Kind.CPU, by);
        cpu.keySet().removeIf(name -> name.isEmpty() || name.startsWith("("));
        return cpu;
    }

    /// The row that has the figures of an actor, also if it has ended.
    private static String heirOf(String name, Set<String> rows) {
        if (rows.contains(name)) {
            return name;
        }
        for (int at = name.lastIndexOf('/'); at > 0; at = name.lastIndexOf('/', at - 1)) {
            String heir = name.substring(0, at) + "/*";
            if (rows.contains(heir)) {
                return heir;
            }
        }
        return name;
    }

    /// Who has sent how much to whom, the most first. Empty unless messages were sampled.
    ///
    /// @param by [By#PATH] or [By#CODE]
    /// @throws IllegalArgumentException if it is something else
    public List<Flow> flows(By by) {
        if (by != By.PATH && by != By.CODE) {
            throw new IllegalArgumentException("Messages flow between paths or classes of code, not by " + by);
        }
        Map<Flow, Long> sums = new TreeMap<>(Comparator.comparing(Flow::to).thenComparing(Flow::from));
        for (Flow.Line line : lines.flows) {
            sums.merge(new Flow(line.from(by), line.to(by), 0), line.messages(), Long::sum);
        }
        return sums.entrySet().stream()
                .filter(flow -> flow.getValue() > 0)
                .map(flow -> new Flow(flow.getKey().from(), flow.getKey().to(), flow.getValue()))
                .sorted(Comparator.comparingLong(Flow::messages).reversed())
                .toList();
    }

    /// For people: the rows by path, by code and by message, and who sends to whom, at most 40 of each.
    ///
    /// @param sort their order
    public String toText(Sort sort) {
        return ReportText.of(this, sort);
    }

    /// For spreadsheets: all rows of all four kinds as comma-separated values with a header, times in
    /// nanoseconds. Who sends to whom comes as rows of kind `flow_path` and `flow_code` with the sender in the last
    /// column.
    public String toCsv() {
        return ReportTable.csv(this);
    }

    /// For tools: all rows of all four kinds as one JSON object, times in nanoseconds.
    public String toJson() {
        return ReportJson.of(this);
    }

    /// The table that mo-threads writes: a tab-separated row for each handler, each value as JSON, times in
    /// seconds; `file` is the class of the behavior or body, `method` that of the message, `line` is 0.
    public String toTab() {
        return ReportTable.tab(this);
    }

    /// Writes `profile.txt`, `profile.csv`, `profile.json` and `profile.tab`.
    ///
    /// @param folder where; made if there is none
    /// @throws IOException if a file cannot be written
    public void writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("profile.txt"), toText(Sort.OWN));
        Files.writeString(folder.resolve("profile.csv"), toCsv());
        Files.writeString(folder.resolve("profile.json"), toJson());
        Files.writeString(folder.resolve("profile.tab"), toTab());
    }

    /// One line about it.
    @Override
    public String toString() {
        long calls = rows(By.MESSAGE, Sort.NAME).stream().mapToLong(Row::calls).sum();
        return "Profile of " + ReportText.time(took) + " at level " + level + ": " + calls + " messages";
    }
}
