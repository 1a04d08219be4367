package dev.espalier.sync;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// To receive from a channel.
final class ReceiveChoice<T, R> extends LineChoice<R> {
    private final Channel<T> channel;
    private final Function<? super Optional<T>, ? extends R> then;

    ReceiveChoice(Channel<T> channel, Function<? super Optional<T>, ? extends R> then) {
        super(channel.end().receivers, null);
        this.channel = channel;
        this.then = then;
    }

    @Override
    @Nullable
    Supplier<R> now() {
        ChannelHub<T> hub = channel.hub();
        T value = hub.receiveNow(channel.end());
        if (value == null && !hub.isEndedNow(channel.end())) {
            return null;
        }
        return () -> then.apply(Optional.ofNullable(value));
    }

    @Override
    Supplier<R> grantedAt(Place place) {
        return () -> then.apply(channel.hub().received(place));
    }
}
