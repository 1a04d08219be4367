package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Where the holder of a [Lock] waits for a change that another holder makes; see [Lock#newCondition].
///
/// A wait gives the lock away and has it again when it returns or throws. It returns only when it was woken, on
/// time-out or till; nevertheless what it was woken for may be over by then, so [#awaitThat] is what is mostly wanted.
/// The oldest waiter is woken first; one that has given up takes no wake-up with it.
///
/// {@snippet class="dev.espalier.actor.PrimitivesGuideTest" region="condition"}
///
/// *Failure.* All methods throw [IllegalMonitorStateException] if the caller does not hold the lock.
/// *Threads.* For the holder of the lock.
/// *Memory.* As for the lock: what who wakes did before it unlocks happens before what the woken does.
/// *Cost.* To wait, a thread switch there and one back, and the lock once more; to wake, a short lock, or nothing if
/// nobody waits.
public final class Condition {
    private final Lock lock;
    private final Guard guard = new Guard();
    private final Line line = new Line(guard);

    Condition(Lock lock) {
        this.lock = lock;
    }

    /// Waits until it is woken.
    ///
    /// @throws CancelledException if cancelled or interrupted before it was woken; the lock is held again
    public void await() {
        await(Long.MAX_VALUE, null);
    }

    /// Waits until it is woken, but not for ever.
    ///
    /// @param duration how long at most, not counting the wait for the lock afterwards; not negative
    /// @return true if it was woken
    /// @throws CancelledException if cancelled or interrupted before it was woken; the lock is held again
    public boolean await(Duration duration) {
        return await(Strand.deadlineAfter(duration), null);
    }

    /// Waits until it is woken or the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return true if it was woken
    /// @throws CancelledException if cancelled or interrupted before it was woken; the lock is held again
    public boolean await(Signal till) {
        return await(Long.MAX_VALUE, requireNonNull(till, "till"));
    }

    /// Waits until it is true; does not wait at all if it is.
    ///
    /// @param condition looked at with the lock held, now and whenever the caller is woken
    /// @throws CancelledException if cancelled or interrupted meanwhile; the lock is held again
    public void awaitThat(BooleanSupplier condition) {
        awaitThat(condition, Long.MAX_VALUE, null);
    }

    /// Waits until it is true, but not for ever.
    ///
    /// @param condition looked at with the lock held, now and whenever the caller is woken
    /// @param duration how long at most; not negative
    /// @return what the condition says at the end
    /// @throws CancelledException if cancelled or interrupted meanwhile; the lock is held again
    public boolean awaitThat(BooleanSupplier condition, Duration duration) {
        return awaitThat(condition, Strand.deadlineAfter(duration), null);
    }

    /// Waits until it is true or the signal goes.
    ///
    /// @param condition looked at with the lock held, now and whenever the caller is woken
    /// @param till ends the wait as well
    /// @return what the condition says at the end
    /// @throws CancelledException if cancelled or interrupted meanwhile; the lock is held again
    public boolean awaitThat(BooleanSupplier condition, Signal till) {
        return awaitThat(condition, Long.MAX_VALUE, requireNonNull(till, "till"));
    }

    private boolean awaitThat(BooleanSupplier condition, long deadlineNanos, @Nullable Signal till) {
        lock.requireHeld();
        while (!condition.getAsBoolean()) {
            if (!await(deadlineNanos, till)) {
                return condition.getAsBoolean();
            }
        }
        return true;
    }

    private boolean await(long deadlineNanos, @Nullable Signal till) {
        lock.requireHeld();
        Place place = join();
        int times = lock.giveUp();
        try {
            return place.await(this, deadlineNanos, till);
        } finally {
            lock.retake(times);
        }
    }

    private Place join() {
        guard.lock();
        try {
            var place = new Place(line);
            line.join(place);
            return place;
        } finally {
            guard.leave();
        }
    }

    /// Wakes the one that has waited longest.
    ///
    /// @return false if nobody waited
    public boolean wakeOne() {
        lock.requireHeld();
        if (line.isEmptyToJoiner()) {
            return false;
        }
        guard.lock();
        try {
            return line.call() != null;
        } finally {
            guard.leave();
        }
    }

    /// Wakes all that wait, the oldest first.
    ///
    /// @return how many
    public int wakeAll() {
        lock.requireHeld();
        if (line.isEmptyToJoiner()) {
            return 0;
        }
        guard.lock();
        try {
            return line.callAll();
        } finally {
            guard.leave();
        }
    }

    /// How many wait; for displays and tests.
    int waiting() {
        return line.waiting();
    }
}
