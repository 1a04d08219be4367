package dev.espalier.proofs;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
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

/// Runs the jcstress proofs and prints who has passed. A proof passes if no forbidden outcome was seen; its twin, the
/// same with a mistake, passes if one was seen: else the proof would not have seen the mistake either.
///
/// A twin that was not caught gets a second, longer run, together with its proof. The arguments are jcstress's own. The
/// exit code is 0 if all have passed, 1 if not.
public final class Scoreboard {
    /// What came of one test.
    private record Line(String name, boolean ran, long samples, long forbidden, String outcomes) {
        boolean twin() {
            return name.contains("Twin");
        }

        String proof() {
            return name.split(" ", 2)[0];
        }

        boolean passed() {
            return ran && samples > 0 && (forbidden > 0) == twin();
        }

        String text() {
            String verdict = passed() ? twin() ? "caught" : "ok" : twin() ? "NOT CAUGHT" : "FAILED";
            return String.format("| %-28s | %-10s | %,14d | %,10d | %s |", name, verdict, samples, forbidden, outcomes);
        }
    }

    private Scoreboard() {}

    public static void main(String[] args) throws Exception {
        PrintStream console = System.out;
        var log = Path.of("jcstress.log").toAbsolutePath();
        SortedMap<String, Line> lines = new TreeMap<>();
        try (var out = new PrintStream(Files.newOutputStream(log), true, StandardCharsets.UTF_8)) {
            System.setOut(out); // in it every twin that was caught is a failure
            console.println("What jcstress says is in " + log);
            run(args, console).forEach(line -> lines.put(line.name, line));
            String missed = lines.values().stream()
                    .filter(line -> line.twin() && line.ran && !line.passed())
                    .map(Line::proof)
                    .distinct()
                    .collect(Collectors.joining("|"));
            if (!missed.isEmpty()) {
                console.println("Not caught yet, once more and longer: " + missed);
                run(longer(args, missed), console).forEach(line -> lines.merge(line.name, line, Scoreboard::worse));
            }
        } finally {
            System.setOut(console);
        }
        System.exit(print(lines.values()) ? 0 : 1);
    }

    /// A proof that has failed once has failed; of everything else the longer run counts.
    private static Line worse(Line first, Line second) {
        return first.passed() || first.twin() ? second : first;
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
    private static List<Line> run(String[] args, PrintStream console) throws Exception {
        var options = new Options(args);
        if (!options.parse()) {
            System.exit(2);
        }
        var stress = new JCStress(options);
        SortedMap<String, Line> lines = new TreeMap<>();
        for (String each : stress.getTests()) {
            lines.put(shortName(each), new Line(shortName(each), false, 0, 0, "no result"));
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
        read(options.getResultFile()).forEach(line -> lines.put(line.name, line));
        return List.copyOf(lines.values());
    }

    private static String shortName(String test) {
        String name = test.replaceFirst(".*\\.(\\w+)Proof[.$]", "$1 ");
        return name.replace(" Real", " ").strip();
    }

    private static List<Line> read(String file) throws IOException, ClassNotFoundException {
        var collector = new InProcessCollector();
        var reader = new DiskReadCollector(file, collector);
        try {
            reader.dump();
        } finally {
            reader.close();
        }
        List<Line> lines = new ArrayList<>();
        for (TestResult each : ReportUtils.mergedByName(collector.getTestResults())) {
            lines.add(line(each));
        }
        return lines;
    }

    private static Line line(TestResult result) {
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
        return new Line(shortName(result.getName()), ran, result.getTotalCount(), forbidden, seen);
    }

    private static boolean print(Collection<Line> lines) {
        System.out.printf("%n| %-28s | %-10s | %14s | %10s | outcomes |%n", "proof", "", "samples", "forbidden");
        System.out.println("|---|---|---:|---:|---|");
        lines.forEach(line -> System.out.println(line.text()));
        long passed = lines.stream().filter(Line::passed).count();
        long twins = lines.stream().filter(Line::twin).count();
        System.out.printf("%n%d of %d passed, %d of them are twins that must be caught%n", passed, lines.size(), twins);
        return passed == lines.size() && passed > 0;
    }
}
