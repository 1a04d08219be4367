package dev.espalier.sync;

import java.time.Duration;
import java.util.SplittableRandom;

/// Runs a test in a deterministic simulation: no sleeping, the same order of events every time.
///
/// The test and all strands that are started from it run one at a time. A strand goes on until it parks, ends
/// or calls [#pause]; then the next one is picked, first come first served, or at random if there is a seed.
/// When all are parked, the clock jumps to the next deadline.
///
/// *Failure.* The run throws what the test throws. It fails if a strand has an uncaught exception; if all
/// strands are parked and no deadline is left; if strands are left that do not end after the test; if there are
/// too many steps. The messages list the strands with their stacks.
///
/// *Limits.* Code that really blocks ([Thread#sleep]) holds up everything; so does a loop that only looks at
/// the clock. A thread that is not a strand is not part of the simulation. In a run that has failed, parked
/// strands are unwound by an [Error].
public final class VirtualTime {
    private static final long DEFAULT_MAX_STEPS = 50_000_000;

    private SplittableRandom random;
    private long start;
    private long maxSteps = DEFAULT_MAX_STEPS;

    private VirtualTime() {}

    /// A test.
    @FunctionalInterface
    public interface ThrowingRunnable {
        /// Runs it.
        ///
        /// @throws Exception what fails the test
        void run() throws Exception;
    }

    /// Runs a test, first come first served.
    public static void run(ThrowingRunnable test) throws Exception {
        configure().execute(test);
    }

    /// Runs a test; the seed picks who is next. Failures say the seed.
    public static void run(long seed, ThrowingRunnable test) throws Exception {
        try {
            configure().seed(seed).execute(test);
        } catch (Exception | Error error) {
            error.addSuppressed(new AssertionError("the seed was " + seed + "L"));
            throw error;
        }
    }

    /// More choices; ends with [#execute].
    public static VirtualTime configure() {
        return new VirtualTime();
    }

    /// Picks at random who is next.
    public VirtualTime seed(long seed) {
        random = new SplittableRandom(seed);
        return this;
    }

    /// What the clock shows at first; default 0.
    public VirtualTime startAt(long nanoTime) {
        start = nanoTime;
        return this;
    }

    /// Fails the run after that many steps; default 50 million.
    public VirtualTime maxSteps(long steps) {
        maxSteps = steps;
        return this;
    }

    /// Runs the test.
    public void execute(ThrowingRunnable test) throws Exception {
        new SimGround(random, start, maxSteps).run(test);
    }

    /// Lets others run: a point where strands may interleave.
    public static void pause() {
        ground().pause(Strand.current());
    }

    /// How much time has passed in the simulation.
    public static Duration elapsed() {
        return Duration.ofNanos(ground().elapsedNanos());
    }

    /// How often a next strand was picked so far.
    public static long steps() {
        return ground().steps();
    }

    /// Runs the body in a strand of its own when that many steps are done, before any other strand. If the
    /// simulation ends earlier, it does not run.
    public static void atStep(long step, Runnable body) {
        ground().inject(step, body);
    }

    /// Makes the next threads fail to start, with the error that the JVM has for it.
    public static void refuseThreads(int count) {
        ground().refuseThreads(count);
    }

    /// How many deadlines and timer tasks are pending.
    static int pendingAlarms() {
        return ground().pendingAlarms();
    }

    private static SimGround ground() {
        if (Strand.current().ground() instanceof SimGround sim) {
            return sim;
        }
        throw new IllegalStateException("not in VirtualTime.run: " + Strand.current());
    }
}
