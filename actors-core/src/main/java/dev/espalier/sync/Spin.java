package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.util.function.BooleanSupplier;

/// A short look for what may be about to come, before one parks: who parks and is woken pays a microsecond, and ten
/// if a processor has gone to sleep meanwhile. For the waits of this library, and for such as stand on
/// [Strand#park]; one for all waits of a kind.
///
/// *Idea.* It learns whether that pays. What came while somebody looked makes the next one look longer, what did not
/// come halves that, and when it pays no more, one wait in `REST` tries again at length. So a wait for something far
/// away costs some nanoseconds more on average, and one that another processor answers at once costs no park.
///
/// *Fairness.* Who finds what it wants keeps its carrier, and green threads are not preempted. So when `ROW` looks in
/// a row did pay, one wait does without: it parks, and others get their turn.
///
/// Nobody looks with one processor, on which nothing comes meanwhile, nor in a simulation, where only one strand runs.
///
/// *Threads.* Any; racy on purpose: a lost write costs some looks more or less, nothing else. *Memory.* What was seen
/// by
/// the look that found it; no more than the caller's own condition gives. *Cost.* Processor time: 20 to 40 ns a look;
/// if
/// it does not pay, about 1/70 of two full looks for each wait. *Failure.* What the condition throws comes out.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `looks`, `row` | who has looked | who is about to wait | plain |
public final class Spin {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final int REST = 64;
    private static final int ROW = 1024;
    private static final int LEAST = 16;

    private final int most;

    /// How often to look next time; below zero: how many waits do without before.
    private int looks;

    private int row;

    /// Knows nothing yet: the first wait looks at full length.
    ///
    /// @param most how often to look at most, 0 or more; some 20 to 40 ns each
    /// @throws IllegalArgumentException if it is negative
    public Spin(int most) {
        this(most, PROCESSORS);
    }

    Spin(int most, int processors) {
        if (most < 0) {
            throw new IllegalArgumentException("Nobody can look " + most + " times");
        }
        this.most = processors > 1 ? most : 0;
        this.looks = this.most;
    }

    /// Looks for a while, if that pays; at least once. Neither a cancel nor an interrupt ends it.
    ///
    /// @param self the calling strand
    /// @param come whether it has come; does not wait
    /// @return true if it has come
    public boolean until(Strand self, BooleanSupplier come) {
        requireNonNull(come, "come");
        if (requireNonNull(self, "self").isVirtualTime() || most == 0 || isToRest()) {
            return come.getAsBoolean();
        }
        int now = looks;
        for (int i = 0; i < now; i++) {
            if (come.getAsBoolean()) {
                looks = Math.min(most, now + LEAST);
                return true;
            }
            Thread.onSpinWait();
        }
        looks = now / 2 < LEAST ? -REST : now / 2;
        row = 0;
        return come.getAsBoolean();
    }

    private boolean isToRest() {
        int now = looks;
        if (now < 0) {
            looks = now == -1 ? most : now + 1;
            return true;
        }
        int paid = row + 1;
        row = paid > ROW ? 0 : paid;
        return paid > ROW;
    }
}
