package dev.espalier.sync;

import java.util.ArrayList;
import java.util.List;

/// What went wrong in a simulation: in the test itself, and elsewhere.
final class SimFailures {
    private final List<Throwable> others = new ArrayList<>();
    private Throwable ofTest;

    void add(Throwable failure) {
        others.add(failure);
    }

    void ofTest(Throwable failure) {
        ofTest = failure;
    }

    /// Throws the test's own, else the first of the others; the rest is added to it.
    void throwFirst() throws Exception {
        // The failures of other strands never contain the test's own.
        Throwable first = ofTest instanceof SimGround.Aborted ? null : ofTest;
        for (Throwable each : others) {
            if (first == null) {
                first = each;
            } else {
                first.addSuppressed(each);
            }
        }
        switch (first) {
            case null -> {}
            case Error error -> throw error;
            case Exception exception -> throw exception;
            default -> throw new AssertionError(first);
        }
    }
}
