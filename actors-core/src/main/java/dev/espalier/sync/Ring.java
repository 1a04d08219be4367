package dev.espalier.sync;

import org.jspecify.annotations.Nullable;

/// A thread's root and the coroutine that runs for it. Of all that run for one ring, one does at a time.
final class Ring {
    /// The root's.
    final Strand strand;

    final Coroutine<@Nullable Object, @Nullable Object> root;
    /// Written by whoever is about to switch; volatile, because parked strands look whom to pass a cancel on
    /// to.
    volatile Coroutine<?, ?> current;
    /// For the continuations: who goes on when the one that runs has come to rest.
    @Nullable
    Coroutine<?, ?> next;

    private Ring(Strand strand) {
        this.strand = strand;
        root = new Coroutine<>(strand);
        current = root;
    }

    /// The ring that the calling code runs in; made at the first call on a thread.
    static Ring ofCaller() {
        Strand self = Strand.current();
        Ring ring = self.ring;
        if (ring == null) {
            ring = new Ring(self);
            self.ring = ring;
        }
        return ring;
    }

    /// Goes on in another coroutine and returns when somebody has switched back, perhaps in another ring.
    ///
    /// @param resumer whom it sends to instead of its parent; null for no change
    /// @return what was sent here
    @Nullable
    Object transfer(
            Coroutine<?, ?> to,
            @Nullable Object sent,
            @Nullable Throwable injected,
            @Nullable Coroutine<?, ?> resumer) {
        Coroutine<?, ?> from = current;
        if (to == from) {
            from.deliver(sent, injected);
            return from.take();
        }
        boolean wasNew = to.claim(this);
        to.deliver(sent, injected);
        if (resumer != null) {
            to.returnTo(resumer);
        }
        from.scopes.detach(this);
        try {
            from.stackOfStarted().leaveFor(this, from, to, wasNew);
        } catch (Throwable notLeft) {
            to.deliver(null, null);
            to.unclaim(wasNew);
            from.scopes.attach(this);
            throw notLeft;
        }
        from.scopes.attach(ofCaller());
        return from.take();
    }
}
