package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Prints JMH's results as Markdown: the times, the ratios to Espalier, and the targets. Every cell is the
/// median of the forks, with the least and the most behind it; a ratio is that of two forks of the same
/// round.
public final class Table {
    /// In `Primitives` and `Channels` a column of its own: `java.util.concurrent`.
    private static final String JUC = "juc";

    private final Scores scores;
    private final List<String> engines;
    private final StringBuilder text = new StringBuilder();

    private Table(Scores scores) {
        this.scores = scores;
        boolean juc = scores.benchmarks().stream().anyMatch(each -> scores.has(each, JUC));
        engines = juc ? Stream.concat(Engines.ALL.stream(), Stream.of(JUC)).toList() : Engines.ALL;
    }

    /// Prints the table.
    ///
    /// @param args JSON files of JMH; without any, those of the last rounds
    public static void main(String[] args) throws IOException {
        List<Path> files = args.length > 0 ? Arrays.stream(args).map(Path::of).toList() : lastRounds();
        if (files.isEmpty()) {
            System.err.println("table: there are no results yet; `benchmarks/run rounds 3` makes some");
            System.exit(1);
        }
        System.out.print(of(Scores.read(files)));
    }

    /// Where rounds leave their results.
    static Path results() {
        return Path.of(System.getProperty("benchmarks.results", "target/results"));
    }

    private static List<Path> lastRounds() throws IOException {
        List<Path> folders = list(results());
        return folders.isEmpty() ? List.of() : list(folders.getLast());
    }

    private static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    /// The table as Markdown.
    static String of(Scores scores) {
        Table table = new Table(scores);
        table.times();
        table.text.append('\n');
        table.ratios();
        table.text.append('\n');
        table.targets();
        return table.text.toString();
    }

    private void times() {
        row("ns per operation", engines);
        rule(engines.size());
        for (String benchmark : scores.benchmarks()) {
            row(
                    benchmark,
                    engines.stream().map(engine -> time(benchmark, engine)).toList());
        }
    }

    private String time(String benchmark, String engine) {
        return scores.has(benchmark, engine) ? cell(scores.of(benchmark, engine), "") : "";
    }

    /// Over 1: Espalier is faster.
    private void ratios() {
        List<String> peers = engines.subList(1, engines.size());
        row("times as long as " + Engines.ESPALIER, peers);
        rule(peers.size());
        for (String benchmark : scores.benchmarks()) {
            if (scores.has(benchmark, Engines.ESPALIER)) {
                row(
                        benchmark,
                        peers.stream()
                                .map(peer -> ratio(benchmark, Engines.ESPALIER, peer))
                                .toList());
            }
        }
    }

    private String ratio(String benchmark, String ours, String peer) {
        if (!scores.has(benchmark, ours) || !scores.has(benchmark, peer)) {
            return "";
        }
        return cell(scores.of(benchmark, peer).over(scores.of(benchmark, ours)), "×");
    }

    private void targets() {
        row("target", List.of("engine", "against", "at least", "is", ""));
        text.append("|---".repeat(6)).append("|\n");
        for (String benchmark : scores.benchmarks()) {
            for (Target target : Target.ALL) {
                if (target.concerns(benchmark)
                        && scores.has(benchmark, target.ours())
                        && scores.has(benchmark, target.peer())) {
                    target(benchmark, target);
                }
            }
        }
    }

    private void target(String benchmark, Target target) {
        double is = scores.of(benchmark, target.peer())
                .over(scores.of(benchmark, target.ours()))
                .median();
        row(
                benchmark,
                List.of(
                        target.ours(),
                        target.peer(),
                        number(target.least()) + "×",
                        ratio(benchmark, target.ours(), target.peer()),
                        is >= target.least() ? "met" : "**missed**"));
    }

    private static String cell(Scores.Sample sample, String unit) {
        return number(sample.median()) + unit + " (" + number(sample.least()) + "–" + number(sample.most()) + ")";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }

    private void row(String first, List<String> cells) {
        text.append("| ").append(first);
        text.append(cells.stream().map(cell -> " | " + cell).collect(Collectors.joining()));
        text.append(" |\n");
    }

    private void rule(int cells) {
        text.append("|---").append("|---:".repeat(cells)).append("|\n");
    }
}
