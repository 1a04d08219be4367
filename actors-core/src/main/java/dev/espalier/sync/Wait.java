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
/// *Transitions.* `null -> ASLEEP`: the strand itself, CAS, before it parks for the first time; `null or ASLEEP -> a
/// Place or another winner`: who grants, CAS, the linearization point of the hand-over; `null or ASLEEP -> GIVEN_UP`:
/// the strand itself, CAS, on time-out, till or cancel, the linearization point of the giving up.
/// *Invariant 1.* A winner is written once, and nothing after it. *Invariant 2.* A unit, a value, a wake-up is handed
/// over only after the claim has succeeded; so a wait that was given up swallows nothing. *Invariant 3.* A wait that
/// was granted returns, even if a cancel was delivered to it meanwhile: that cancel is taken back, and comes at the
/// next blocking call, and so does whatever else was thrown meanwhile (since the stack is too small, for instance).
///
/// *Who wakes whom.* Only who has claimed a wait from ASLEEP unparks its strand. Before, there is nobody to wake: the
/// strand either still looks ([Spin]) or has not begun to wait, and finds the winner.
///
/// *Lost wake-ups.* The strand writes ASLEEP by CAS, which fails if it was granted already; then it does not
/// park. If it succeeds, whoever claims finds ASLEEP, and unparks after the claim. From then on the strand
/// looks at `outcome` and then parks; between the look and the park nothing consumes the permit. Cancels,
/// interrupts and tills unpark it whether it sleeps or not.
///
/// If a granter stalls between the claim and the unpark, this wait goes on until it continues (at the latest until
/// its deadline, when it finds that it was granted); nobody else is held up.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `outcome` | who claims; the strand | all | CAS; volatile read |
/// | `asleep` | who has claimed | who has claimed | plain |
/// | `strand` | constructor | all | final |
///
/// *Proof.* `LawsTest`, `CancelStormTest`; `HandOverProof`, `SleepProof`.
final class Wait {
    /// The outcome of a wait that nobody granted.
    static final Object GIVEN_UP = new Object();

    /// No outcome yet, but the strand is parked or about to.
    private static final Object ASLEEP = new Object();

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

    /// Whether it was claimed from ASLEEP.
    private boolean asleep;

    /// Ends the wait.
    ///
    /// @return true if this call ended it; then the winner is its outcome
    @SuppressWarnings("ReferenceEquality") // the same, not an equal one
    boolean claim(Object winner) {
        Object seen = outcome;
        while (seen == null || seen == ASLEEP) {
            Object found = OUTCOME.compareAndExchange(this, seen, winner);
            if (found == seen) {
                asleep = seen != null;
                return true;
            }
            seen = found;
        }
        return false;
    }

    @SuppressWarnings("ReferenceEquality") // a mark
    boolean isOver() {
        Object seen = outcome;
        return seen != null && seen != ASLEEP;
    }

    /// Whether its strand has to be woken; for who has claimed it.
    boolean isAsleep() {
        return asleep;
    }

    void wake() {
        strand.unpark();
    }

    /// Waits until it is granted, the deadline, or the till goes; for the strand itself.
    ///
    /// @param spin if it may look for a while before it parks
    /// @return who granted it, or [#GIVEN_UP]
    /// @throws CancelledException if cancelled or interrupted before it was granted; then it is given up
    Object await(Object blocker, long deadlineNanos, @Nullable Signal till, @Nullable Spin spin) {
        try {
            strand.checkCancelled(); // also if the deadline has come
            if (spin == null || !spin.until(strand, this::isOver)) {
                parkUntilOver(blocker, deadlineNanos, till);
            }
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

    /// From now on it has to be woken; for the strand itself.
    ///
    /// @return false if it is over
    boolean fallAsleep() {
        return OUTCOME.compareAndSet(this, null, ASLEEP);
    }

    private Object finish() {
        claim(GIVEN_UP);
        return requireNonNull(outcome);
    }

    private void parkUntilOver(Object blocker, long deadlineNanos, @Nullable Signal till) {
        Registration limit = till == null ? null : till.onGo(strand::unpark);
        try {
            fallAsleep();
            while (!isOver() && !Strand.isOver(deadlineNanos) && (till == null || !till.isGo())) {
                Strand.park(blocker, deadlineNanos);
            }
        } finally {
            if (limit != null) {
                limit.remove();
            }
        }
    }
}
