package dev.espalier.samples.seeds;

import java.io.PrintStream;

/// What a sample says about itself: a line for each check with the time since the start, and whether all
/// were right.
final class Checks {
    private final PrintStream out;
    private final long start = System.nanoTime();
    private boolean right = true;

    Checks(PrintStream out) {
        this.out = out;
    }

    synchronized void check(boolean holds, String what) {
        right &= holds;
        out.printf("%s %6.2f s  %s%n", holds ? "ok   " : "WRONG", (System.nanoTime() - start) / 1e9, what);
    }

    synchronized boolean allRight() {
        return right;
    }
}
