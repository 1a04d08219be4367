package dev.espalier.sync;

import org.jspecify.annotations.Nullable;

/// Thrown by a blocking call of this library when the code that waits was cancelled.
///
/// A cancel of a [CancelScope] is delivered once: code that swallows this exception goes on undisturbed. An
/// interrupt leaves the thread's flag set, so it is reported by every blocking call until somebody clears the
/// flag.
///
/// What fails while the code unwinds (a `close()`, a fork of a group) is suppressed in it, as by
/// try-with-resources; then it counts as a failure of the fork or actor that it ends, and is told as one.
public final class CancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MOST_DEPTH = 20;

    /// Whether the thread was interrupted.
    private final boolean interrupt;
    private final transient @Nullable CancelScope scope;

    /// A cancellation that comes from no scope and from no interrupt.
    ///
    /// @param message says what was cancelled
    public CancelledException(String message) {
        this(message, false, null);
    }

    private CancelledException(String message, boolean interrupt, @Nullable CancelScope scope) {
        super(message);
        this.interrupt = interrupt;
        this.scope = scope;
    }

    static CancelledException of(CancelScope scope) {
        return new CancelledException("cancelled: " + scope.name(), false, scope);
    }

    static CancelledException interrupted(Thread thread) {
        return new CancelledException("interrupted: " + thread.getName(), true, null);
    }

    /// Tells an interrupt from a cancel.
    ///
    /// @return true if the thread was interrupted; its flag is still set
    public boolean wasInterrupt() {
        return interrupt;
    }

    /// Tells whose cancel this is: with nested time-outs only the one that expired may answer for it.
    ///
    /// @param asked the scope in question
    /// @return true if the cancel of exactly that scope was delivered with this exception
    public boolean isFrom(CancelScope asked) {
        return scope == asked;
    }

    /// Whether that is more than the end which was asked for: no cancel, or one in which something failed while the
    /// code unwound, such as a resource that did not close or the fork of a group.
    static boolean isFailure(Throwable thrown) {
        return isFailure(thrown, MOST_DEPTH);
    }

    private static boolean isFailure(Throwable thrown, int depth) {
        if (depth == 0 || !(thrown instanceof CancelledException)) {
            return true;
        }
        for (Throwable each : thrown.getSuppressed()) {
            if (isFailure(each, depth - 1)) {
                return true;
            }
        }
        return false;
    }

    /// It was delivered to a wait that was over: the next blocking call gets it. For the strand that caught it.
    void takeBack() {
        if (scope != null) {
            scope.takeBack(); // an interrupt needs nothing: the flag is still set
        }
    }
}
