package dev.espalier.sync;

import java.util.function.BooleanSupplier;

/// A short look for what may be about to come, before one parks: who parks and is woken pays a microsecond, and ten
/// if a processor has gone to sleep meanwhile.
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
/// *Threads.* Any; racy on purpose: a lost write costs some looks more or less, nothing else.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `looks`, `row` | who has looked | who is about to wait | plain |
final class Spin {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final int REST = 64;
    private static final int ROW = 1024;
    private static final int LEAST = 16;

    private final int most;

    /// How often to look next time; below zero: how many waits do without before.
    private int looks;

    private int row;

    /// @param most how often to look at most; some 20 to 40 ns each
    Spin(int most) {
        this(most, PROCESSORS);
    }

    Spin(int most, int processors) {
        this.most = processors > 1 ? most : 0;
        this.looks = this.most;
    }

    /// Looks for a while, if that pays.
    ///
    /// @param self the calling strand
    /// @param come whether it has come
    /// @return true if it has come
    boolean until(Strand self, BooleanSupplier come) {
        if (most == 0 || self.isVirtualTime() || isToRest()) {
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
