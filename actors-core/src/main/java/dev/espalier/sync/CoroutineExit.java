package dev.espalier.sync;

import org.jspecify.annotations.Nullable;

/// Unwinds a coroutine that is being closed: thrown where it was switched away, so that its `finally` blocks
/// run.
///
/// It is an [Error], so that `catch (Exception e)` does not stop it. Code that catches it must throw it again:
/// a coroutine that switches on instead of ending makes [Coroutine#close] fail.
///
/// *Source.* Python's `GreenletExit`.
public final class CoroutineExit extends Error {
    private static final long serialVersionUID = 1L;

    CoroutineExit(String name) {
        super("closed: " + name, null, true, false); // nobody reads its stack; what closes badly is suppressed here
    }

    /// What failed while it unwound, such as the `close()` of a resource, which try-with-resources suppresses.
    ///
    /// @return the first one, with the others suppressed in it; null if nothing did
    @SuppressWarnings("ReferenceEquality") // nothing can be suppressed in itself
    @Nullable
    Throwable failure() {
        Throwable first = null;
        for (Throwable each : getSuppressed()) {
            if (each instanceof CoroutineExit) {
                continue;
            }
            if (first == null) {
                first = each;
            } else if (first != each) {
                first.addSuppressed(each);
            }
        }
        return first;
    }
}
