package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A lock that one thread holds at a time: fair, reentrant, with conditions.
///
/// The lock is handed to who has waited longest, so nobody starves and nobody overtakes; that costs a thread switch
/// for every contended hand-over. It belongs to the thread that took it, which may take it again and has to unlock it
/// as often. An actor may hold it over a blocking call, but not from one message to the next: its turns run on many
/// threads.
///
/// {@snippet class="dev.espalier.actor.PrimitivesGuideTest" region="lock"}
///
/// *Failure.* A call that throws or returns false has not taken the lock. Threads that wait for each other are found,
/// and one of them gets a [DeadlockException], see [DeadlockWatch].
/// *Threads.* Thread-safe; only the holder may unlock.
/// *Memory.* What the holder does before it unlocks happens before what the next holder does.
/// *Cost.* One CAS to lock and one volatile write to unlock while nobody waits; a short lock otherwise. About 150
/// bytes.
///
/// *Problem.* The way without waiting must not take the guard, and yet nobody who waits may be forgotten or overtaken.
/// *Idea.* As in Dekker's algorithm, each side writes its own word and then reads the other's: who unlocks frees the
/// lock and looks whether somebody waits; who waits says so and looks whether the lock is free.
/// *State.* `owner`: null, or who holds it. `waited`: perhaps somebody is in line.
/// *Transitions.* `owner: null -> self`: who locks and has found `waited` false, CAS; `null -> self`: who is to
/// hand it over, CAS; `self -> null`: the holder; `self -> the first in line`: the holder, with the guard.
/// `waited`: only with the guard; when that is left, false only if the line is empty.
/// *Invariant 1.* Who waits is seen by the holder, at once or by its second look, after it has freed the lock; then it
/// takes the lock back and hands it over, or another one has it, and the duty with it. *Invariant 2.* Who
/// begins to lock when somebody is in line finds `waited`, and joins behind. *Invariant 3.* A thread that runs
/// finds itself in `owner` exactly if it holds the lock: it is written there before its wait is claimed; if
/// that fails, since it has given up, another is written there before it gets out of the line, for which it
/// needs the guard.
///
/// If a thread stalls after it has freed the lock, those in line wait until it goes on or another one comes.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `owner` | see above | all | CAS and volatile write; opaque read, for a thread looks for itself only |
/// | `waited` | with the guard | all | volatile |
/// | `again` | the holder | the holder | plain, ordered by `owner` |
///
/// *Proof.* `LockTest`, `CancelStormTest`, `DeadlockStormTest`; `LockProof`.
public final class Lock {
    private static final VarHandle OWNER;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(Lock.class, "owner", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Guard guard = new Guard();
    final Line line = new Line(guard);

    @SuppressWarnings("unused") // through OWNER
    private @Nullable Thread owner;

    private volatile boolean waited;
    /// How often the holder has taken it besides the first time.
    private int again;

    /// A lock that nobody holds.
    public Lock() {}

    /// Takes the lock; waits for it.
    ///
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    /// @throws DeadlockException if its holder waits for the caller, see [DeadlockWatch]
    public void lock() {
        if (!tryLock()) {
            acquire(WaitsFor.Remedy.FAIL, Long.MAX_VALUE, null);
        }
    }

    /// Takes the lock, but does not wait for ever.
    ///
    /// @param duration how long at most; not negative
    /// @return true if it was taken
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean lock(Duration duration) {
        Strand.refuseNegative(duration);
        return tryLock() || acquire(WaitsFor.Remedy.FAIL, Strand.deadlineAfter(duration), null);
    }

    /// Takes the lock, or gives up when the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return true if it was taken
    /// @throws CancelledException if cancelled or interrupted while it waits, see [Strand#park]
    public boolean lock(Signal till) {
        requireNonNull(till, "till");
        return tryLock() || acquire(WaitsFor.Remedy.FAIL, Long.MAX_VALUE, till);
    }

    /// Takes the lock if it is free and nobody waits for it, or if the caller holds it.
    ///
    /// @return true if it was taken
    @SuppressWarnings("ReferenceEquality") // the same, not an equal one
    public boolean tryLock() {
        Thread self = Thread.currentThread();
        if (OWNER.getOpaque(this) == self) {
            again++;
            return true;
        }
        return !waited && OWNER.compareAndSet(this, null, self);
    }

    /// Unlocks it once; when that was the last time, it goes to who has waited longest.
    ///
    /// @throws IllegalMonitorStateException if the calling thread does not hold it
    public void unlock() {
        requireHeld();
        unlockHeld();
    }

    /// As [#unlock], for who knows that the calling thread holds it.
    void unlockHeld() {
        if (again > 0) {
            again--;
        } else {
            release();
        }
    }

    private void release() {
        if (!waited) {
            OWNER.setVolatile(this, null);
            if (!waited || !OWNER.compareAndSet(this, null, Thread.currentThread())) {
                return; // invariant 1
            }
        }
        handOver();
    }

    /// By the holder.
    private void handOver() {
        guard.lock();
        try {
            Place first;
            do {
                first = line.first();
                OWNER.setVolatile(this, first == null ? null : first.standing.strand.thread()); // invariant 3
            } while (first != null && !line.call(first));
            waited = !line.isEmpty();
        } finally {
            guard.leave();
        }
    }

    /// Runs code with the lock held.
    ///
    /// @param body the code; what it throws comes out
    /// @throws CancelledException if cancelled or interrupted while it waits for the lock
    /// @throws DeadlockException if its holder waits for the caller, see [DeadlockWatch]
    public void run(Runnable body) {
        requireNonNull(body, "body");
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
    /// @param <X> what the body throws
    /// @param body the code
    /// @return the body's result
    /// @throws X what the body throws
    /// @throws CancelledException if cancelled or interrupted while it waits for the lock
    /// @throws DeadlockException if its holder waits for the caller, see [DeadlockWatch]
    public <T extends @Nullable Object, X extends Exception> T call(Task<T, X> body) throws X {
        requireNonNull(body, "body");
        lock();
        try {
            return body.run();
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
        return line.waiting();
    }

    private boolean acquire(WaitsFor.Remedy remedy, long deadlineNanos, @Nullable Signal till) {
        var place = new Place(line);
        var wait = new LockWait(this, place, remedy, till != null || deadlineNanos != Long.MAX_VALUE);
        join(place);
        return wait.await(deadlineNanos, till);
    }

    /// Begins to wait at that place of its line.
    void join(Place place) {
        guard.lock();
        try {
            line.join(place);
            waited = true;
            if (OWNER.compareAndSet(this, null, Thread.currentThread())) {
                handOver(); // it is free: to the first in line, perhaps this one
            }
        } finally {
            guard.leave();
        }
    }

    /// Whether the caller, who holds it, has taken it more than once.
    boolean isReentered() {
        return again > 0;
    }

    void requireHeld() {
        if (!isHeld()) {
            throw new IllegalMonitorStateException("not held by this thread: " + this);
        }
    }

    /// Gives the lock away altogether, for a wait.
    ///
    /// @return for [#retake]
    int giveUp() {
        int times = again;
        again = 0;
        release();
        return times;
    }

    /// Takes the lock again after a wait; a cancel does not disturb it, but stays pending.
    void retake(int times) {
        if (!tryLock()) {
            CancelScope.shield(() -> {
                acquire(WaitsFor.Remedy.NONE, Long.MAX_VALUE, null);
            });
        }
        again = times;
    }

    @Override
    public String toString() {
        Thread holder = owner();
        return "Lock[" + (holder == null ? "free" : "held by " + holder.getName()) + "]";
    }
}
