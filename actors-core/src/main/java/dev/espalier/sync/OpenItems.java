package dev.espalier.sync;

import org.jspecify.annotations.Nullable;

/// The account of a [Queue]: which of its items are open, and who waits until none is.
///
/// *State.* All with the guard of the queue. *Invariant.* `open` is the number of items that were added and not yet
/// declared done, `taken` that of those among them that are not in the queue any more; somebody waits in `joiners`
/// only while `open` is not zero.
///
/// *Threads.* [#add] and [#take] with the guard held, the rest without.
final class OpenItems {
    private final Guard guard;
    private final Line joiners;
    private long added;
    private long open;
    private long taken;

    OpenItems(Guard guard) {
        this.guard = guard;
        this.joiners = new Line(guard);
    }

    void add() {
        added++;
        open++;
    }

    void take(int items) {
        taken += items;
    }

    void done() {
        guard.lock();
        try {
            if (taken == 0) {
                throw new IllegalStateException("more done than were taken");
            }
            taken--;
            open--;
            if (open == 0) {
                joiners.callAll();
            }
        } finally {
            guard.leave();
        }
    }

    boolean join(Object blocker, long deadlineNanos, @Nullable Signal till) {
        Place place;
        guard.lock();
        try {
            if (open == 0) {
                return true;
            }
            place = new Place(joiners);
            joiners.join(place);
        } finally {
            guard.leave();
        }
        return place.await(blocker, deadlineNanos, till);
    }

    /// How many were ever added.
    long added() {
        guard.lock();
        try {
            return added;
        } finally {
            guard.leave();
        }
    }

    long open() {
        guard.lock();
        try {
            return open;
        } finally {
            guard.leave();
        }
    }

    int joining() {
        return joiners.waiting();
    }
}
