package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// One wait of one strand, which ends exactly once: it is granted what it waits for, or it is given up.
///
/// It may stand at several [Place]s (a [Select]); the first to claim it wins.
///
/// *Problem.* A time-out, a till, a cancel and a grant may come at the same time. A grant that meets a wait which is
/// over must go to the next in line; a wait that was granted may not say that it was in vain.
/// *Idea.* One word decides. Whoever wants to end the wait claims it by a CAS, and only the winner acts.
/// *Transitions.* `null -> a Place or another winner`: who grants, CAS, the linearization point of the hand-over;
/// `null -> GIVEN_UP`: the strand itself, CAS, on time-out, till or cancel, the linearization point of the
/// giving up.
/// *Invariant 1.* `outcome` is written once. *Invariant 2.* A unit, a value, a wake-up is handed over only after
/// the claim has succeeded; so a wait that was given up swallows nothing. *Invariant 3.* A wait that was granted
/// returns, even if a cancel was delivered to it meanwhile: that cancel is taken back, and comes at the next
/// blocking call, and so does whatever else was thrown meanwhile (since the stack is too small, for instance).
///
/// *Lost wake-ups.* Who grants claims and then unparks; the strand looks at `outcome` and then parks. Between the look
/// and the park nothing consumes the permit.
///
/// If a granter stalls between the claim and the unpark, this wait goes on until it continues (at the latest until
/// its deadline, when it finds that it was granted); nobody else is held up.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `outcome` | who claims | all | CAS; volatile read |
/// | `strand` | constructor | all | final |
///
/// *Proof.* `LawsTest`, `CancelStormTest`.
final class Wait {
    /// The outcome of a wait that nobody granted.
    static final Object GIVEN_UP = new Object();

    private static final VarHandle OUTCOME;

    static {
        try {
            OUTCOME = MethodHandles.lookup().findVarHandle(Wait.class, "outcome", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Strand strand = Strand.current();

    private volatile @Nullable Object outcome;

    /// Ends the wait.
    ///
    /// @return true if this call ended it; then the winner is its outcome
    boolean claim(Object winner) {
        return outcome == null && OUTCOME.compareAndSet(this, null, winner);
    }

    boolean isOver() {
        return outcome != null;
    }

    void wake() {
        strand.unpark();
    }

    /// Waits until it is granted, the deadline, or the till goes; for the strand itself.
    ///
    /// @return who granted it, or [#GIVEN_UP]
    /// @throws CancelledException if cancelled or interrupted before it was granted; then it is given up
    Object await(Object blocker, long deadlineNanos, @Nullable Signal till) {
        try {
            strand.checkCancelled(); // also if the deadline has come
            parkUntilOver(blocker, deadlineNanos, till);
        } catch (CancelledException cancelled) {
            if (claim(GIVEN_UP)) {
                throw cancelled;
            }
            cancelled.takeBack(); // invariant 3
        } catch (DeadlockException deadlock) {
            if (claim(GIVEN_UP)) { // else the cycle was opened in the last moment
                throw deadlock;
            }
        } catch (RuntimeException | Error thrown) {
            if (claim(GIVEN_UP)) {
                throw thrown;
            }
            strand.owe(thrown); // invariant 3
        }
        return finish();
    }

    private Object finish() {
        claim(GIVEN_UP);
        return requireNonNull(outcome);
    }

    private void parkUntilOver(Object blocker, long deadlineNanos, @Nullable Signal till) {
        Registration limit = till == null ? null : till.onGo(this::wake);
        try {
            while (outcome == null && !Strand.isOver(deadlineNanos) && (till == null || !till.isGo())) {
                Strand.park(blocker, deadlineNanos);
            }
        } finally {
            if (limit != null) {
                limit.remove();
            }
        }
    }
}
