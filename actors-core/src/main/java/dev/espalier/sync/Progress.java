package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A number that only grows, and that one can wait for: messages handled, bytes written, generations.
///
/// {@snippet class="dev.espalier.actor.PrimitivesGuideTest" region="progress"}
///
/// *Failure.* A listener that throws is logged; the others run.
/// *Threads.* Thread-safe and lock-free; nothing blocks but the `waitFor` methods.
/// *Memory.* What a thread does before it advances the value happens before what another one does after it saw
/// the value.
/// *Cost.* O(1) while nobody waits; O(log n) with n listeners.
///
/// *Idea.* Listeners sorted by the value they wait for. Who advances writes the value and then looks for
/// listeners; who registers adds the listener and then looks at the value: at least one of them sees the other,
/// and the state of the listener ([OneShot]) lets only one run it.
public final class Progress {
    private final AtomicLong value = new AtomicLong();
    private final AtomicLong tickets = new AtomicLong();
    private final ConcurrentSkipListSet<Reach> waiting = new ConcurrentSkipListSet<>(Reach.ORDER);

    /// Starts at zero.
    public Progress() {}

    /// The value so far.
    ///
    /// @return zero or more
    public long value() {
        return value.get();
    }

    /// Advances by one.
    ///
    /// @return the new value
    public long advance() {
        return advance(1);
    }

    /// Advances and runs the listeners that it reaches, lowest first.
    ///
    /// @param by how far; more than zero
    /// @return the new value
    /// @throws IllegalArgumentException if `by` is not positive
    /// @throws ArithmeticException if the value would exceed [Long#MAX_VALUE]
    public long advance(long by) {
        if (by <= 0) {
            throw new IllegalArgumentException("advance by " + by);
        }
        long reached = value.updateAndGet(old -> Math.addExact(old, by));
        runReached(reached);
        return reached;
    }

    /// Advances to a value, unless it is there or farther already; never backwards.
    ///
    /// @param target the value to reach
    /// @return true if this call moved it
    public boolean advanceTo(long target) {
        if (value.getAndAccumulate(target, Math::max) >= target) {
            return false;
        }
        runReached(target);
        return true;
    }

    /// Waits until the value is reached.
    ///
    /// @param target the value
    /// @throws CancelledException if cancelled or interrupted, see [Strand#park]
    public void waitFor(long target) {
        await(target, Long.MAX_VALUE, null);
    }

    /// Waits until the value is reached, but not for ever.
    ///
    /// @param target the value
    /// @param duration how long at most; not negative
    /// @return true if it is reached
    /// @throws CancelledException if cancelled or interrupted, see [Strand#park]
    public boolean waitFor(long target, Duration duration) {
        return await(target, Strand.deadlineAfter(duration), null);
    }

    /// Waits until the value is reached or the signal goes.
    ///
    /// @param target the value
    /// @param till ends the wait as well
    /// @return true if it is reached
    /// @throws CancelledException if cancelled or interrupted, see [Strand#park]
    public boolean waitFor(long target, Signal till) {
        return await(target, Long.MAX_VALUE, requireNonNull(till, "till"));
    }

    private boolean await(long target, long deadlineNanos, @Nullable Signal till) {
        return Waiting.await(this, () -> value.get() >= target, wake -> onReached(target, wake), deadlineNanos, till);
    }

    /// Runs the listener when the value is reached: in the thread that advances, or at once in the caller if it
    /// is reached already. Listeners must be short and must not wait.
    ///
    /// @param target the value
    /// @param listener what to run, once
    /// @return removes the listener
    public Registration onReached(long target, Runnable listener) {
        var reach = new Reach(this, target, requireNonNull(listener, "listener"));
        if (value.get() < target) {
            waiting.add(reach);
        }
        if (value.get() >= target) {
            reach.run();
        }
        return reach;
    }

    private void runReached(long reached) {
        for (Reach each : waiting) { // sorted; weakly consistent is enough: later ones look at the value themselves
            if (each.target > reached) {
                return;
            }
            each.run();
        }
    }

    /// For tests: how many listeners are kept.
    int listeners() {
        return waiting.size();
    }

    @Override
    public String toString() {
        return "Progress[" + value + "]";
    }

    private static final class Reach extends OneShot {
        static final Comparator<Reach> ORDER =
                Comparator.<Reach>comparingLong(reach -> reach.target).thenComparingLong(reach -> reach.ticket);

        private final Progress progress;
        private final long target;
        private final long ticket;

        Reach(Progress progress, long target, Runnable action) {
            super(action);
            this.progress = progress;
            this.target = target;
            this.ticket = progress.tickets.incrementAndGet();
        }

        @Override
        void ended() {
            progress.waiting.remove(this);
        }
    }
}
