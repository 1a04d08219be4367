package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// State that one thread uses at a time, with one place to wait for changes: whoever leaves wakes the oldest
/// waiter, so no notification can be forgotten.
///
/// A thread that leaves has perhaps changed something, so the one that has waited longest looks whether it is what it
/// waits for. If not, the next one looks, and so on, once each. To begin to wait is to leave, too.
///
/// {@snippet class="dev.espalier.actor.PrimitivesGuideTest" region="monitor"}
///
/// *Failure.* The waiting methods throw [IllegalMonitorStateException] if the caller is not inside.
/// *Threads.* Thread-safe; fair and reentrant as [Lock]. To leave an inner entry wakes nobody.
/// *Memory.* What one does inside happens before what the next does inside.
/// *Cost.* As [Lock] while nobody waits for a change; a thread that leaves wakes one waiter at most, and every waiter
/// looks once per change, which takes O(n) with n waiters.
///
/// *Source.* The `Lock` of mo-threads; there two waiters for whom there is nothing wake each other without an end.
///
/// *State.* `changes`: how often somebody has left or begun to wait; each waiter has the number from when it last
/// looked. A wake-up is passed on only to one that has not looked since the last change, so a round ends. All with the
/// lock held.
public final class Monitor {
    private final Lock lock = new Lock();
    private final Guard guard = new Guard();
    private final Line line = new Line(guard);
    private long changes;

    /// A monitor that nobody is in.
    public Monitor() {}

    /// Who waits, and for how long: who looks and waits again keeps its age.
    private static final class Looker extends Place {
        final long age;
        final long looked;

        Looker(Line line, long age, long looked) {
            super(line);
            this.age = age;
            this.looked = looked;
        }
    }

    /// Enters; waits until nobody else is inside. Put [#leave] into a `finally`.
    ///
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    /// @throws DeadlockException if who is inside waits for the caller, see [DeadlockWatch]
    public void enter() {
        lock.lock();
    }

    /// Enters, but does not wait for ever.
    ///
    /// @param duration how long at most; not negative
    /// @return true if the caller is inside
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean enter(Duration duration) {
        return lock.lock(duration);
    }

    /// Enters, or gives up when the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return true if the caller is inside
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean enter(Signal till) {
        return lock.lock(till);
    }

    /// Enters if nobody else is inside.
    ///
    /// @return true if the caller is inside
    public boolean tryEnter() {
        return lock.tryLock();
    }

    /// Leaves, and wakes the one that has waited longest for a change.
    ///
    /// @throws IllegalMonitorStateException if the calling thread is not inside
    public void leave() {
        lock.requireHeld();
        if (!lock.isReentered()) {
            changes++;
            passOn();
        }
        lock.unlockHeld();
    }

    /// Runs code inside.
    ///
    /// @param body the code; what it throws comes out
    /// @throws CancelledException if cancelled or interrupted while it waits to enter
    public void run(Runnable body) {
        requireNonNull(body, "body");
        enter();
        try {
            body.run();
        } finally {
            leave();
        }
    }

    /// Calls code inside.
    ///
    /// @param <T> the type of the result
    /// @param <X> what the body throws
    /// @param body the code
    /// @return the body's result
    /// @throws X what the body throws
    /// @throws CancelledException if cancelled or interrupted while it waits to enter
    public <T extends @Nullable Object, X extends Exception> T call(Task<T, X> body) throws X {
        requireNonNull(body, "body");
        enter();
        try {
            return body.run();
        } finally {
            leave();
        }
    }

    /// Waits until it is true; does not wait at all if it is.
    ///
    /// @param condition looked at inside, now and whenever the caller is woken
    /// @throws CancelledException if cancelled or interrupted meanwhile
    public void awaitThat(BooleanSupplier condition) {
        awaitThat(condition, Long.MAX_VALUE, null);
    }

    /// Waits until it is true, but not for ever.
    ///
    /// @param condition looked at inside, now and whenever the caller is woken
    /// @param duration how long at most; not negative
    /// @return what the condition says at the end
    /// @throws CancelledException if cancelled or interrupted meanwhile
    public boolean awaitThat(BooleanSupplier condition, Duration duration) {
        return awaitThat(condition, Strand.deadlineAfter(duration), null);
    }

    /// Waits until it is true or the signal goes.
    ///
    /// @param condition looked at inside, now and whenever the caller is woken
    /// @param till ends the wait as well
    /// @return what the condition says at the end
    /// @throws CancelledException if cancelled or interrupted meanwhile
    public boolean awaitThat(BooleanSupplier condition, Signal till) {
        return awaitThat(condition, Long.MAX_VALUE, requireNonNull(till, "till"));
    }

    private boolean awaitThat(BooleanSupplier condition, long deadlineNanos, @Nullable Signal till) {
        lock.requireHeld();
        if (condition.getAsBoolean()) {
            return true;
        }
        long age = ++changes; // who comes from outside may have changed something before
        do {
            passOn();
            if (!await(age, deadlineNanos, till)) {
                return condition.getAsBoolean();
            }
        } while (!condition.getAsBoolean());
        return true;
    }

    private boolean await(long age, long deadlineNanos, @Nullable Signal till) {
        Place place = join(age);
        int times = lock.giveUp();
        try {
            return place.await(this, deadlineNanos, till);
        } finally {
            lock.retake(times);
        }
    }

    private Place join(long age) {
        guard.lock();
        try {
            var place = new Looker(line, age, changes);
            Place younger = line.first();
            while (younger instanceof Looker each && each.age < age) {
                younger = younger.next;
            }
            line.joinBefore(place, younger);
            return place;
        } finally {
            guard.leave();
        }
    }

    /// Wakes the oldest waiter that has not looked since the last change.
    private void passOn() {
        if (line.isEmptyToJoiner()) {
            return;
        }
        guard.lock();
        try {
            Place next = line.first();
            while (next instanceof Looker each) {
                next = each.next;
                if (each.looked < changes && line.call(each)) {
                    return;
                }
            }
        } finally {
            guard.leave();
        }
    }

    /// Tells whether the calling thread is inside.
    ///
    /// @return true if the caller may leave
    public boolean isInside() {
        return lock.isHeld();
    }

    /// How many wait for a change; for displays and tests.
    int waiting() {
        return line.waiting();
    }

    @Override
    public String toString() {
        return "Monitor over " + lock;
    }
}
