package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// For nodes without a thread of the engine's: they do what they are told on the spot and never wait.
final class InlineScheduler implements Scheduler {
    static final InlineScheduler ONE = new InlineScheduler();

    private InlineScheduler() {}

    @Override
    public void start(Cell<?> cell) {
        cell.life.begin();
    }

    @Override
    public @Nullable Thread threadOf(Cell<?> cell) {
        return null;
    }

    @Override
    public void wake(Cell<?> cell) {}

    @Override
    public void await(Cell<?> cell, long deadlineNanos) {
        throw new IllegalStateException(cell.path() + " has no thread to wait with");
    }
}
