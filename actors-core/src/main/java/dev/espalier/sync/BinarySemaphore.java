package dev.espalier.sync;

import java.time.Duration;

/// A flag that one can wait for and take down: free or taken, nothing else. Any thread may release it.
///
/// {@snippet class="dev.espalier.actor.PrimitivesGuideTest" region="binary"}
///
/// First come, first served; a wait that was given up takes nothing with it. Releasing it twice is the same as once,
/// which tells it from a [Semaphore] of one unit; it has no owner, which tells it from a [Lock].
///
/// *Threads.* Thread-safe.
/// *Memory.* What a thread does before a release happens before what another one does after it acquired it.
/// *Cost.* As [Semaphore].
public final class BinarySemaphore {
    private final Semaphore one;

    /// A binary semaphore.
    ///
    /// @param free whether it can be acquired at first
    public BinarySemaphore(boolean free) {
        one = new Semaphore(free ? 1 : 0);
    }

    /// Acquires it; waits until it is free.
    ///
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public void acquire() {
        one.acquire();
    }

    /// Acquires it, but does not wait for ever.
    ///
    /// @param duration how long at most; not negative
    /// @return true if it was acquired
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean acquire(Duration duration) {
        return one.acquire(duration);
    }

    /// Acquires it, or gives up when the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return true if it was acquired
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean acquire(Signal till) {
        return one.acquire(till);
    }

    /// Acquires it if it is free.
    ///
    /// @return true if it was acquired
    public boolean tryAcquire() {
        return one.tryAcquire();
    }

    /// Makes it free, or hands it to who has waited longest.
    ///
    /// @return false if it was free already
    public boolean release() {
        return one.releaseUpTo(1, 1);
    }

    /// Tells whether it is free.
    ///
    /// @return true if it is free; may be out of date at once
    public boolean isFree() {
        return one.available() > 0;
    }

    @Override
    public String toString() {
        return "BinarySemaphore[" + (isFree() ? "free" : "taken") + "]";
    }
}
