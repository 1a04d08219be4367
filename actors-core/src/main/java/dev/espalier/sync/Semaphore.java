package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A number of units that can be acquired and released: seats, connections, requests in flight.
///
/// {@snippet class="dev.espalier.actor.PrimitivesGuideTest" region="units"}
///
/// First come, first served: units are handed over to who has waited longest. A big request that waits is not
/// overtaken by small ones behind it. A wait that was given up takes no units with it. Units belong to nobody; any
/// thread may release them, also more than were acquired.
///
/// *Failure.* Nothing is acquired by a call that throws or returns false.
/// *Threads.* Thread-safe.
/// *Memory.* What a thread does before a release happens before what another one does after it acquired those units.
/// *Cost.* One CAS while nobody waits; a short lock otherwise. About 100 bytes.
///
/// *Source.* Conpig's and Haskell's `QSem` and `QSemN`, in one.
///
/// *State.* `units`: the free units; its top bit `WAITED`: somebody is in line.
/// *Transitions.* Without WAITED: `u -> u-n`, `u -> u+n`, CAS, any thread. `+WAITED`: with the guard, CAS. With
/// WAITED: anything, only with the guard.
/// *Invariant 1.* WAITED is set exactly while the line is not empty, as seen with the guard. *Invariant 2.* When the
/// guard is left, the first in line wants more units than are free.
public final class Semaphore {
    private static final long WAITED = Long.MIN_VALUE;
    private static final VarHandle UNITS;

    static {
        try {
            UNITS = MethodHandles.lookup().findVarHandle(Semaphore.class, "units", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Guard guard = new Guard();
    private final Line line = new Line(guard) {
        @Override
        void left() {
            serve(units & ~WAITED);
        }
    };
    private volatile long units;

    /// A semaphore.
    ///
    /// @param units how many are free at first; not negative
    public Semaphore(long units) {
        if (units < 0) {
            throw new IllegalArgumentException("negative units: " + units);
        }
        this.units = units;
    }

    private static final class Request extends Place {
        final long wanted;

        Request(Line line, long wanted) {
            super(line);
            this.wanted = wanted;
        }
    }

    /// Acquires one unit; waits for it.
    ///
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public void acquire() {
        acquire(1);
    }

    /// Acquires units, all at once; waits for them.
    ///
    /// @param wanted how many; not negative
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public void acquire(long wanted) {
        if (!tryAcquire(wanted)) {
            await(wanted, Long.MAX_VALUE, null);
        }
    }

    /// Acquires one unit, but does not wait for ever.
    ///
    /// @param duration how long at most; not negative
    /// @return true if it was acquired
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean acquire(Duration duration) {
        return acquire(1, duration);
    }

    /// Acquires one unit, or gives up when the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return true if it was acquired
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean acquire(Signal till) {
        return acquire(1, till);
    }

    /// Acquires units, all at once, but does not wait for ever.
    ///
    /// @param wanted how many; not negative
    /// @param duration how long at most; not negative
    /// @return true if they were acquired
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean acquire(long wanted, Duration duration) {
        Strand.refuseNegative(duration);
        return tryAcquire(wanted) || await(wanted, Strand.deadlineAfter(duration), null);
    }

    /// Acquires units, all at once, or gives up when the signal goes.
    ///
    /// @param wanted how many; not negative
    /// @param till ends the wait as well
    /// @return true if they were acquired
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean acquire(long wanted, Signal till) {
        requireNonNull(till, "till");
        return tryAcquire(wanted) || await(wanted, Long.MAX_VALUE, till);
    }

    /// Acquires one unit if it is free and nobody waits for it.
    ///
    /// @return true if it was acquired
    public boolean tryAcquire() {
        return tryAcquire(1);
    }

    /// Acquires units if they are free and nobody waits for them.
    ///
    /// @param wanted how many; not negative
    /// @return true if they were acquired
    public boolean tryAcquire(long wanted) {
        refuseNegative(wanted);
        while (true) {
            long seen = units;
            if (seen < wanted) { // so it is with WAITED
                return false;
            }
            if (UNITS.compareAndSet(this, seen, seen - wanted)) {
                return true;
            }
        }
    }

    /// Gives one unit back, or a new one.
    public void release() {
        release(1);
    }

    /// Gives units back, or new ones.
    ///
    /// @param given how many; not negative
    /// @throws ArithmeticException if there would be more than [Long#MAX_VALUE]
    public void release(long given) {
        refuseNegative(given);
        releaseUpTo(given, Long.MAX_VALUE);
    }

    /// Gives units back unless there would be too many free ones then.
    ///
    /// @return false if not even one fits: nothing has changed
    boolean releaseUpTo(long given, long most) {
        while (true) {
            long seen = units;
            if (seen < 0) {
                if (releaseInLine(given)) {
                    return true;
                }
            } else if (most - seen < given) {
                return refuseMore(most);
            } else if (UNITS.compareAndSet(this, seen, seen + given)) {
                return true;
            }
        }
    }

    private static boolean refuseMore(long most) {
        if (most == Long.MAX_VALUE) {
            throw new ArithmeticException("more than " + most + " units");
        }
        return false;
    }

    /// With a line; false if there is none any more.
    private boolean releaseInLine(long given) {
        guard.lock();
        try {
            long seen = units;
            if (seen >= 0) {
                return false;
            }
            serve(Math.addExact(seen & ~WAITED, given));
            return true;
        } finally {
            guard.leave();
        }
    }

    /// Grants as many requests as there are units for, in order; with the guard, while WAITED is set.
    private void serve(long free) {
        long left = free;
        while (line.first() instanceof Request first && first.wanted <= left) {
            if (line.call(first)) {
                left -= first.wanted;
            }
        }
        units = line.isEmpty() ? left : left | WAITED;
    }

    boolean await(long wanted, long deadlineNanos, @Nullable Signal till) {
        Request request = join(wanted);
        return request == null || request.await(this, deadlineNanos, till);
    }

    /// Joins the line; null if the units could be had at once.
    private @Nullable Request join(long wanted) {
        guard.lock();
        try {
            while (true) {
                long seen = units;
                if (seen < 0 || seen < wanted) {
                    if (seen < 0 || UNITS.compareAndSet(this, seen, seen | WAITED)) {
                        var request = new Request(line, wanted);
                        line.join(request);
                        return request;
                    }
                } else if (UNITS.compareAndSet(this, seen, seen - wanted)) {
                    return null;
                }
            }
        } finally {
            guard.leave();
        }
    }

    private static void refuseNegative(long number) {
        if (number < 0) {
            throw new IllegalArgumentException("negative units: " + number);
        }
    }

    /// How many units are free.
    ///
    /// @return zero or more; may be out of date at once
    public long available() {
        return units & ~WAITED;
    }

    /// How many wait in line; for displays and tests.
    ///
    /// @return zero or more; may be out of date at once
    public int waiting() {
        return line.waiting();
    }

    @Override
    public String toString() {
        return "Semaphore[" + available() + " free, " + waiting() + " waiting]";
    }
}
