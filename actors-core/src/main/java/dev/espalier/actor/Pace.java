package dev.espalier.actor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// How fast a worker gets on, and so how much must wait there before another worker is to help.
///
/// *Problem.* Two processors that run actors which send to each other hand over a cache line or two for each
/// message: some hundred nanoseconds. If the work of a message is shorter than that, two workers together are
/// slower than one alone, by a factor of two to five.
///
/// *Idea.* The worker looks at the clock once in [#SPAN] turns. If its messages take a microsecond or more, any
/// entry that waits is worth another worker. If they are shorter, then only a *backlog* is: as many entries as
/// last for half a millisecond, or more than the ring holds. So what a turn has woken may wait that long while
/// another processor has nothing to do.
///
/// Until it has been measured, after each rest, and in simulated time, anything is worth it. A turn that takes
/// much longer than those before it is noticed by the [Sentinel] within two of its ticks.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `enough` | the worker; the sentinel: 1 | wakers, thieves | opaque; an old value costs time, nothing else |
/// | others | the worker | the worker | plain |
final class Pace {
    /// Turns between two looks at the clock.
    static final int SPAN = 64;
    /// Messages that take so long are worth another worker each: in ns.
    static final long LONG = 1_000L;
    /// So much waiting work is, in ns.
    static final long BACKLOG = 500_000L;

    private static final VarHandle ENOUGH;

    static {
        try {
            ENOUGH = MethodHandles.lookup().findVarHandle(Pace.class, "enough", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // by its handle
    private int enough = 1;

    private long since;
    private int messages;

    /// How many entries that wait are worth another worker; at least 1.
    int enough() {
        return (int) ENOUGH.getOpaque(this);
    }

    /// The worker begins, or begins again.
    void begin(long now) {
        since = now;
        messages = 0;
        isSlow();
    }

    /// A turn has taken long.
    void isSlow() {
        ENOUGH.setOpaque(this, 1);
    }

    void countMessage() {
        messages++;
    }

    /// There have been [#SPAN] more turns.
    void measure(long now) {
        long nanos = Math.max(1, now - since);
        ENOUGH.setOpaque(this, nanos >= messages * LONG ? 1 : (int) (BACKLOG * SPAN / nanos) + 1);
        since = now;
        messages = 0;
    }
}
