package dev.espalier.sync;

import org.jspecify.annotations.Nullable;

/// A wait at a [Place] for what one thread has now: that one must act.
abstract class PlaceWait extends WaitsFor {
    private final Object wanted;
    private final Place place;

    /// @param wanted the primitive
    PlaceWait(Object wanted, Place place, Remedy remedy, boolean limited) {
        super(remedy, limited);
        this.wanted = wanted;
        this.place = place;
    }

    /// See [Place#await].
    final boolean await(long deadlineNanos, @Nullable Signal till) {
        enter();
        try {
            return place.await(wanted, deadlineNanos, till);
        } finally {
            exit();
        }
    }

    @Override
    protected final boolean isPending() {
        return !place.standing.isOver();
    }

    @Override
    protected String what() {
        return "waits for " + wanted;
    }
}
