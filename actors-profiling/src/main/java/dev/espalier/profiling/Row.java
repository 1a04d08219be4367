package dev.espalier.profiling;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/// One row of a [Report]. Immutable.
///
/// If only some messages were timed, `own` and `cumulative` are what all of them took if they were like the
/// timed ones. All times are zero if none was.
///
/// @param name whose messages: a path, a class, or both; see [By]
/// @param calls messages that were handled
/// @param failed those that the actor failed over
/// @param timed those that were timed
/// @param own how long handling took, without the waiting for replies to asks
/// @param cumulative how long it took in all
/// @param p50 half of the timed ones took at most that, to a sixteenth
/// @param p99 99 of 100 took at most that, to a sixteenth
/// @param max the longest took that, to a sixteenth
/// @param sampled those whose wait in the mailbox is known: those that were sent while the level was not less than a
///     sample; chosen by themselves, so it is not the timed ones
/// @param waitP50 half of these were at most that long in the mailbox, to a sixteenth
/// @param waitP99 99 of 100 of these were at most that long there, to a sixteenth
/// @param cpu the processor time of actors or classes if samples were taken ([Profiler.Builder#samples()]), else zero;
///     by samples of 10 ms
public record Row(
        String name,
        long calls,
        long failed,
        long timed,
        Duration own,
        Duration cumulative,
        Duration p50,
        Duration p99,
        Duration max,
        long sampled,
        Duration waitP50,
        Duration waitP99,
        Duration cpu) {
    private static final int DIGITS = 3;

    /// The timed messages: their number, sums in nanoseconds, and how they spread.
    record Spread(long timed, long whole, long asked, CompactHistogram times) {}

    static Row of(String name, long calls, long failed, Spread spread, Spread waits, Duration cpu) {
        Histogram group = group(spread);
        Histogram waited = group(waits);
        double share = spread.timed() <= 0 ? 0 : (double) calls / spread.timed();
        return new Row(
                name,
                calls,
                failed,
                spread.timed(),
                Duration.ofNanos(Math.round((spread.whole() - spread.asked()) * share)),
                Duration.ofNanos(Math.round(spread.whole() * share)),
                at(group, 50),
                at(group, 99),
                at(group, 100),
                waits.timed(),
                at(waited, 50),
                at(waited, 99),
                cpu);
    }

    private static Histogram group(Spread spread) {
        Histogram group = new Histogram(DIGITS);
        spread.times().addTo(group);
        return group;
    }

    private static Duration at(Histogram group, double percentile) {
        return Duration.ofNanos(group.getTotalCount() == 0 ? 0 : group.getValueAtPercentile(percentile));
    }

    /// The cumulative time of one message on average.
    public Duration perCall() {
        return calls == 0 ? Duration.ZERO : cumulative.dividedBy(calls);
    }

    /// The own time of one message on average.
    public Duration ownPerCall() {
        return calls == 0 ? Duration.ZERO : own.dividedBy(calls);
    }
}
