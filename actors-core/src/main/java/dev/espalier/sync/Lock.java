package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// A lock that one thread holds at a time: fair, reentrant, with conditions.
///
/// The lock is handed to who has waited longest, so nobody starves and nobody overtakes; that costs a thread switch
/// for every contended hand-over. It belongs to the thread that took it, which may take it again and has to unlock it
/// as often. An actor may hold it over a blocking call, but not from one message to the next: its turns run on many
/// threads.
///
/// ```
/// lock.run(() -> balance += amount);
/// ```
///
/// *Failure.* A call that throws or returns false has not taken the lock. Threads that wait for each other are found,
/// and
/// one of them gets a [DeadlockException], see [DeadlockWatch].
/// *Threads.* Thread-safe; only the holder may unlock.
/// *Memory.* What the holder does before it unlocks happens before what the next holder does.
/// *Cost.* One CAS to lock and one to unlock while nobody waits.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `owner` | the holder | all; a thread can find only itself there if it holds the lock | opaque |
/// | `holds` | the holder | the holder | plain, ordered by `one` |
public final class Lock {
    private static final VarHandle OWNER;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(Lock.class, "owner", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Semaphore one = new Semaphore(1);

    @SuppressWarnings("unused") // through OWNER
    private @Nullable Thread owner;

    private int holds;

    /// A lock that nobody holds.
    public Lock() {}

    /// Takes the lock; waits for it.
    ///
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    /// @throws DeadlockException if its holder waits for the caller, see [DeadlockWatch]
    public void lock() {
        if (!reenter()) {
            acquire(WaitsFor.Remedy.FAIL, Long.MAX_VALUE, null);
            own(1);
        }
    }

    /// Takes the lock, but does not wait for ever.
    ///
    /// @param duration how long at most; not negative
    /// @return true if it was taken
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean lock(Duration duration) {
        return reenter()
                || owned(one.tryAcquire() || acquire(WaitsFor.Remedy.FAIL, Strand.deadlineAfter(duration), null));
    }

    /// Takes the lock, or gives up when the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return true if it was taken
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean lock(Signal till) {
        requireNonNull(till, "till");
        return reenter() || owned(acquire(WaitsFor.Remedy.FAIL, Long.MAX_VALUE, till));
    }

    /// Takes the lock if it is free and nobody waits for it, or if the caller holds it.
    ///
    /// @return true if it was taken
    public boolean tryLock() {
        return reenter() || owned(one.tryAcquire());
    }

    /// Unlocks it once; when that was the last time, it goes to who has waited longest.
    ///
    /// @throws IllegalMonitorStateException if the calling thread does not hold it
    public void unlock() {
        requireHeld();
        if (--holds == 0) {
            OWNER.setOpaque(this, null);
            one.release();
        }
    }

    /// Runs code with the lock held.
    ///
    /// @param body the code; what it throws comes out
    /// @throws CancelledException if cancelled or interrupted while it waits for the lock
    /// @throws DeadlockException if its holder waits for the caller, see [DeadlockWatch]
    public void run(Runnable body) {
        lock();
        try {
            body.run();
        } finally {
            unlock();
        }
    }

    /// Calls code with the lock held.
    ///
    /// @param <T> the type of the result
    /// @param body the code; what it throws comes out
    /// @return the body's result
    /// @throws Exception what the body throws
    /// @throws CancelledException if cancelled or interrupted while it waits for the lock
    /// @throws DeadlockException if its holder waits for the caller, see [DeadlockWatch]
    public <T extends @Nullable Object> T call(Callable<T> body) throws Exception {
        lock();
        try {
            return body.call();
        } finally {
            unlock();
        }
    }

    /// A condition on what this lock protects. A lock may have many.
    ///
    /// @return a condition nobody waits for
    public Condition newCondition() {
        return new Condition(this);
    }

    /// Tells whether the calling thread holds it.
    ///
    /// @return true if the caller may unlock it
    @SuppressWarnings("ReferenceEquality") // the same, not an equal one
    public boolean isHeld() {
        return OWNER.getOpaque(this) == Thread.currentThread();
    }

    /// Which thread holds it.
    ///
    /// @return null if nobody; may be out of date at once
    public @Nullable Thread owner() {
        return (Thread) OWNER.getOpaque(this);
    }

    /// How many threads wait for it; for displays and tests.
    ///
    /// @return zero or more; may be out of date at once
    public int waiting() {
        return one.waiting();
    }

    private boolean reenter() {
        if (!isHeld()) {
            return false;
        }
        holds++;
        return true;
    }

    private boolean acquire(WaitsFor.Remedy remedy, long deadlineNanos, @Nullable Signal till) {
        if (one.tryAcquire()) {
            return true;
        }
        var wait = new LockWait(this, remedy, till != null || deadlineNanos != Long.MAX_VALUE);
        wait.enter();
        try {
            return one.await(1, deadlineNanos, till);
        } finally {
            wait.exit();
        }
    }

    private boolean owned(boolean acquired) {
        if (acquired) {
            own(1);
        }
        return acquired;
    }

    private void own(int times) {
        OWNER.setOpaque(this, Thread.currentThread());
        holds = times;
    }

    /// How often the caller, who holds it, has taken it.
    int holds() {
        return holds;
    }

    void requireHeld() {
        if (!isHeld()) {
            throw new IllegalMonitorStateException("not held by this thread: " + this);
        }
    }

    /// Gives the lock away altogether, for a wait; see [#retake].
    int giveUp() {
        int times = holds;
        holds = 0;
        OWNER.setOpaque(this, null);
        one.release();
        return times;
    }

    /// Takes the lock again after a wait; a cancel does not disturb it, but stays pending.
    void retake(int times) {
        if (!one.tryAcquire()) {
            CancelScope.shield(() -> {
                acquire(WaitsFor.Remedy.NONE, Long.MAX_VALUE, null);
            });
        }
        own(times);
    }

    @Override
    public String toString() {
        Thread holder = owner();
        return "Lock[" + (holder == null ? "free" : "held by " + holder.getName()) + "]";
    }
}
