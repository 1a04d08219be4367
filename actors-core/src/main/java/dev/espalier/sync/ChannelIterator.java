package dev.espalier.sync;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/// Receives from a channel until it has ended.
final class ChannelIterator<T> implements Iterator<T> {
    private final Channel<T> channel;
    private Optional<T> ahead = Optional.empty();

    ChannelIterator(Channel<T> channel) {
        this.channel = channel;
    }

    @Override
    public boolean hasNext() {
        if (ahead.isEmpty()) {
            ahead = channel.receive();
        }
        return ahead.isPresent();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the channel has ended");
        }
        T value = ahead.orElseThrow();
        ahead = Optional.empty();
        return value;
    }
}
