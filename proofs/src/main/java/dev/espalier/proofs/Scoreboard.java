package dev.espalier.proofs;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
/// The arguments are jcstress's own. The exit code is 0 if all have passed, 1 if not.
public final class Scoreboard {
    /// What came of one test.
    private record Line(String name, boolean twin, boolean ran, long samples, long forbidden, String outcomes) {
        boolean passed() {
            return ran && samples > 0 && (forbidden > 0) == twin;
        }

        String text() {
            String verdict = passed() ? twin ? "caught" : "ok" : twin ? "NOT CAUGHT" : "FAILED";
            return String.format("| %-28s | %-10s | %,14d | %,10d | %s |", name, verdict, samples, forbidden, outcomes);
        }
    }

    private Scoreboard() {}

    public static void main(String[] args) throws Exception {
        var options = new Options(args);
        if (!options.parse()) {
            System.exit(2);
        }
        PrintStream console = System.out;
        var log = Path.of("jcstress.log").toAbsolutePath();
        int expected;
        try (var out = new PrintStream(Files.newOutputStream(log), true, StandardCharsets.UTF_8)) {
            System.setOut(out); // in it every twin that was caught is a failure
            expected = run(options, console, log);
        } finally {
            System.setOut(console);
        }
        List<Line> lines = expected == 0 ? List.of() : read(options.getResultFile());
        System.exit(print(lines, expected) ? 0 : 1);
    }

    /// Runs what the options pick; tells how many proofs and twins that are.
    private static int run(Options options, PrintStream console, Path log) throws Exception {
        var stress = new JCStress(options);
        int expected = stress.getTests().size();
        console.println("Running " + expected + " proofs and twins; what jcstress says is in " + log);
        try {
            stress.run();
        } catch (AssertionError e) {
            System.out.println(e.getMessage()); // something failed, twins for instance: judged below
        }
        return expected;
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
        lines.sort(Comparator.comparing(Line::name));
        return lines;
    }

    private static Line line(TestResult result) {
        String name =
                result.getName().replaceFirst(".*\\.(\\w+)Proof\\.", "$1 ").replace(" Real", " ");
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
        return new Line(name.strip(), name.contains("Twin"), ran, result.getTotalCount(), forbidden, seen);
    }

    private static boolean print(List<Line> lines, int expected) {
        System.out.printf("%n| %-28s | %-10s | %14s | %10s | outcomes |%n", "proof", "", "samples", "forbidden");
        System.out.println("|---|---|---:|---:|---|");
        lines.forEach(line -> System.out.println(line.text()));
        long passed = lines.stream().filter(Line::passed).count();
        long twins = lines.stream().filter(Line::twin).count();
        System.out.printf("%n%d of %d passed, %d of them are twins that must be caught%n", passed, expected, twins);
        return passed == expected && expected > 0;
    }
}
