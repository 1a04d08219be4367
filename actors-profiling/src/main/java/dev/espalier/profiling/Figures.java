package dev.espalier.profiling;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What messages of one type have cost one actor, or a group.
///
/// *Threads.* One writer at a time; whoever else reads sees each figure whole and maybe a little old, so that
/// while messages are handled a sum and its spread may differ by some.
class Figures {
    private static final VarHandle CALLS;
    private static final VarHandle FAILED;
    private static final VarHandle TIMED;
    private static final VarHandle NUMBER;
    private static final VarHandle WHOLE;
    private static final VarHandle ASKED;
    private static final Row.Spread NO_SPREAD = new Row.Spread(0, 0, 0, new CompactHistogram());

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CALLS = lookup.findVarHandle(Figures.class, "calls", long.class);
            FAILED = lookup.findVarHandle(Figures.class, "failed", int.class);
            TIMED = lookup.findVarHandle(Figures.class, "timed", Timed.class);
            NUMBER = lookup.findVarHandle(Times.class, "number", long.class);
            WHOLE = lookup.findVarHandle(Times.class, "whole", long.class);
            ASKED = lookup.findVarHandle(Times.class, "asked", long.class);
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
            count(messages, nanos, Math.min(nanos, askedNanos));
            spread.record(nanos / messages, messages);
        }

        private void count(long messages, long nanos, long askedNanos) {
            NUMBER.setOpaque(this, number + messages);
            WHOLE.setOpaque(this, whole + nanos);
            ASKED.setOpaque(this, asked + askedNanos);
        }

        long number() {
            return (long) NUMBER.getOpaque(this);
        }

        long whole() {
            return (long) WHOLE.getOpaque(this);
        }

        /// @param other may go on to be written
        void add(Times other, int sign) {
            count(sign * other.number(), sign * other.whole(), sign * (long) ASKED.getOpaque(other));
            spread.add(other.spread, sign);
        }

        Row.Spread copy() {
            CompactHistogram copy = new CompactHistogram();
            copy.add(spread, 1);
            return new Row.Spread(number(), whole(), (long) ASKED.getOpaque(this), copy);
        }
    }

    /// Of those of which more is known than that they were.
    private static final class Timed {
        final Times times = new Times();
        final Times waits = new Times();
        /// How many are in hand; for the writer.
        int held;

        double perCall() {
            long number = times.number();
            return number <= 0 ? 0 : (double) times.whole() / number;
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
        own.times.record(messages, nanos, askedNanos);
        if (waited >= 0) {
            own.waits.record(1, waited, 0);
        }
    }

    /// @param nanos how long one message was in the mailbox
    final void waited(long nanos) {
        written().waits.record(1, nanos, 0);
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
            Timed own = written();
            own.times.add(theirs.times, sign);
            own.waits.add(theirs.waits, sign);
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
        return now == null ? 0 : now.times.number();
    }

    /// How long all calls took, in nanoseconds, if they were like the timed ones.
    double handling() {
        Timed now = timedAcquire();
        return now == null ? 0 : now.perCall() * calls();
    }

    void addSpreadTo(CompactHistogram all) {
        Timed now = timedAcquire();
        if (now != null) {
            all.add(now.times.spread, 1);
        }
    }

    /// One row of a report.
    Row row(String name, long cpu) {
        Timed now = timedAcquire();
        return Row.of(
                name,
                calls(),
                failed(),
                now == null ? NO_SPREAD : now.times.copy(),
                now == null ? NO_SPREAD : now.waits.copy(),
                Duration.ofNanos(cpu));
    }
}
