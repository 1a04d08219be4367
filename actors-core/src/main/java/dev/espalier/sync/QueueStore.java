package dev.espalier.sync;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What is in a [Queue], and which of it comes next. Guarded by the guard of the queue.
///
/// Code of the user may throw (a comparator, `equals`): then nothing has changed. So the order is kept by a tree, which
/// compares before it changes anything, and not at all when the first is taken; a heap loses items.
final class QueueStore<T> {
    private record Ranked<T>(T item, long number) {}

    private final int bound;
    private final boolean lifo;
    private final @Nullable Set<T> present;
    private final ArrayDeque<T> byAge = new ArrayDeque<>();
    private final @Nullable TreeSet<Ranked<T>> ranked;
    private long numbers;

    QueueStore(int bound, boolean lifo, boolean unique, @Nullable Comparator<? super T> order) {
        this.bound = bound;
        this.lifo = lifo;
        this.present = unique ? new HashSet<>() : null;
        this.ranked = order == null ? null : new TreeSet<>(byRank(order));
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

    /// Puts an item in, which has no equal and has room.
    void put(T item) {
        if (ranked != null) {
            ranked.add(new Ranked<>(item, numbers++));
        } else if (lifo) {
            byAge.addFirst(item);
        } else {
            byAge.addLast(item);
        }
        if (present != null) {
            present.add(item); // was looked for just now, so this throws only if that did
        }
    }

    @Nullable
    T take() {
        T item = next();
        if (item != null) {
            if (present != null) {
                present.remove(item); // before it is taken, since it may throw
            }
            removeNext();
        }
        return item;
    }

    /// Takes all, in their order. No code of the user runs.
    List<T> takeAll() {
        List<T> all = new ArrayList<>(size());
        if (ranked == null) {
            all.addAll(byAge);
            byAge.clear();
        } else {
            ranked.forEach(each -> all.add(each.item));
            ranked.clear();
        }
        if (present != null) {
            present.clear();
        }
        return all;
    }

    private @Nullable T next() {
        if (ranked == null) {
            return byAge.peekFirst();
        }
        return ranked.isEmpty() ? null : ranked.first().item;
    }

    private void removeNext() {
        if (ranked == null) {
            byAge.removeFirst();
        } else {
            ranked.pollFirst();
        }
    }
}
