package dev.espalier.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs JMH so that a noisy machine treats all engines alike: in every round each benchmark runs once on each
/// engine, in one short fork, and every round begins with another engine. JMH itself would run all forks of
/// one engine before those of the next.
///
/// Each round leaves a JSON file of JMH; [Table] reads them.
public final class Rounds {
    private final Options options;
    private final Path folder;
    private int failed;

    private Rounds(Options options, Path folder) {
        this.options = options;
        this.folder = folder;
    }

    /// Runs.
    ///
    /// @param args the number of rounds, then arguments of JMH
    public static void main(String[] args) throws IOException, CommandLineOptionException {
        if (args.length == 0 || !args[0].matches("[1-9][0-9]{0,3}")) {
            System.err.println("rounds: how many?");
            System.exit(2);
        }
        int count = Integer.parseInt(args[0]);
        Options options = new CommandLineOptions(Arrays.copyOfRange(args, 1, args.length));
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace(":", "");
        Path folder = Table.results().resolve(time);
        Files.createDirectories(folder);
        Rounds rounds = new Rounds(options, folder);
        for (int round = 1; round <= count; round++) {
            rounds.run(round, count);
        }
        System.out.println();
        Table.main(new String[0]);
        if (rounds.failed > 0) {
            System.err.println(rounds.failed + " runs failed, see above");
            System.exit(1);
        }
    }

    private void run(int round, int count) throws IOException {
        List<RunResult> results = new ArrayList<>();
        var silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
        var entries = BenchmarkList.defaultList().find(silent, options.getIncludes(), options.getExcludes());
        for (BenchmarkListEntry entry : entries) {
            List<String> engines = engines(entry);
            Collections.rotate(engines, 1 - round);
            for (String engine : engines) {
                for (RunResult result : runOne(entry, entries, engine)) {
                    results.add(result);
                    print(round, count, result);
                }
            }
        }
        Path file = folder.resolve("round-%04d.json".formatted(round));
        try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
        }
    }

    private List<String> engines(BenchmarkListEntry entry) {
        List<String> engines =
                new ArrayList<>(List.of(entry.getParams().orElse(Map.of()).getOrDefault("engine", new String[0])));
        var wanted = options.getParameter("engine");
        if (wanted.hasValue()) {
            engines.retainAll(wanted.get());
        }
        return engines;
    }

    /// An include would add to those of the command line, so all others are excluded.
    private Collection<RunResult> runOne(BenchmarkListEntry entry, Collection<BenchmarkListEntry> all, String engine) {
        ChainedOptionsBuilder builder = new OptionsBuilder().parent(options);
        for (BenchmarkListEntry other : all) {
            if (!other.getUsername().equals(entry.getUsername())) {
                builder = builder.exclude("^" + other.getUsername().replace(".", "\\.") + "$");
            }
        }
        Options one = builder.param("engine", engine)
                .forks(1)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        try {
            return new Runner(one).run();
        } catch (RunnerException e) {
            failed++;
            System.err.println(entry.getUsername() + " on " + engine + " failed: " + e);
            return List.of();
        }
    }

    private static void print(int round, int count, RunResult result) {
        var params = result.getParams();
        String shape = params.getParamsKeys().contains("shape") ? " " + params.getParam("shape") : "";
        System.out.printf(
                Locale.ROOT,
                "round %d/%d  %-30s %-20s %12.1f ns%n",
                round,
                count,
                Scores.simpleName(params.getBenchmark()) + shape,
                params.getParam("engine"),
                result.getPrimaryResult().getScore());
    }
}
