package dev.espalier.sync;

import org.jspecify.annotations.Nullable;

/// A place in a [Line] where a [Wait] stands, with what it brings or gets.
///
/// *Threads.* All fields are guarded by the line's guard, but `value` after the wait is over: then it belongs to the
/// strand that waited. The claim of the wait orders the two.
class Place {
    final Line line;
    final Wait standing;

    /// What it offers (a sender), or what it was granted (a receiver).
    @Nullable
    Object value;

    @Nullable
    Place previous;

    @Nullable
    Place next;

    boolean inLine;

    Place(Line line, Wait standing) {
        this.line = line;
        this.standing = standing;
    }

    Place(Line line) {
        this(line, new Wait());
    }

    /// Waits at this place alone, which has joined its line; not with the guard held.
    ///
    /// @return true if it was granted; false on time-out or till
    /// @throws CancelledException if cancelled or interrupted before it was granted
    @SuppressWarnings("ReferenceEquality") // the same, not an equal one
    final boolean await(Object blocker, long deadlineNanos, @Nullable Signal till) {
        boolean granted = false;
        try {
            granted = standing.await(blocker, deadlineNanos, till, line.spin) == this;
        } finally {
            if (!granted) {
                abandon();
            }
        }
        return granted;
    }

    /// Leaves the line, if it still stands there; not with the guard held.
    final void abandon() {
        Guard guard = line.guard;
        guard.lock();
        try {
            if (line.remove(this)) {
                line.left();
            }
        } finally {
            guard.leave();
        }
    }
}
