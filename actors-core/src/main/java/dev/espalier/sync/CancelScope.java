package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A stretch of code that can be cancelled from outside. Scopes nest.
///
/// [#run] and [#call] use a scope up. By hand, with [#enter] and [#exit], one scope can cover several
/// stretches, one after the other, on whatever strands; a cancel between two of them is delivered in the next.
///
/// A cancel is delivered once, as a [CancelledException] at the current or the next blocking call of this
/// library; code that swallows it goes on. If several nested scopes are cancelled, the outermost one is
/// delivered: the inner ones end while it unwinds.
///
/// {@snippet class="dev.espalier.actor.PrimitivesGuideTest" region="scope"}
///
/// *Failure.* What the code throws comes out, also after a cancel; what fails while it unwinds is suppressed in the
/// [CancelledException].
/// *Threads.* [#cancel] and [#isCancelled] may be called from any thread, the rest only by the strand that
/// entered.
/// *Memory.* What a thread does before the cancel happens before what the code does after it was delivered.
/// *Cost.* To enter and leave, three atomic writes and no lock; [#expect] costs less where nobody waits. O(n) with n
/// scopes that are entered, for each look that finds a hint.
///
/// *State.* bit 0 `CANCELLED`, bit 1 `DELIVERED`, bit 2 `ENTERED`, bit 3 `FINISHED`; only ENTERED is ever taken
/// away, and DELIVERED by the owner before the exception got anywhere; and see [#revive].
/// *Transitions.* `+CANCELLED`: any thread, CAS, unless CANCELLED or FINISHED: the linearization point of [#cancel].
/// `+ENTERED`, `-ENTERED`: owner. `+DELIVERED`: owner, just before the throw; `-DELIVERED`: owner, just after it, if
/// the wait that it ended had been granted what it waited for. `+FINISHED`: owner, at the end of [#run].
/// *Invariant 1.* At most one exception per scope: only the owner delivers, and never with DELIVERED set.
/// *Invariant 2.* No cancel is missed: [#enter] writes `bound` and then reads the state, [#cancel] writes the
/// state and then reads `bound`; both are volatile, so at least one of them sees the other and sets the
/// strand's hint.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `state` | canceller, owner | all | CAS; volatile read |
/// | `bound` | owner | canceller | volatile |
/// | `outer`, `shields`, `muted` | owner | owner | plain |
///
/// If a canceller stalls after its CAS and before the unpark, a parked owner sleeps on until it goes on; an
/// owner that was entered with the hint unset likewise. Nobody else is held up.
public final class CancelScope {
    /// Whatever has a scope, and makes it when somebody asks.
    @FunctionalInterface
    public interface Source {
        /// The scope, always the same one while it is entered.
        ///
        /// @return the scope
        CancelScope scope();
    }

    private static final int CANCELLED = 1;
    private static final int DELIVERED = 2;
    private static final int ENTERED = 4;
    private static final int FINISHED = 8;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(CancelScope.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private volatile int state;
    private volatile @Nullable Strand bound;
    private @Nullable CancelScope outer;
    private int shields;
    private boolean muted;
    private final long deadlineNanos;

    /// A scope that is not entered yet.
    ///
    /// @param name for messages
    public CancelScope(String name) {
        this(name, Long.MAX_VALUE);
    }

    private CancelScope(String name, long deadlineNanos) {
        this.name = requireNonNull(name, "name");
        this.deadlineNanos = deadlineNanos;
    }

    String name() {
        return name;
    }

    /// Runs the body, but not for ever: when the time is over, its current or next blocking call throws
    /// [CancelledException], and when it has unwound, this throws [TimedOutException].
    ///
    /// {@snippet class="dev.espalier.actor.GroupsGuideTest" region="timeout"}
    ///
    /// Time-outs nest: if several are over, the outermost one alone reports. A body that ends by itself, also after
    /// its time, has its result or its own exception. Code that never blocks is not stopped, see [#check].
    ///
    /// *Cost.* A timer: O(log n) with n of them.
    ///
    /// @param <T> the type of the result
    /// @param <X> what the body throws
    /// @param limit how long; not negative; zero: until the first blocking call
    /// @param body the code; what it throws comes out
    /// @return the body's result
    /// @throws X what the body throws
    /// @throws TimedOutException if the body was cancelled because the time is over
    public static <T extends @Nullable Object, X extends Exception> T timeout(Duration limit, Task<T, X> body)
            throws X {
        requireNonNull(body, "body");
        CancelScope scope = new CancelScope("time-out of " + limit, Strand.deadlineAfter(limit));
        try {
            return scope.callInTime(body);
        } catch (CancelledException e) {
            if (e.isFrom(scope)) {
                throw new TimedOutException("not done within " + limit, e);
            }
            throw e;
        }
    }

    private <T extends @Nullable Object, X extends Exception> T callInTime(Task<T, X> body) throws X {
        Registration timer = Strand.current().schedule(deadlineNanos, this::cancel);
        try {
            return call(body);
        } finally {
            timer.remove();
        }
    }

    /// The same for code without a result.
    ///
    /// @param limit how long; not negative; zero: until the first blocking call
    /// @param body the code; what it throws comes out
    /// @throws TimedOutException if the body was cancelled because the time is over
    public static void timeout(Duration limit, Runnable body) {
        requireNonNull(body, "body");
        CancelScope.<@Nullable Void, RuntimeException>timeout(limit, () -> {
            body.run();
            return null;
        });
    }

    /// As [#timeout], where it is no failure that the time was too short. What fails while the body unwinds, so
    /// that it is suppressed in its [CancelledException], is logged as an error.
    ///
    /// @param limit how long; not negative; zero: until the first blocking call
    /// @param body the code; what it throws comes out
    /// @return true if the body has ended by itself, false if it was cancelled because the time is over
    public static boolean runAtMost(Duration limit, Runnable body) {
        requireNonNull(body, "body");
        CancelScope scope = new CancelScope("time-out of " + limit, Strand.deadlineAfter(limit));
        try {
            scope.<@Nullable Void, RuntimeException>callInTime(() -> {
                body.run();
                return null;
            });
            return true;
        } catch (CancelledException e) {
            if (e.isFrom(scope)) {
                scope.reportFailures(e);
                return false;
            }
            throw e;
        }
    }

    /// What failed while the code unwound and would be told to nobody.
    private void reportFailures(CancelledException delivered) {
        for (Throwable each : delivered.getSuppressed()) {
            if (CancelledException.isFailure(each)) {
                Report.error("failed while it unwound: " + name, each);
            }
        }
    }

    /// Runs the body in this scope.
    ///
    /// @param body the code that can be cancelled; what it throws comes out
    /// @throws IllegalStateException if the scope was entered before
    public void run(Runnable body) {
        enter();
        try {
            body.run();
        } finally {
            exit(FINISHED);
        }
    }

    /// Calls the body in this scope.
    ///
    /// @param <T> the type of the result
    /// @param <X> what the body throws
    /// @param body the code that can be cancelled; what it throws comes out
    /// @return the body's result
    /// @throws X what the body throws
    /// @throws IllegalStateException if the scope was entered before
    public <T extends @Nullable Object, X extends Exception> T call(Task<T, X> body) throws X {
        enter();
        try {
            return body.run();
        } finally {
            exit(FINISHED);
        }
    }

    /// Makes this the innermost scope of the calling strand. For code that cannot use [#run]; put [#exit] into a
    /// `finally`.
    ///
    /// @throws IllegalStateException if the scope is entered now or was used up
    public void enter() {
        int before = (int) STATE.getAndBitwiseOr(this, ENTERED);
        if ((before & (ENTERED | FINISHED)) != 0) {
            throw new IllegalStateException("entered twice: " + name);
        }
        Strand self = Strand.current();
        outer = self.scope();
        shields = self.shields();
        self.scope(this);
        bound = self; // invariant 2: before the read
        if (isPending()) {
            self.hintCancel();
        }
    }

    /// As [#enter], but free until the strand first waits or looks for a cancel: only then is the scope entered.
    /// For code that mostly does neither. To be left by [#leave].
    ///
    /// @param self the calling strand
    /// @param next makes the scope when it is entered
    public static void expect(Strand self, Source next) {
        self.expect(next);
    }

    /// Leaves a scope that was opened by [#expect].
    ///
    /// @param self the calling strand
    /// @param last what [#expect] was told
    /// @throws IllegalStateException if its scope is not the innermost one of the calling strand
    public static void leave(Strand self, Source last) {
        if (!self.unexpect(last)) {
            last.scope().exit();
        }
    }

    /// Leaves this scope. A cancel that was not delivered waits for the next [#enter].
    ///
    /// @throws IllegalStateException if this is not the innermost scope of the calling strand
    public void exit() {
        exit(0);
    }

    private void exit(int end) {
        Strand self = Strand.current();
        if (self.scope() != this) {
            throw new IllegalStateException("not the innermost scope of " + self + ": " + name);
        }
        bound = null;
        self.scope(outer);
        outer = null;
        if (end != 0) {
            STATE.getAndBitwiseOr(this, end);
        } else {
            STATE.getAndBitwiseAnd(this, ~ENTERED);
        }
    }

    /// Cancels the code in this scope, or the code that will enter it. Never blocks.
    ///
    /// @return true if this call was the first and the scope was not finished
    public boolean cancel() {
        int seen;
        do {
            seen = state;
            if ((seen & (CANCELLED | FINISHED)) != 0) {
                return false;
            }
        } while (!STATE.compareAndSet(this, seen, seen | CANCELLED));
        Strand strand = bound; // invariant 2: after the write
        if (strand != null) {
            strand.hintCancel();
            strand.unpark();
        }
        return true;
    }

    /// Tells whether it was cancelled, delivered or not.
    ///
    /// @return true once [#cancel] has answered true
    public boolean isCancelled() {
        return (state & CANCELLED) != 0;
    }

    /// Looks for a cancel without waiting: for long computations.
    ///
    /// @throws CancelledException if a cancel or an interrupt is pending and not shielded
    public static void check() {
        Strand.current().checkCancelled();
    }

    /// Runs clean-up code that outer cancels and interrupts must not disturb; they are held back until it ends.
    /// A scope that is entered inside can still be cancelled itself, so clean-up can have its own time limit.
    ///
    /// @param <T> the type of the result
    /// @param <X> what the body throws
    /// @param body the clean-up
    /// @return the body's result
    /// @throws X what the body throws
    public static <T extends @Nullable Object, X extends Exception> T shield(Task<T, X> body) throws X {
        requireNonNull(body, "body");
        Strand self = Strand.current();
        self.beginShield();
        try {
            return body.run();
        } finally {
            self.endShield();
        }
    }

    /// The same for code without a result.
    ///
    /// @param body the clean-up
    public static void shield(Runnable body) {
        requireNonNull(body, "body");
        Strand self = Strand.current();
        self.beginShield();
        try {
            body.run();
        } finally {
            self.endShield();
        }
    }

    /// Throws for the outermost pending scope that is not shielded; called by the strand itself, with its hint
    /// cleared.
    static void deliver(Cancellable self) {
        CancelScope found = null;
        boolean held = false;
        for (CancelScope each = self.scope(); each != null; each = each.outer) {
            if (Strand.isOver(each.deadlineNanos)) {
                each.cancel(); // its timer may be about to: the outermost that is over is to report
            }
            if (each.isPending()) {
                if (each.shields >= self.shields() && !each.muted) {
                    found = each;
                } else {
                    held = true;
                }
            }
        }
        if (found == null) {
            if (held) {
                self.hintCancel(); // to be found when the shield has ended
            }
            return;
        }
        STATE.getAndBitwiseOr(found, DELIVERED);
        self.hintCancel(); // an inner scope may be pending as well, should the code swallow this one
        throw CancelledException.of(found);
    }

    // ---- For OwnScopes, by the strand that has this scope now.

    @Nullable
    CancelScope outer() {
        return outer;
    }

    void outer(@Nullable CancelScope next) {
        outer = next;
    }

    /// The code in this scope goes on, perhaps on another strand, which looks for a cancel afterwards.
    void moved(Strand to, int moreShields) {
        shields += moreShields;
        bound = to;
    }

    /// Holds its cancels back, as a shield does, but only those of this very scope; by the strand itself.
    void mute(boolean value) {
        muted = value;
    }

    /// Forgets a cancel, delivered or not; by the strand itself, while it is entered.
    void revive() {
        STATE.getAndBitwiseAnd(this, ~(CANCELLED | DELIVERED));
    }

    /// Makes a cancel pending again that was delivered to a wait that was over; see [Wait], invariant 3.
    void takeBack() {
        STATE.getAndBitwiseAnd(this, ~DELIVERED);
        Strand.current().hintCancel();
    }

    private boolean isPending() {
        return (state & (CANCELLED | DELIVERED)) == CANCELLED;
    }

    @Override
    public String toString() {
        return "CancelScope[" + name + (isCancelled() ? ", cancelled]" : "]");
    }
}
