package dev.espalier.actor;

/// Small pauses at random, between any two steps of the engine that other threads can see.
/// [dev.espalier.proofs.StepLoader] puts a call
/// behind each of them.
///
/// A pause is spent spinning: a park would use up a permit that the engine waits for.
public final class Jitter {
    private static volatile long seed = 1;
    private static final ThreadLocal<long[]> STATE = ThreadLocal.withInitial(() ->
            new long[] {seed * 0x9E3779B97F4A7C15L + Thread.currentThread().threadId()});

    private Jitter() {}

    static void seed(long value) {
        seed = value;
    }

    /// Maybe pauses.
    public static void step() {
        long[] state = STATE.get();
        long x = state[0];
        x ^= x << 13;
        x ^= x >>> 7;
        x ^= x << 17;
        state[0] = x;
        if ((x & 0x3F) == 0) {
            pause((x & 0xFC0) == 0 ? (x >>> 12) & 0x1FFFF : (x >>> 12) & 0x7FF);
        }
    }

    private static void pause(long nanos) {
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
    }
}
