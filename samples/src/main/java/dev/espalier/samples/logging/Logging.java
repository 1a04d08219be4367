package dev.espalier.samples.logging;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a log costs its callers, and what it loses: the same program with a synchronous file, Logback's AsyncAppender
/// (64k queue, nothing dropped), Log4j2 with the Disruptor, and Espalier, each in JVMs of its own.
///
/// Usage: `samples/run logging [SECONDS [ROUNDS]]`, of the paced load; by default 5 and 3. In each round all four have
/// their turn, as what else the machine does changes by the minute; of the rounds' figures the median is shown, and of
/// the callers' the lowest and highest, too. The exit code is 0 if Espalier lost no line, wrote none twice and kept the
/// order of each thread; the times are for you to judge, on a quiet machine.
public final class Logging {
    private final PrintStream out;
    private final List<Trial> trials = new ArrayList<>();

    /// What is found out about one of them.
    private static final class Trial {
        final Variant variant;
        final List<Child> busy = new ArrayList<>();
        LogFile ofBusy = new LogFile(0, 0, 0);
        LogFile ofFull = ofBusy;
        double waiting;

        Trial(Variant variant) {
            this.variant = variant;
        }

        void busy(int seconds) throws IOException, InterruptedException {
            Path file = Files.createTempFile("busy", ".log");
            try {
                Child child = Child.run(variant, Busy.class, file, "file", Integer.toString(seconds));
                busy.add(child);
                ofBusy = ofBusy.plus(LogFile.read(file, (long) child.figure("lines") / Producers.COUNT));
            } finally {
                Files.delete(file);
            }
        }

        void full() throws IOException, InterruptedException {
            Path file = Files.createTempFile("full", ".log");
            try {
                waiting = Child.run(variant, Full.class, file, "console").figure("waiting");
                ofFull = LogFile.read(file, Full.EACH);
            } finally {
                Files.delete(file);
            }
        }

        private double[] sorted(String name) {
            return busy.stream()
                    .mapToDouble(child -> child.figure(name))
                    .sorted()
                    .toArray();
        }

        double median(String name) {
            double[] sorted = sorted(name);
            return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        }

        String micros(String name) {
            double[] sorted = sorted(name);
            return String.format(
                    "%.2f (%.2f-%.2f)", median(name) / 1e3, sorted[0] / 1e3, sorted[sorted.length - 1] / 1e3);
        }
    }

    private Logging(PrintStream out) {
        this.out = out;
    }

    /// Returns whether the logs of the last one are whole.
    static boolean run(PrintStream out, int seconds, int rounds, Variant... variants) throws Exception {
        Logging sample = new Logging(out);
        for (Variant variant : variants) {
            sample.trials.add(new Trial(variant));
        }
        for (int i = 0; i < rounds; i++) {
            for (Trial trial : sample.trials) {
                trial.busy(seconds);
            }
        }
        for (Trial trial : sample.trials) {
            trial.full();
        }
        sample.print(rounds);
        Trial own = sample.trials.getLast();
        return own.ofBusy.isWhole() && own.ofFull.isWhole();
    }

    private void print(int rounds) {
        out.printf("%nEach figure is the median of rounds in which all had their turn: %d%n", rounds);
        printPaced();
        printBursts();
        out.printf(
                "%nLines lost, doubled, out of order: in all of that; and with 64k logged at SIGTERM, 50 µs a line%n");
        out.printf("%-16s %16s %16s %10s%n", "", "busy", "SIGTERM", "waiting");
        for (Trial trial : trials) {
            out.printf(
                    "%-16s %16s %16s %10.0f%n",
                    trial.variant.title, text(trial.ofBusy), text(trial.ofFull), trial.waiting);
        }
    }

    private void printPaced() {
        out.printf("%nCallers: 4 platform threads, 2,500 lines a second each; from when a call was due (µs)%n");
        out.printf("%-16s %22s %26s %30s%n", "", "p50", "p99", "p99.9");
        for (Trial trial : trials) {
            out.printf(
                    "%-16s %22s %26s %30s%n",
                    trial.variant.title, trial.micros("p50"), trial.micros("p99"), trial.micros("p99.9"));
        }
    }

    private void printBursts() {
        out.printf("%nBursts of 48,000 lines at full speed; and the program: 4 actors, 80,000 orders%n");
        out.printf(
                "%-16s %12s %12s %12s %12s %9s%n", "", "ns a line", "drain/s", "program ms", "silent ms", "speed-up");
        double first = trials.getFirst().median("program");
        for (Trial trial : trials) {
            out.printf(
                    "%-16s %12.0f %12.0f %12.1f %12.1f %8.0f%%%n",
                    trial.variant.title,
                    trial.median("burst"),
                    trial.median("drain"),
                    trial.median("program"),
                    trial.median("silent"),
                    (first / trial.median("program") - 1) * 100);
        }
    }

    private static String text(LogFile file) {
        return file.lost() + ", " + file.doubled() + ", " + file.disordered();
    }

    public static void main(String[] arguments) throws Exception {
        boolean right = run(System.out, number(arguments, 0, 5), number(arguments, 1, 3), Variant.values());
        System.out.println(right ? "ok: Espalier lost nothing" : "WRONG: see Espalier's line");
        System.exit(right ? 0 : 1);
    }

    private static int number(String[] arguments, int index, int otherwise) {
        int number = index < arguments.length ? Integer.parseInt(arguments[index]) : otherwise;
        if (number < 1) {
            throw new IllegalArgumentException("samples/run logging [SECONDS [ROUNDS]]: at least 1, not " + number);
        }
        return number;
    }
}
