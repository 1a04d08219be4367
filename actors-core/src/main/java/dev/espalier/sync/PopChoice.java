package dev.espalier.sync;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// To take from a queue.
final class PopChoice<T, R> extends LineChoice<R> {
    private final Queue<T> queue;
    private final Function<? super Optional<T>, ? extends R> then;

    PopChoice(Queue<T> queue, Function<? super Optional<T>, ? extends R> then) {
        super(queue.takers, null);
        this.queue = queue;
        this.then = then;
    }

    @Override
    @Nullable
    Supplier<R> now() {
        T item = queue.takeNow();
        if (item == null && !queue.isClosedNow()) {
            return null;
        }
        return () -> then.apply(Optional.ofNullable(item));
    }

    @Override
    Supplier<R> grantedAt(Place place) {
        return () -> then.apply(queue.popped(place));
    }
}
