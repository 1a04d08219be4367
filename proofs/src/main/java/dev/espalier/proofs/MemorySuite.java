package dev.espalier.proofs;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.ReportUtils;

/// The jcstress proofs. A proof passes if no forbidden outcome was seen; its twin, the same with a mistake, if one was.
///
/// A twin that was not caught gets a second, longer run, together with its proof. The arguments are names
/// of proofs, `Leave` for instance, or jcstress's own.
public final class MemorySuite implements Suite {
    private static final List<String> SHORT = List.of(
            "-f",
            "1",
            "-fsm",
            "1",
            "-iters",
            "4",
            "-time",
            "400",
            "-sc",
            "false",
            "-af",
            "NONE",
            // One JVM for each proof, with the second compiler, which moves most.
            "-jvmArgs",
            "-XX:-TieredCompilation -XX:+UseParallelGC");
    private static final List<String> LONG = List.of("-m", "default");

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public List<Row> run(boolean all, List<String> args, PrintStream console) throws Exception {
        String[] options = withDefaults(named(args), all ? LONG : SHORT);
        var log = Path.of("jcstress.log").toAbsolutePath();
        SortedMap<String, Row> rows = new TreeMap<>();
        try (var out = new PrintStream(Files.newOutputStream(log), true, StandardCharsets.UTF_8)) {
            System.setOut(out); // in it every twin that was caught is a failure
            console.println("What jcstress says is in " + log);
            run(options, console).forEach(row -> rows.put(row.name(), row));
            String missed = rows.values().stream()
                    .filter(row -> row.isTwin() && row.ran() && !row.passed())
                    .map(row -> row.name().split(" ", 2)[0])
                    .distinct()
                    .collect(Collectors.joining("|"));
            if (!missed.isEmpty()) {
                console.println("Not caught yet, once more and longer: " + missed);
                run(longer(options, missed), console).forEach(row -> rows.merge(row.name(), row, MemorySuite::worse));
            }
        } finally {
            System.setOut(console);
        }
        return List.copyOf(rows.values());
    }

    /// Names of proofs, or options of jcstress.
    private static List<String> named(List<String> args) {
        boolean names = !args.isEmpty() && args.stream().noneMatch(arg -> arg.startsWith("-"));
        return names ? List.of("-t", "\\.(" + String.join("|", args) + ")Proof") : args;
    }

    /// jcstress takes each option once: what the caller says comes first.
    private static String[] withDefaults(List<String> args, List<String> defaults) {
        List<String> all = new ArrayList<>(args);
        for (int i = 0; i < defaults.size(); i += 2) {
            if (!args.contains(defaults.get(i))) {
                all.addAll(defaults.subList(i, i + 2));
            }
        }
        all.addAll(List.of("-r", Path.of("report").toAbsolutePath().toString()));
        return all.toArray(String[]::new);
    }

    /// A proof that has failed once has failed; of everything else the longer run counts.
    private static Row worse(Row first, Row second) {
        return first.passed() || first.isTwin() ? second : first;
    }

    private static String[] longer(String[] args, String proofs) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < args.length; i += 2) {
            if (!List.of("-t", "-time", "-iters").contains(args[i])) {
                all.addAll(List.of(args).subList(i, Math.min(i + 2, args.length)));
            }
        }
        all.addAll(List.of("-t", "(" + proofs + ")Proof", "-time", "1000", "-iters", "5"));
        return all.toArray(String[]::new);
    }

    /// Runs what the arguments pick; a test that has left no result counts as one that did not run.
    private static List<Row> run(String[] args, PrintStream console) throws Exception {
        var options = new Options(args);
        if (!options.parse()) {
            System.exit(2);
        }
        var stress = new JCStress(options);
        SortedMap<String, Row> lines = new TreeMap<>();
        for (String each : stress.getTests()) {
            lines.put(shortName(each), row(shortName(each), false, 0, 0, "no result"));
        }
        console.println("Running " + lines.size() + " proofs and twins");
        if (lines.isEmpty()) {
            return List.of();
        }
        try {
            stress.run();
        } catch (AssertionError e) {
            System.out.println(e.getMessage()); // something failed, twins for instance: judged below
        }
        read(options.getResultFile()).forEach(line -> lines.put(line.name(), line));
        return List.copyOf(lines.values());
    }

    private static Row row(String name, boolean ran, long samples, long forbidden, String seen) {
        return new Row("memory", name, ran, samples, forbidden, seen);
    }

    private static String shortName(String test) {
        String name = test.replaceFirst(".*\\.(\\w+)Proof[.$]", "$1 ");
        return name.replace(" Real", " ").strip();
    }

    private static List<Row> read(String file) throws IOException, ClassNotFoundException {
        var collector = new InProcessCollector();
        var reader = new DiskReadCollector(file, collector);
        try {
            reader.dump();
        } finally {
            reader.close();
        }
        List<Row> lines = new ArrayList<>();
        for (TestResult each : ReportUtils.mergedByName(collector.getTestResults())) {
            lines.add(line(each));
        }
        return lines;
    }

    private static Row line(TestResult result) {
        long forbidden = 0;
        List<String> outcomes = new ArrayList<>();
        for (var grade : result.grading().gradingResults.values()) {
            boolean bad = grade.expect == Expect.FORBIDDEN || grade.expect == Expect.UNKNOWN;
            forbidden += bad ? grade.count : 0;
            if (grade.count > 0) {
                outcomes.add((bad ? "**" + grade.id + "**" : grade.id) + " " + String.format("%,d", grade.count));
            }
        }
        boolean ran = result.status() == Status.NORMAL;
        String seen = ran ? String.join("; ", outcomes) : result.status() + " " + result.getMessages();
        return row(shortName(result.getName()), ran, result.getTotalCount(), forbidden, seen);
    }
}
