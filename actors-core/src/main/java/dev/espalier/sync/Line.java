package dev.espalier.sync;

import org.jspecify.annotations.Nullable;

/// The waiting line on which every primitive of this package stands: first come, first served, by direct
/// hand-over.
///
/// A primitive has a [Guard], its state, and one line or several. Who finds nothing to take joins a line, with the
/// guard held, and then waits at its [Place] without the guard. Who brings something calls the first of the line,
/// with the guard held, and hands it over: what was handed over is never in the primitive's state in between, so no
/// newcomer gets before those who wait.
///
/// *Invariant 1.* A place is in the line from [#join] until it is called or removed, once.
/// *Invariant 2.* [#call] returns only places whose wait it claimed, so what is given to them arrives; places whose
/// wait is over are dropped on the way. *Invariant 3.* A wait that was given up removes its places itself, in O(1):
/// nothing is left behind.
///
/// *Threads.* All methods with the guard held, but [#isEmptyToJoiner] and [#waiting].
class Line {
    final Guard guard;
    final @Nullable Spin spin;
    private @Nullable Place first;
    private @Nullable Place last;
    private int size;

    Line(Guard guard) {
        this(guard, null);
    }

    /// @param spin how who waits here looks before it parks; null: not at all
    Line(Guard guard, @Nullable Spin spin) {
        this.guard = guard;
        this.spin = spin;
    }

    final boolean isEmpty() {
        return first == null;
    }

    /// The same without the guard, for who alone could join now (who holds the lock that one joins with): the others
    /// can only leave, so what it finds empty stays empty, and who has joined before it is seen.
    final boolean isEmptyToJoiner() {
        return first == null;
    }

    /// How many stand here; some of them may be about to leave.
    final int size() {
        return size;
    }

    /// The same, without the guard.
    final int waiting() {
        guard.lock();
        try {
            return size;
        } finally {
            guard.leave();
        }
    }

    final @Nullable Place first() {
        return first;
    }

    /// Joins at the end.
    final void join(Place place) {
        joinBefore(place, null);
    }

    /// Joins in front of that place; null: at the end.
    final void joinBefore(Place place, @Nullable Place after) {
        Place before = after == null ? last : after.previous;
        place.previous = before;
        place.next = after;
        place.inLine = true;
        if (before == null) {
            first = place;
        } else {
            before.next = place;
        }
        if (after == null) {
            last = place;
        } else {
            after.previous = place;
        }
        size++;
    }

    /// Calls the first one that still waits, and grants it; it is woken when the guard is left.
    ///
    /// @return its place, not in line any more; null if nobody waits
    final @Nullable Place call() {
        while (true) {
            Place place = first;
            if (place == null || call(place)) {
                return place;
            }
        }
    }

    /// Calls all that still wait, the oldest first.
    ///
    /// @return how many
    final int callAll() {
        int called = 0;
        while (call() != null) {
            called++;
        }
        return called;
    }

    /// Hands a value over to the first one that still waits.
    ///
    /// @return its place, not in line any more; null if nobody waits
    final @Nullable Place handOver(Object value) {
        while (true) {
            Place place = first;
            if (place == null) {
                return null;
            }
            place.value = value; // before the claim: from then on its strand may read it
            if (call(place)) {
                return place;
            }
            place.value = null;
        }
    }

    /// Calls that one out of the line, which it leaves in any case.
    ///
    /// @return true if it still waited and is granted now
    final boolean call(Place place) {
        remove(place);
        if (!place.standing.claim(place)) {
            return false;
        }
        if (place.standing.isAsleep()) {
            guard.wakeLater(place);
        }
        return true;
    }

    /// Takes a place out of the line.
    ///
    /// @return false if it is not there any more
    final boolean remove(Place place) {
        if (!place.inLine) {
            return false;
        }
        place.inLine = false;
        Place before = place.previous;
        Place after = place.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        place.previous = null;
        place.next = null;
        size--;
        return true;
    }

    /// Somebody has left who was not called: those behind may get what was too little for it. With the guard held.
    void left() {}
}
