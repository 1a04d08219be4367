package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

/// The stack of a green thread, or of a root's thread: a switch wakes the other thread and parks this one.
///
/// *No wake-up is lost*: [#turn] is set before the unpark and looked at after every park.
///
/// Cancels and interrupts reach the thread that is parked here on behalf of another one, so it passes them on
/// to the coroutine that runs: an interrupt always, a cancel if this is the root, whose scopes lie below those
/// of all. A cancel sets the scope's state, then the root's hint, then unparks it, which then looks who runs.
/// One that is switched to at the same time either is found running, or looks after that, since it is made to
/// look when it goes on.
final class GreenStack extends CoroutineStack {
    private final Strand strand;
    /// Set by whoever switches here, taken back by this thread.
    private volatile boolean turn;
    /// Whether the one who switched here was interrupted; written before `turn`.
    private boolean interrupted;

    /// A root's.
    GreenStack(Strand root) {
        strand = root;
    }

    /// That of a coroutine; its thread waits for its turn.
    private GreenStack(Ring ring, Coroutine<?, ?> coroutine) {
        strand = ring.strand.unstartedSibling(coroutine.name(), () -> live(coroutine));
        strand.ring = ring;
    }

    @Override
    Strand strand() {
        return strand;
    }

    @Override
    Ring ring() {
        return requireNonNull(strand.ring);
    }

    @Override
    boolean goesOnIn(Ring ring) {
        return ring.root.stackOfStarted() instanceof GreenStack;
    }

    private void live(Coroutine<?, ?> coroutine) {
        awaitTurn(coroutine);
        Coroutine<?, ?> next = coroutine.runToEnd();
        green(next).wake(ring(), next);
    }

    @Override
    void leaveFor(Ring ring, Coroutine<?, ?> from, Coroutine<?, ?> to, boolean wasNew) {
        if (wasNew) {
            var fresh = new GreenStack(ring, to);
            fresh.strand.launch();
            to.stack = fresh;
        }
        from.suspended(); // a switch that comes before this thread has parked is seen in `turn`
        green(to).wake(ring, to);
        awaitTurn(from);
    }

    /// Called by the coroutine that is being left.
    private void wake(Ring ring, Coroutine<?, ?> coroutine) {
        strand.ring = ring;
        ring.current(coroutine);
        interrupted = Thread.interrupted();
        turn = true;
        strand.unpark();
    }

    private void awaitTurn(Coroutine<?, ?> coroutine) {
        while (!turn) {
            strand.ground().park(strand, coroutine, Long.MAX_VALUE);
            if (!turn) {
                passOn(coroutine);
            }
        }
        turn = false;
        if (interrupted) {
            interrupted = false;
            Thread.currentThread().interrupt();
        }
    }

    private void passOn(Coroutine<?, ?> coroutine) {
        Coroutine<?, ?> runs = ring().current();
        if (runs == coroutine) {
            return; // its turn comes at any moment
        }
        Strand other = green(runs).strand;
        if (Thread.interrupted()) {
            other.interrupt();
        }
        if (coroutine.isRoot() && strand.isHinted()) {
            other.hintCancel();
            other.unpark();
        }
    }
}
