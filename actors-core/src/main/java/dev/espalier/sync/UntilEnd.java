package dev.espalier.sync;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Supplier;

/// Takes from a [Channel] or a [Queue] until that has ended.
final class UntilEnd<T> implements Iterator<T> {
    private final Supplier<Optional<T>> source;
    private Optional<T> ahead = Optional.empty();

    /// @param source waits for the next value; empty if it has ended
    UntilEnd(Supplier<Optional<T>> source) {
        this.source = source;
    }

    @Override
    public boolean hasNext() {
        if (ahead.isEmpty()) {
            ahead = source.get();
        }
        return ahead.isPresent();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("it has ended");
        }
        T value = ahead.orElseThrow();
        ahead = Optional.empty();
        return value;
    }
}
