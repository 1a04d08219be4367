package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Thrown to whoever waits for the result of other code that has failed. The cause is the first failure, the object
/// itself; further ones are suppressed in this exception, so a printed stack shows them all.
public final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable List<Throwable> failures;

    FailedException(String message, List<Throwable> failures) {
        super(message(message, failures), failures.getFirst());
        this.failures = List.copyOf(failures);
        for (Throwable further : failures.subList(1, failures.size())) {
            addSuppressed(further);
        }
    }

    private static String message(String what, List<Throwable> failures) {
        String more = failures.size() > 1 ? " (and " + (failures.size() - 1) + " more)" : "";
        return what + ": " + failures.getFirst() + more;
    }

    /// All failures: in the order in which the code was forked, where it was a group.
    ///
    /// @return at least one; immutable
    public List<Throwable> failures() {
        if (failures != null) {
            return failures;
        }
        List<Throwable> read = new ArrayList<>(List.of(requireNonNull(getCause()))); // it comes from a stream
        read.addAll(List.of(getSuppressed()));
        return List.copyOf(read);
    }

    /// Tells the end of cancelled code from other failures.
    ///
    /// @return true if there was nothing but cancels
    public boolean wasCancelled() {
        return failures().stream().noneMatch(CancelledException::isFailure);
    }
}
