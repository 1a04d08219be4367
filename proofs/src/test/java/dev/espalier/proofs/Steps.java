package dev.espalier.proofs;

import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.util.SplittableRandom;

/// Where a schedule may turn to another strand: [StepLoader] puts a call behind each step of the engine that others can
/// see.
public final class Steps {
    private static SplittableRandom random = new SplittableRandom(0); // used by the strand that runs, one at a time
    private static volatile boolean on;

    private Steps() {}

    static void begin(long seed) {
        random = new SplittableRandom(seed);
        on = true;
    }

    static void end() {
        on = false;
    }

    /// Maybe lets others run.
    public static void step() {
        if (on && Strand.current().isVirtualTime() && random.nextInt(12) == 0) {
            VirtualTime.pause();
        }
    }
}
