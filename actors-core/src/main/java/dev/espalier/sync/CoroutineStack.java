package dev.espalier.sync;

/// Where a coroutine's frames are while it is away: the seam between coroutines and what switches stacks.
abstract sealed class CoroutineStack permits GreenStack, ContinuationStack {
    static final String BACKEND = Continuations.OPEN ? "continuations" : "green threads";

    /// The stack that the thread of a ring has anyway. On a strand with a host the code of many runs in turn, each on
    /// a strand after the other, which a continuation cannot follow: see [ContinuationStack].
    static CoroutineStack ofRoot(Ring ring) {
        boolean wanders = ring.strand.host() != null;
        return Continuations.OPEN && !wanders ? new ContinuationStack(ring) : new GreenStack(ring.strand);
    }

    /// The strand that its code runs on.
    abstract Strand strand();

    /// The ring that its code runs in now; for that code itself.
    abstract Ring ring();

    /// Whether its code can go on in that ring.
    abstract boolean goesOnIn(Ring ring);

    /// Lets the other coroutine go on and returns when this one is switched to. If it throws, nothing has happened.
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
