package dev.espalier.profiling;

import dev.espalier.sync.Strand;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// What actors need whose messages are timed, that were restarted, whose children have ended, or whose turns are
/// marked. A part of [ActorRecord], which says who reads and writes its fields.
///
/// *Which messages are timed.* One that was picked when it was sent, so that a look at the clock serves twice. Those
/// that
/// nobody sends, of timers for instance, are never picked: if none was timed for long, this one is, at random
/// distances. So most messages meet one number that is counted down: [#gap].
final class More {
    /// So many times the messages among which one is picked are handled at most until one is timed anyway.
    private static final int UNPICKED = 8;

    private static final VarHandle TIMING;
    private static final VarHandle BEGAN;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TIMING = lookup.findVarHandle(More.class, "timing", boolean.class);
            BEGAN = lookup.findVarHandle(More.class, "began", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    boolean timing;
    long began;
    long asked;
    /// How long the message that comes next was in the mailbox, and when it came out; −1 if it is no sample.
    long waited = -1;
    private long opened;
    /// That of the message that is timed; of a batch, of the first.
    long firstWaited;

    int inHand;
    /// How many messages are only counted before one is looked at; 0 while one is timed, or the next one was picked.
    private int gap;

    private int seed;
    /// When the message began that was told of as slow.
    long toldOf;

    int restarts;

    @Nullable
    Sheet ended;

    volatile @Nullable Senders senders;
    /// What its samples are known by; written by its worker, read by that and by later ones.
    volatile Marks.@Nullable Mark mark;

    /// @param seed any number, another one for each actor
    More(int seed) {
        this.seed = seed;
    }

    /// Whether nothing is to be known of a message but that it was there; counts it.
    ///
    /// @param level as [Level#code]
    boolean passes(byte level) {
        int left = gap - 1;
        if (level <= 1 || left < 0 || left >= (long) UNPICKED << (level - 1)) { // the level may have changed
            return false;
        }
        gap = left;
        return true;
    }

    /// The next message was picked.
    void arrived(long nanos, long now) {
        waited = nanos;
        opened = now;
        gap = 0;
    }

    /// A message is timed from now on, or since it came out of the mailbox.
    void begin() {
        asked = 0;
        firstWaited = waited;
        BEGAN.setOpaque(this, waited < 0 ? Strand.now() : opened);
        TIMING.setRelease(this, true);
        waited = -1;
        gap = 0;
    }

    /// The message in hand, or the batch, is done.
    void end(byte level) {
        TIMING.setRelease(this, false);
        rest(level);
    }

    /// Messages are only counted for a while.
    void rest(byte level) {
        if (level > 1) {
            seed = seed * 1_664_525 + 1_013_904_223;
            long least = (UNPICKED / 2L) << (level - 1);
            gap = (int) Math.min(Integer.MAX_VALUE, least + (seed >>> 8) % least);
        }
    }

    boolean isTimingAcquire() {
        return (boolean) TIMING.getAcquire(this);
    }

    long beganOpaque() {
        return (long) BEGAN.getOpaque(this);
    }
}
