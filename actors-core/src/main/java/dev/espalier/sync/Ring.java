package dev.espalier.sync;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// A thread's root and the coroutine that runs for it. Of all that run for one ring, one does at a time.
final class Ring {
    private static final VarHandle CURRENT;

    static {
        try {
            CURRENT = MethodHandles.lookup().findVarHandle(Ring.class, "current", Coroutine.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// The root's.
    final Strand strand;

    final Coroutine<@Nullable Object, @Nullable Object> root;
    /// Written by whoever is about to switch.
    private volatile Coroutine<?, ?> current;
    /// For the continuations: who goes on when the one that runs has come to rest.
    @Nullable
    Coroutine<?, ?> next;

    private Ring(Strand strand) {
        this.strand = strand;
        root = new Coroutine<>(this);
        current = root;
    }

    Coroutine<?, ?> current() {
        return current;
    }

    /// Who runs from now on. Volatile: strands that are parked look whom to pass a cancel on to.
    void current(Coroutine<?, ?> next) {
        current = next;
    }

    /// The same where only the ring's own strand looks.
    void currentRelease(Coroutine<?, ?> next) {
        CURRENT.setRelease(this, next);
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
        CoroutineStack own = from.stackOfStarted();
        from.scopes.detach(own.strand(), this);
        try {
            own.leaveFor(this, from, to, wasNew);
        } catch (Throwable notLeft) {
            to.deliver(null, null);
            to.unclaim(wasNew);
            from.scopes.attach(own.strand(), this);
            throw notLeft;
        }
        from.scopes.attach(own.strand(), own.ring());
        return from.take();
    }
}
