package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A flag that can be set and reset, and that one can wait for to be set: open for business, connected, paused.
///
/// {@snippet class="dev.espalier.actor.PrimitivesGuideTest" region="event"}
///
/// Whoever waits when it is set is let go, even if it is reset at once. What never unhappens is better told by a
/// [Signal].
///
/// *Failure.* None but that of its waits: [CancelledException].
/// *Threads.* Thread-safe.
/// *Memory.* What a thread does before it sets the event happens before what another one does after it saw it set.
/// *Cost.* One read while it is set; a short lock otherwise.
public final class Event {
    private final Guard guard = new Guard();
    private final Line line = new Line(guard);
    private volatile boolean set; // written with the guard

    /// An event that is not set.
    public Event() {}

    /// Sets it and lets all go that wait for it.
    ///
    /// @return false if it was set already
    public boolean set() {
        guard.lock();
        try {
            boolean first = !set;
            set = true;
            line.callAll();
            return first;
        } finally {
            guard.leave();
        }
    }

    /// Resets it: from now on one waits again.
    ///
    /// @return false if it was not set
    public boolean reset() {
        guard.lock();
        try {
            boolean first = set;
            set = false;
            return first;
        } finally {
            guard.leave();
        }
    }

    /// Tells whether it is set.
    ///
    /// @return true if it is set; may be out of date at once
    public boolean isSet() {
        return set;
    }

    /// Waits until it is set.
    ///
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public void await() {
        if (!set) {
            await(Long.MAX_VALUE, null);
        }
    }

    /// Waits until it is set, but not for ever.
    ///
    /// @param duration how long at most; not negative
    /// @return true if it was set
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean await(Duration duration) {
        Strand.refuseNegative(duration);
        return set || await(Strand.deadlineAfter(duration), null);
    }

    /// Waits until it is set or the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return true if it was set
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean await(Signal till) {
        requireNonNull(till, "till");
        return set || await(Long.MAX_VALUE, till);
    }

    private boolean await(long deadlineNanos, @Nullable Signal till) {
        Place place;
        guard.lock();
        try {
            if (set) {
                return true;
            }
            place = new Place(line);
            line.join(place);
        } finally {
            guard.leave();
        }
        return place.await(this, deadlineNanos, till);
    }

    /// How many wait for it; for displays and tests.
    int waiting() {
        return line.waiting();
    }

    @Override
    public String toString() {
        return "Event[" + (set ? "set" : "not set") + "]";
    }
}
