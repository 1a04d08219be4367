package dev.espalier.sync;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A signal that goes at a time: never early, usually a millisecond late. It may be made to go sooner.
///
/// {@snippet class="dev.espalier.actor.PrimitivesGuideTest" region="till"}
///
/// A till stays with the timer until its time. One that ends early, because somebody made it go or took it back
/// with [#remove], leaves at once.
///
/// *Threads.* Thread-safe. Its listeners run in the timer thread, which all timers share: they must be short.
/// *Cost.* O(log n) with n pending tills; about 200 bytes each.
public final class Till extends Signal {
    private final Strand clock;
    private final long deadlineNanos;
    private final @Nullable Registration timer;

    private Till(Strand clock, long deadlineNanos) {
        super("till");
        this.clock = clock;
        this.deadlineNanos = deadlineNanos;
        if (Strand.isOver(deadlineNanos)) {
            timer = null;
            fire();
        } else {
            timer = clock.schedule(deadlineNanos, this::fire);
        }
    }

    /// A till that goes after a while, on the clock of the calling strand.
    ///
    /// @param duration how long; not negative; from about 146 years on it never goes by itself
    /// @return the till; gone already if the duration is zero
    public static Till after(Duration duration) {
        return at(Strand.deadlineAfter(duration));
    }

    /// A till that goes at a time of the calling strand's clock.
    ///
    /// @param nanoTime a value of [Strand#now]; [Long#MAX_VALUE] for never
    /// @return the till; gone already if that time has come
    public static Till at(long nanoTime) {
        return new Till(Strand.current(), nanoTime);
    }

    /// Makes it go before its time.
    @Override
    public boolean go() {
        boolean first = fire();
        if (first) {
            remove();
        }
        return first;
    }

    /// Says that it is not needed any more: the timer forgets it. It then never goes by time; [#go] still
    /// works.
    ///
    /// @return true if this call kept it from going by time
    public boolean remove() {
        return timer != null && timer.remove();
    }

    /// How long it is until its time.
    ///
    /// @return zero if the time has come; a very long duration (292 years) if it never comes
    public Duration remaining() {
        if (deadlineNanos == Long.MAX_VALUE) {
            return Duration.ofNanos(Long.MAX_VALUE);
        }
        return Duration.ofNanos(Math.max(0, deadlineNanos - clock.nanoTime()));
    }
}
