package dev.espalier.sync;

import org.jspecify.annotations.Nullable;

/// A thread whose waits can be cancelled: the scopes and shields that a [Strand] has open, and what they hold back.
///
/// *Threads.* Everything but [#hintCancel] is called by the strand itself.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `expected`, `scope`, `shields`, `heldInterrupt`, `owed` | the strand itself | the strand itself | plain |
/// | `cancelHint` | true: canceller or strand; false: strand, before it looks through its scopes | strand | volatile |
abstract sealed class Cancellable permits Strand {
    /// A scope that counts as entered, but that nobody has looked at yet.
    private CancelScope.@Nullable Source expected;

    private @Nullable CancelScope scope;
    private int shields;
    private boolean heldInterrupt;
    private volatile boolean cancelHint;
    private @Nullable Throwable owed;

    abstract Thread thread();

    // ---- For CancelScope.

    @Nullable
    CancelScope scope() {
        CancelScope.Source first = expected;
        if (first != null) {
            expected = null;
            first.scope().enter();
        }
        return scope;
    }

    /// See [CancelScope#expect].
    void expect(CancelScope.Source next) {
        if (expected != null) {
            scope(); // an outer one
        }
        expected = next;
    }

    /// Takes an expected scope back.
    ///
    /// @return false if it was entered meanwhile
    @SuppressWarnings("ReferenceEquality") // the same, not an equal one
    boolean unexpect(CancelScope.Source last) {
        if (expected == last) {
            expected = null;
            return true;
        }
        return false;
    }

    void scope(@Nullable CancelScope innermost) {
        scope = innermost;
    }

    int shields() {
        return shields;
    }

    void shields(int held) {
        shields = held;
    }

    void beginShield() {
        scope(); // one that is expected began outside
        shields++;
    }

    void endShield() {
        shields--;
        if (shields == 0) {
            releaseInterrupt();
        }
    }

    /// Makes an interrupt that a shield holds back one that is pending.
    void releaseInterrupt() {
        if (heldInterrupt) {
            heldInterrupt = false;
            thread().interrupt();
        }
    }

    boolean isHinted() {
        return cancelHint;
    }

    /// There may be a cancel: the strand looks through its scopes.
    void hintCancel() {
        cancelHint = true;
    }

    /// Throws what is pending and not shielded.
    void checkCancelled() {
        if (expected != null) {
            scope();
        }
        if (cancelHint) {
            cancelHint = false; // before the look: a cancel that the look misses sets it again
            throwOwed();
            CancelScope.deliver(this);
        }
        Thread thread = thread();
        if (thread.isInterrupted()) {
            if (shields == 0) {
                throw CancelledException.interrupted(thread);
            }
            heldInterrupt |= Thread.interrupted(); // a set flag would turn every park into a busy loop
        }
    }

    /// It was thrown in a wait that was granted: the next blocking call throws it.
    void owe(Throwable thrown) {
        owed = thrown;
        cancelHint = true;
    }

    /// What is owed; forgets it.
    @Nullable
    Throwable takeOwed() {
        Throwable thrown = owed;
        owed = null;
        return thrown;
    }

    private void throwOwed() {
        Throwable thrown = takeOwed();
        if (thrown == null) {
            return;
        }
        cancelHint = true; // there may be a cancel, too
        if (thrown instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) thrown;
    }

    // ---- For ComputeJob.

    /// Runs code of another strand from now on, in its scopes.
    void borrow(@Nullable CancelScope innermost, int ofShields) {
        scope = innermost;
        shields = ofShields;
        cancelHint = true;
    }

    /// Runs its own code again.
    ///
    /// @return whether an interrupt was held back
    boolean giveBack() {
        boolean held = heldInterrupt;
        scope = null;
        shields = 0;
        heldInterrupt = false;
        cancelHint = false;
        return held;
    }

    /// Whether to look for a cancel; forgets it.
    boolean takeHint() {
        if (!cancelHint) {
            return false;
        }
        cancelHint = false;
        return true;
    }
}
