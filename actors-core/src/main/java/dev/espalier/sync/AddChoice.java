package dev.espalier.sync;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// To add to a queue.
final class AddChoice<T, R> extends LineChoice<R> {
    private final Queue<T> queue;
    private final T item;
    private final Supplier<R> then;

    AddChoice(Queue<T> queue, T item, Supplier<R> then) {
        super(queue.adders, null);
        this.queue = queue;
        this.item = item;
        this.then = then;
    }

    @Override
    @Nullable
    Supplier<R> now() {
        return queue.addNow(item) ? then : null;
    }

    @Override
    Place placeIn(Line of, Wait wait) {
        return new Queue.Adding(of, wait, item);
    }

    @Override
    Supplier<R> grantedAt(Place place) {
        return () -> {
            queue.added(place);
            return then.get();
        };
    }
}
