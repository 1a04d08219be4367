package dev.espalier.sync;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// To send into a channel.
final class SendChoice<T, R> extends LineChoice<R> {
    private final ChannelHub<T> hub;
    private final T value;
    private final Supplier<R> then;

    SendChoice(ChannelHub<T> hub, T value, Supplier<R> then) {
        super(hub.senders, value);
        this.hub = hub;
        this.value = value;
        this.then = then;
    }

    @Override
    @Nullable
    Supplier<R> now() {
        return hub.sendNow(value) ? then : null;
    }

    @Override
    Supplier<R> grantedAt(Place place) {
        return () -> {
            hub.sent(place);
            return then.get();
        };
    }
}
