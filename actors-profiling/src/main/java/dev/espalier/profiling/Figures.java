package dev.espalier.profiling;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What messages of one type have cost one actor, or a group.
///
/// *Threads.* One writer at a time; whoever else reads sees each figure whole, and maybe a little old.
class Figures {
    private static final VarHandle CALLS;
    private static final VarHandle FAILED;
    private static final VarHandle TIMED;
    private static final Row.Spread NO_SPREAD = new Row.Spread(0, 0, 0, new CompactHistogram());

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CALLS = lookup.findVarHandle(Figures.class, "calls", long.class);
            FAILED = lookup.findVarHandle(Figures.class, "failed", int.class);
            TIMED = lookup.findVarHandle(Figures.class, "timed", Timed.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Of some messages: how long they took, or were in the mailbox.
    private static final class Times {
        private long number;
        private long whole;
        private long asked;
        private final CompactHistogram spread = new CompactHistogram();

        void record(int messages, long nanos, long askedNanos) {
            number += messages;
            whole += nanos;
            asked += Math.min(nanos, askedNanos);
            spread.record(nanos / messages, messages);
        }

        void add(Times other, int sign) {
            number += sign * other.number;
            whole += sign * other.whole;
            asked += sign * other.asked;
            spread.add(other.spread, sign);
        }

        Row.Spread copy() {
            CompactHistogram copy = new CompactHistogram();
            copy.add(spread, 1);
            return new Row.Spread(number, whole, asked, copy);
        }
    }

    /// Of those of which more is known than that they were. Written and read under its monitor, which a message enters
    /// once: only timed messages pay for that.
    private static final class Timed {
        private final Times times = new Times();
        private final Times waits = new Times();
        /// How many are in hand; for the writer, without the monitor.
        int held;

        synchronized void time(int messages, long nanos, long askedNanos, long waited) {
            times.record(messages, nanos, askedNanos);
            if (waited >= 0) {
                waits.record(1, waited, 0);
            }
        }

        synchronized void waited(long nanos) {
            waits.record(1, nanos, 0);
        }

        synchronized Timed copy() {
            Timed copy = new Timed();
            copy.times.add(times, 1);
            copy.waits.add(waits, 1);
            return copy;
        }

        /// @param other nobody else writes it
        synchronized void add(Timed other, int sign) {
            times.add(other.times, sign);
            waits.add(other.waits, sign);
        }

        synchronized Row.Spread times() {
            return times.copy();
        }

        synchronized Row.Spread waits() {
            return waits.copy();
        }

        synchronized long number() {
            return times.number;
        }

        synchronized double perCall() {
            return times.number <= 0 ? 0 : (double) times.whole / times.number;
        }
    }

    private long calls;
    private int failed;
    private @Nullable Timed timed;

    // The writer.

    final void countCall() {
        CALLS.setOpaque(this, calls + 1);
    }

    final void countFailed() {
        FAILED.setOpaque(this, failed + 1);
    }

    /// One more is in hand.
    final void hold() {
        written().held++;
    }

    /// How many are in hand, of those that were held.
    final int held() {
        Timed now = timed;
        return now == null ? 0 : now.held;
    }

    /// They are in hand no more.
    ///
    /// @param messages how many were handled together; mostly 1
    /// @param nanos how long they took
    /// @param askedNanos how much of it was waiting for replies
    /// @param waited how long one of them was in the mailbox; −1 if that is not known
    final void time(int messages, long nanos, long askedNanos, long waited) {
        Timed own = written();
        own.held = 0;
        own.time(messages, nanos, askedNanos, waited);
    }

    /// @param nanos how long one message was in the mailbox
    final void waited(long nanos) {
        written().waited(nanos);
    }

    private Timed written() {
        Timed now = timed;
        if (now != null) {
            return now;
        }
        Timed fresh = new Timed();
        TIMED.setRelease(this, fresh);
        return fresh;
    }

    /// @param other what to add
    /// @param sign −1 to take it away
    void add(Figures other, int sign) {
        CALLS.setOpaque(this, calls + sign * other.calls());
        FAILED.setOpaque(this, failed + sign * other.failed());
        Timed theirs = other.timedAcquire();
        if (theirs != null) {
            written().add(theirs.copy(), sign);
        }
    }

    // Anyone.

    long calls() {
        return (long) CALLS.getOpaque(this);
    }

    int failed() {
        return (int) FAILED.getOpaque(this);
    }

    private @Nullable Timed timedAcquire() {
        return (Timed) TIMED.getAcquire(this);
    }

    long timed() {
        Timed now = timedAcquire();
        return now == null ? 0 : now.number();
    }

    /// How long all calls took, in nanoseconds, if they were like the timed ones.
    double handling() {
        Timed now = timedAcquire();
        return now == null ? 0 : now.perCall() * calls();
    }

    void addSpreadTo(CompactHistogram all) {
        Timed now = timedAcquire();
        if (now != null) {
            all.add(now.times().times(), 1);
        }
    }

    /// One row of a report.
    Row row(String name, long cpu) {
        Timed now = timedAcquire();
        return Row.of(
                name,
                calls(),
                failed(),
                now == null ? NO_SPREAD : now.times(),
                now == null ? NO_SPREAD : now.waits(),
                Duration.ofNanos(cpu));
    }
}
