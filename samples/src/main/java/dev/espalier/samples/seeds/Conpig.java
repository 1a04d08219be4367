package dev.espalier.samples.seeds;

import static dev.espalier.sync.Concurrent.fork;
import static dev.espalier.sync.Concurrent.runMain;

import dev.espalier.sync.Channel;
import dev.espalier.sync.Progress;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;

/// Conpig's program: two threads print X and O, and neither waits for the other to be finished.
///
/// Then its promise: busy threads do not keep the others from running. Green threads are not preempted, so a thread
/// that only computes belongs on a platform thread; these do.
public final class Conpig {
    private static final int LINES = 4_000;
    private static final int BUSY = 2 * Runtime.getRuntime().availableProcessors();
    private static final long SLICES = 1_000;
    private static final int NEW_ONES = 100;
    private static final Duration IN_TIME = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final PrintStream out;
    private final Checks checks;
    private final Channel<String> screen = Channel.bounded(1);

    private Conpig(PrintStream out) {
        this.out = out;
        this.checks = new Checks(out);
    }

    static boolean run(PrintStream out) {
        Conpig sample = new Conpig(out);
        sample.interleave();
        sample.share();
        return sample.checks.allRight();
    }

    private void test(String arg) {
        for (int i = 0; i < LINES; i++) {
            screen.send(arg); // blocks while the screen is busy: here the others get their turn,
            Strand.giveWay(1); // and here if it never is: a green thread has its processor until it waits or yields
        }
    }

    private void interleave() {
        StringBuilder seen = new StringBuilder();
        runMain(() -> {
            fork(() -> test("X"));
            fork(() -> test("O"));
            while (seen.length() < 2 * LINES) {
                seen.append(screen.receive().orElseThrow());
            }
        });
        out.println(seen.substring(0, 80) + " ...");
        int changes = 0;
        for (int i = 1; i < seen.length(); i++) {
            changes += seen.charAt(i) == seen.charAt(i - 1) ? 0 : 1;
        }
        long crosses = seen.chars().filter(c -> c == 'X').count();
        checks.check(crosses == LINES, LINES + " X and " + LINES + " O were printed");
        checks.check(changes > 100, "they took turns, " + changes + " times");
    }

    private void share() {
        Signal enough = new Signal("enough");
        Progress[] busy = new Progress[BUSY];
        for (int i = 0; i < BUSY; i++) {
            Progress own = new Progress();
            busy[i] = own;
            Strand.startPlatform("busy-" + i, true, () -> compute(own, enough));
        }
        boolean all = true;
        for (Progress each : busy) {
            all &= each.waitFor(SLICES, PATIENCE);
        }
        checks.check(all, BUSY + " threads that only compute share the processors");
        greetNewOnes();
        enough.go();
    }

    /// New threads while those compute. One in ten may be late: other processes want the processors, too.
    private void greetNewOnes() {
        long[] nanos = new long[NEW_ONES];
        for (int i = 0; i < NEW_ONES; i++) {
            long start = System.nanoTime();
            Signal turn = new Signal("turn");
            fork(turn::go);
            turn.waitForGo(PATIENCE);
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        checks.check(
                nanos[NEW_ONES * 9 / 10 - 1] <= IN_TIME.toNanos(),
                String.format(
                        "of %d new ones half had their turn within %.1f ms, nine in ten within %.1f, all within %.1f",
                        NEW_ONES,
                        nanos[NEW_ONES / 2] / 1e6,
                        nanos[NEW_ONES * 9 / 10 - 1] / 1e6,
                        nanos[NEW_ONES - 1] / 1e6));
    }

    private static void compute(Progress slices, Signal enough) {
        long x = 1;
        while (!enough.isGo()) {
            for (int i = 0; i < 10_000; i++) {
                x = x * 6_364_136_223_846_793_005L + 1; // Knuth's linear congruential generator
            }
            slices.advance(x == 0 ? 2 : 1); // uses x, else the loop might be left out
        }
    }

    public static void main(String[] args) {
        System.exit(run(System.out) ? 0 : 1);
    }
}
