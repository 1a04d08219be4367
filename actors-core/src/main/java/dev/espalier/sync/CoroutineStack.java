package dev.espalier.sync;

/// Where a coroutine's frames are while it is away: the seam between coroutines and what switches stacks.
abstract sealed class CoroutineStack permits GreenStack, ContinuationStack {
    static final String BACKEND = Continuations.OPEN ? "continuations" : "green threads";

    /// The stack that the thread of a strand has anyway.
    static CoroutineStack ofRoot(Strand strand) {
        return Continuations.OPEN ? ContinuationStack.ROOT : new GreenStack(strand);
    }

    /// Lets the other coroutine go on and returns when this one is switched to. If it throws, nothing has
    /// happened.
    ///
    /// @param from whose stack this is; the caller
    /// @param to claimed and told what it gets
    /// @param wasNew whether it has no stack yet
    abstract void leaveFor(Ring ring, Coroutine<?, ?> from, Coroutine<?, ?> to, boolean wasNew);

    /// The green stack of a coroutine that has one.
    static GreenStack green(Coroutine<?, ?> coroutine) {
        return (GreenStack) coroutine.stackOfStarted();
    }
}
