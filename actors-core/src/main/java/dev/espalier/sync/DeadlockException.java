package dev.espalier.sync;

/// Thrown to a thread that waits for another, which, perhaps over several more, waits for this one: the wait would
/// never end. It is the youngest of the waits that can be ended; see [DeadlockWatch].
///
/// The thread has not got what it waited for. What it holds it should give back on its way out, so that the others can
/// go on. Always a mistake in the program: take locks in one order, and hold none where you wait for other code.
public final class DeadlockException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final transient Deadlock deadlock;

    DeadlockException(Deadlock deadlock) {
        super(deadlock.toString());
        this.deadlock = deadlock;
    }

    /// Who waited for whom.
    ///
    /// @return what was found
    public Deadlock deadlock() {
        return deadlock;
    }
}
