package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// The stack of a continuation. It can only be run by its root and come to rest there, so a switch between two others
/// goes by way of the root: the one that runs says who is next and comes to rest, and the root runs the next.
///
/// *It stays on the thread that it started on.* Compiled code reads `Thread.currentThread()` once and keeps it for as
/// long as its frame lives, since no JDK code but a few marked methods sees it change. In a continuation that another
/// thread runs, such a frame would go on with the first thread's thread locals, strand and locks.
final class ContinuationStack extends CoroutineStack {
    private final Ring ring;
    /// Null for a root.
    private final @Nullable Object continuation;

    /// A root's.
    ContinuationStack(Ring ring) {
        this.ring = ring;
        continuation = null;
    }

    private ContinuationStack(Ring ring, Coroutine<?, ?> coroutine) {
        this.ring = ring;
        continuation = Continuations.create(() -> ring.next = coroutine.runToEnd());
    }

    @Override
    Strand strand() {
        return ring.strand;
    }

    @Override
    Ring ring() {
        return ring;
    }

    @Override
    boolean goesOnIn(Ring other) {
        return other == ring;
    }

    @Override
    void leaveFor(Ring same, Coroutine<?, ?> from, Coroutine<?, ?> to, boolean wasNew) {
        if (wasNew) {
            to.stack = new ContinuationStack(ring, to);
        }
        if (from.isRoot()) {
            from.suspended();
            runUntilRoot(to);
        } else {
            ring.next = to;
            Continuations.rest(); // if it throws, this one still runs, and `next` is written before it is read
        }
    }

    private void runUntilRoot(Coroutine<?, ?> first) {
        Coroutine<?, ?> each = first;
        while (!each.isRoot()) {
            var stack = (ContinuationStack) each.stackOfStarted();
            ring.currentRelease(each);
            if (!Continuations.run(requireNonNull(stack.continuation))) {
                each.suspended(); // not before: nobody may run a continuation that has not come to rest
            }
            each = requireNonNull(ring.next);
        }
        ring.next = null;
        ring.currentRelease(each);
    }
}
