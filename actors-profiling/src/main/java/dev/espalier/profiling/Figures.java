package dev.espalier.profiling;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// What messages of one type have cost one actor, or a group.
///
/// *Threads.* One writer at a time; whoever else reads sees each figure whole, and maybe a little old.
final class Figures {
    private static final VarHandle CALLS;
    private static final VarHandle FAILED;
    private static final VarHandle TIMES;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CALLS = lookup.findVarHandle(Figures.class, "calls", long.class);
            FAILED = lookup.findVarHandle(Figures.class, "failed", int.class);
            TIMES = lookup.findVarHandle(Figures.class, "times", Times.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Of the timed ones. Written and read under its monitor: only timed messages pay for that.
    private static final class Times {
        private long timed;
        private long whole;
        private long asked;
        private final CompactHistogram spread = new CompactHistogram();

        synchronized void record(int messages, long nanos, long askedNanos) {
            timed += messages;
            whole += nanos;
            asked += Math.min(nanos, askedNanos);
            spread.record(nanos / messages, messages);
        }

        synchronized long timed() {
            return timed;
        }

        synchronized double perCall() {
            return timed <= 0 ? 0 : (double) whole / timed;
        }

        synchronized Times copy() {
            Times copy = new Times();
            copy.timed = timed;
            copy.whole = whole;
            copy.asked = asked;
            copy.spread.add(spread, 1);
            return copy;
        }

        /// @param other nobody else writes it
        synchronized void add(Times other, int sign) {
            timed += sign * other.timed;
            whole += sign * other.whole;
            asked += sign * other.asked;
            spread.add(other.spread, sign);
        }
    }

    private long calls;
    private int failed;
    private @Nullable Times times;

    // The writer.

    void countCall() {
        CALLS.setOpaque(this, calls + 1);
    }

    void countFailed() {
        FAILED.setOpaque(this, failed + 1);
    }

    /// @param messages how many were handled together; mostly 1
    /// @param nanos how long they took
    /// @param askedNanos how much of it was waiting for replies
    void time(int messages, long nanos, long askedNanos) {
        writtenTimes().record(messages, nanos, askedNanos);
    }

    private Times writtenTimes() {
        Times now = times;
        if (now == null) {
            now = new Times();
            TIMES.setRelease(this, now);
        }
        return now;
    }

    /// @param other what to add
    /// @param sign −1 to take it away
    void add(Figures other, int sign) {
        CALLS.setOpaque(this, calls + sign * other.calls());
        FAILED.setOpaque(this, failed + sign * other.failed());
        Times theirs = other.times();
        if (theirs != null) {
            writtenTimes().add(theirs.copy(), sign);
        }
    }

    // Anyone.

    long calls() {
        return (long) CALLS.getOpaque(this);
    }

    int failed() {
        return (int) FAILED.getOpaque(this);
    }

    private @Nullable Times times() {
        return (Times) TIMES.getAcquire(this);
    }

    long timed() {
        Times now = times();
        return now == null ? 0 : now.timed();
    }

    /// How long all calls took, in nanoseconds, if they were like the timed ones.
    double handling() {
        Times now = times();
        return now == null ? 0 : now.perCall() * calls();
    }

    void addSpreadTo(CompactHistogram all) {
        Times now = times();
        if (now != null) {
            all.add(now.copy().spread, 1);
        }
    }

    /// One row of a report.
    Row row(String name) {
        Times now = times();
        Times own = now == null ? new Times() : now.copy();
        Row.Spread spread = new Row.Spread(own.timed, own.whole, own.asked, own.spread);
        return Row.of(name, calls(), failed(), spread);
    }
}
