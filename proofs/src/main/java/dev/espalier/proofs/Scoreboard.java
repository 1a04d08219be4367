package dev.espalier.proofs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import org.slf4j.LoggerFactory;

/// Runs the suites and prints who has passed.
///
/// Arguments: `--all` for long runs; names of suites, else all of them run; then those of a suite, for instance
/// jcstress's: with these and no name it is the suite `memory`. The exit code is 0 if all have passed, 1 if not.
public final class Scoreboard {
    private static final List<String> ORDER =
            List.of("model", "memory", "linear", "schedules", "faults", "scale", "matrix", "http", "soak", "mutants");

    private Scoreboard() {}

    public static void main(String[] args) throws Exception {
        List<String> left = new ArrayList<>(List.of(args));
        boolean all = left.remove("--all");
        List<String> names = new ArrayList<>();
        while (!left.isEmpty() && ORDER.contains(left.getFirst())) {
            names.add(left.removeFirst());
        }
        if (names.isEmpty()) {
            names.addAll(left.isEmpty() ? ORDER : List.of("memory"));
        }
        PrintStream console = System.out;
        List<Row> rows = new ArrayList<>();
        for (Suite suite : suites()) {
            if (names.contains(suite.name())) {
                rows.addAll(timed(suite, all, left, console));
            }
        }
        System.exit(print(rows, console) ? 0 : 1);
    }

    /// What fails on purpose is not to be logged.
    static void quiet() {
        if (LoggerFactory.getLogger("dev.espalier") instanceof Logger logger) {
            logger.setLevel(Level.OFF);
        }
    }

    private static List<Suite> suites() {
        return ServiceLoader.load(Suite.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(suite -> ORDER.indexOf(suite.name())))
                .toList();
    }

    private static List<Row> timed(Suite suite, boolean all, List<String> args, PrintStream console) {
        console.println("Suite " + suite.name());
        long begin = System.nanoTime();
        try {
            return suite.run(all, args, console);
        } catch (Exception | LinkageError e) {
            e.printStackTrace(console);
            return List.of(new Row(suite.name(), "the suite itself", false, 0, 0, e.toString()));
        } finally {
            console.printf(Locale.ROOT, "Suite %s took %.0f s%n", suite.name(), (System.nanoTime() - begin) / 1e9);
        }
    }

    private static boolean print(List<Row> rows, PrintStream out) {
        out.printf("%n| %-9s | %-28s | %-10s | %14s | %10s | seen |%n", "suite", "attack", "", "tried", "forbidden");
        out.println("|---|---|---|---:|---:|---|");
        rows.forEach(row -> out.println(row.text()));
        long passed = rows.stream().filter(Row::passed).count();
        long twins = rows.stream().filter(Row::isTwin).count();
        out.printf("%n%d of %d passed, %d of them are twins that must be caught%n", passed, rows.size(), twins);
        return passed == rows.size() && passed > 0;
    }
}
