package dev.espalier.sync;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A wait for the result of a [Fork].
final class ForkWait extends WaitsFor {
    private final Fork<?> fork;

    ForkWait(Fork<?> fork, boolean limited) {
        super(Remedy.FAIL, limited);
        this.fork = fork;
    }

    <T extends @Nullable Object> T await(Supplier<T> result) {
        enter();
        try {
            return result.get();
        } finally {
            exit();
        }
    }

    @Override
    protected List<Strand> targets() {
        Strand strand = fork.strand();
        return strand == null ? List.of() : List.of(strand);
    }

    @Override
    protected boolean isPending() {
        return !fork.isDone();
    }

    @Override
    protected String what() {
        return "waits for " + fork;
    }
}
