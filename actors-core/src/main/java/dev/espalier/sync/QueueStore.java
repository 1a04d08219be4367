package dev.espalier.sync;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is in a [Queue], and which of it comes next. Guarded by the guard of the queue.
final class QueueStore<T> {
    private record Ranked<T>(T item, long number) {}

    private final int bound;
    private final boolean lifo;
    private final @Nullable Set<T> present;
    private final ArrayDeque<T> byAge = new ArrayDeque<>();
    private final @Nullable PriorityQueue<Ranked<T>> ranked;
    private long numbers;

    QueueStore(int bound, boolean lifo, boolean unique, @Nullable Comparator<? super T> order) {
        this.bound = bound;
        this.lifo = lifo;
        this.present = unique ? new HashSet<>() : null;
        this.ranked = order == null ? null : new PriorityQueue<>(byRank(order));
    }

    private static <T> Comparator<Ranked<T>> byRank(Comparator<? super T> order) {
        return Comparator.<Ranked<T>, T>comparing(Ranked::item, order).thenComparingLong(Ranked::number);
    }

    int size() {
        return ranked == null ? byAge.size() : ranked.size();
    }

    boolean hasRoom() {
        return size() < bound;
    }

    /// Whether an equal one makes this one superfluous.
    boolean hasEqual(T item) {
        return present != null && present.contains(item);
    }

    void put(T item) {
        if (present != null) {
            present.add(item);
        }
        if (ranked != null) {
            ranked.add(new Ranked<>(item, numbers++));
        } else if (lifo) {
            byAge.addFirst(item);
        } else {
            byAge.addLast(item);
        }
    }

    @Nullable
    T take() {
        T item = next();
        if (present != null && item != null) {
            present.remove(item);
        }
        return item;
    }

    private @Nullable T next() {
        if (ranked == null) {
            return byAge.pollFirst();
        }
        Ranked<T> first = ranked.poll();
        return first == null ? null : first.item;
    }
}
