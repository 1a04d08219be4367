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
/// Usage: `samples/run logging [SECONDS]`, of the paced load. The exit code is 0 if Espalier lost no line, wrote none
/// twice and kept the order of each thread; the times are for you to judge, on a quiet machine.
public final class Logging {
    private final PrintStream out;
    private final int seconds;
    private final List<Trial> trials = new ArrayList<>();

    private record Trial(Variant variant, Child busy, LogFile ofBusy, Child full, LogFile ofFull) {}

    private Logging(PrintStream out, int seconds) {
        this.out = out;
        this.seconds = seconds;
    }

    /// Returns whether the logs of the last one are whole.
    static boolean run(PrintStream out, int seconds, Variant... variants) throws Exception {
        Logging sample = new Logging(out, seconds);
        for (Variant variant : variants) {
            sample.trials.add(sample.trial(variant));
        }
        sample.print();
        Trial own = sample.trials.getLast();
        return own.ofBusy.isWhole() && own.ofFull.isWhole();
    }

    private Trial trial(Variant variant) throws IOException, InterruptedException {
        Path busy = Files.createTempFile("busy", ".log");
        Path full = Files.createTempFile("full", ".log");
        try {
            Child measured = Child.run(variant, Busy.class, busy, "file", Integer.toString(seconds));
            LogFile ofBusy = LogFile.read(busy, (long) measured.figure("lines") / Producers.COUNT);
            Child ended = Child.run(variant, Full.class, full, "console");
            return new Trial(variant, measured, ofBusy, ended, LogFile.read(full, Full.EACH));
        } finally {
            Files.delete(busy);
            Files.delete(full);
        }
    }

    private void print() {
        printPaced();
        printBursts();
        out.printf(
                "%nLines lost, doubled, out of order: in all of that; and with 64k logged at SIGTERM, 50 µs a line%n");
        out.printf("%-16s %16s %16s %10s%n", "", "busy", "SIGTERM", "waiting");
        for (Trial trial : trials) {
            out.printf(
                    "%-16s %16s %16s %10.0f%n",
                    trial.variant.title, text(trial.ofBusy), text(trial.ofFull), trial.full.figure("waiting"));
        }
    }

    private void printPaced() {
        out.printf("%nCallers: 4 platform threads, 2,500 lines a second each; from when a call was due (µs)%n");
        out.printf("%-16s %10s %10s %10s%n", "", "p50", "p99", "p99.9");
        for (Trial trial : trials) {
            Child child = trial.busy;
            out.printf(
                    "%-16s %10.2f %10.2f %10.2f%n",
                    trial.variant.title,
                    child.figure("p50") / 1e3,
                    child.figure("p99") / 1e3,
                    child.figure("p99.9") / 1e3);
        }
    }

    private void printBursts() {
        out.printf("%nBursts of 48,000 lines at full speed; and the program: 4 actors, 80,000 orders%n");
        out.printf(
                "%-16s %12s %12s %12s %12s %9s%n", "", "ns a line", "drain/s", "program ms", "silent ms", "speed-up");
        double first = trials.getFirst().busy.figure("program");
        for (Trial trial : trials) {
            Child child = trial.busy;
            out.printf(
                    "%-16s %12.0f %12.0f %12.1f %12.1f %8.0f%%%n",
                    trial.variant.title,
                    child.figure("burst"),
                    child.figure("drain"),
                    child.figure("program"),
                    child.figure("silent"),
                    (first / child.figure("program") - 1) * 100);
        }
    }

    private static String text(LogFile file) {
        return file.lost() + ", " + file.doubled() + ", " + file.disordered();
    }

    public static void main(String[] arguments) throws Exception {
        int seconds = arguments.length == 0 ? 5 : Integer.parseInt(arguments[0]);
        boolean right = run(System.out, seconds, Variant.values());
        System.out.println(right ? "ok: Espalier lost nothing" : "WRONG: see Espalier's line");
        System.exit(right ? 0 : 1);
    }
}
