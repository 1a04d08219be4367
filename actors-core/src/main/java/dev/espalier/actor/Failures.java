package dev.espalier.actor;

import java.util.AbstractList;
import java.util.Collection;
import java.util.List;
import java.util.RandomAccess;

/// Failures of a system, as they were when it was asked: each once, oldest first. Immutable.
public final class Failures extends AbstractList<Failure> implements RandomAccess {
    private final List<Failure> all;

    Failures(Collection<Failure> all) {
        this.all = List.copyOf(all);
    }

    /// Those of one actor and its descendants.
    ///
    /// @param path of an actor, as in `/shop/orders`
    public Failures under(String path) {
        String below = path + "/";
        return new Failures(all.stream()
                .filter(failure -> failure.path().equals(path) || failure.path().startsWith(below))
                .toList());
    }

    @Override
    public Failure get(int index) {
        return all.get(index);
    }

    @Override
    public int size() {
        return all.size();
    }
}
