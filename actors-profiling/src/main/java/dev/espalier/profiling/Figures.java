package dev.espalier.profiling;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What messages of one type have cost one actor, or a group.
///
/// *Threads.* One writer at a time; whoever else reads sees each figure whole, and maybe a little old.
final class Figures {
    private static final VarHandle CALLS;
    private static final VarHandle FAILED;
    private static final VarHandle TIMES;
    private static final VarHandle WAITS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CALLS = lookup.findVarHandle(Figures.class, "calls", long.class);
            FAILED = lookup.findVarHandle(Figures.class, "failed", int.class);
            TIMES = lookup.findVarHandle(Figures.class, "times", Times.class);
            WAITS = lookup.findVarHandle(Figures.class, "waits", Times.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Of the timed ones, or of the waits of those that were sampled. Written and read under its monitor: only timed
    /// messages pay for that.
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

        synchronized Row.Spread spread() {
            CompactHistogram spreads = new CompactHistogram();
            spreads.add(spread, 1);
            return new Row.Spread(timed, whole, asked, spreads);
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
    private @Nullable Times waits;

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
        written(TIMES, times).record(messages, nanos, askedNanos);
    }

    /// @param nanos how long one message was in the mailbox
    void waited(long nanos) {
        written(WAITS, waits).record(1, nanos, 0);
    }

    private Times written(VarHandle field, @Nullable Times now) {
        if (now != null) {
            return now;
        }
        Times fresh = new Times();
        field.setRelease(this, fresh);
        return fresh;
    }

    /// @param other what to add
    /// @param sign −1 to take it away
    void add(Figures other, int sign) {
        CALLS.setOpaque(this, calls + sign * other.calls());
        FAILED.setOpaque(this, failed + sign * other.failed());
        Times theirs = other.times();
        if (theirs != null) {
            written(TIMES, times).add(theirs.copy(), sign);
        }
        Times theirWaits = other.waits();
        if (theirWaits != null) {
            written(WAITS, waits).add(theirWaits.copy(), sign);
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

    private @Nullable Times waits() {
        return (Times) WAITS.getAcquire(this);
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
    Row row(String name, long cpu) {
        return Row.of(name, calls(), failed(), spread(times()), spread(waits()), Duration.ofNanos(cpu));
    }

    private static Row.Spread spread(@Nullable Times times) {
        return times == null ? new Row.Spread(0, 0, 0, new CompactHistogram()) : times.spread();
    }
}
