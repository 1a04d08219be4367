package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// The stack of a continuation. It can only be run by its root and come to rest there, so a switch between
/// two others
/// goes by way of the root: the one that runs says who is next and comes to rest, and the root runs the next.
final class ContinuationStack extends CoroutineStack {
    static final ContinuationStack ROOT = new ContinuationStack(null);

    /// Null for a root.
    private final @Nullable Object continuation;

    private ContinuationStack(@Nullable Object continuation) {
        this.continuation = continuation;
    }

    private static ContinuationStack of(Coroutine<?, ?> coroutine) {
        return new ContinuationStack(Continuations.create(() -> {
            Coroutine<?, ?> next = coroutine.runToEnd(Ring.ofCaller());
            Ring.ofCaller().next = next;
        }));
    }

    @Override
    void leaveFor(Ring ring, Coroutine<?, ?> from, Coroutine<?, ?> to, boolean wasNew) {
        if (wasNew) {
            to.stack = of(to);
        }
        if (from.isRoot()) {
            from.suspended();
            runUntilRoot(ring, to);
            return;
        }
        ring.next = to;
        Continuations.rest(); // if it throws, this one still runs, and `next` is written before it is read
    }

    private static void runUntilRoot(Ring ring, Coroutine<?, ?> first) {
        Coroutine<?, ?> each = first;
        while (!each.isRoot()) {
            var stack = (ContinuationStack) each.stackOfStarted();
            ring.current = each;
            if (!Continuations.run(requireNonNull(stack.continuation))) {
                each.suspended(); // not before: nobody may run a continuation that has not come to rest
            }
            each = requireNonNull(ring.next);
        }
        ring.next = null;
        ring.current = each;
    }
}
