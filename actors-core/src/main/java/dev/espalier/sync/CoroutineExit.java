package dev.espalier.sync;

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
        super("closed: " + name, null, false, false); // nobody reads its stack
    }
}
