package dev.espalier.logging;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// The counters of one appender; thread-safe.
///
/// An event that goes through the queue is counted by the queue's own index, which costs its caller nothing;
/// [#bypassed] counts those that do not.
final class Tally {
    private final LongAdder bypassed = new LongAdder();
    private final LongAdder written = new LongAdder();
    private final Map<Fate, LongAdder> others = new EnumMap<>(Fate.class);

    Tally() {
        for (Fate fate : Fate.values()) {
            others.put(fate, new LongAdder());
        }
    }

    /// The event does not go through the queue.
    void bypassed() {
        bypassed.increment();
    }

    void written(int events) {
        written.add(events);
    }

    void count(Fate fate) {
        count(fate, 1);
    }

    void count(Fate fate, int events) {
        adder(fate).add(events);
    }

    long of(Fate fate) {
        return adder(fate).sum();
    }

    @SuppressWarnings("NullAway") // there is one for each
    private LongAdder adder(Fate fate) {
        return others.get(fate);
    }

    /// @param offered how many events were ever put into the queue
    LogStatistics statistics(long offered, long queued) {
        Map<Fate, Long> sums = new EnumMap<>(Fate.class);
        others.forEach((fate, adder) -> sums.put(fate, adder.sum()));
        return new LogStatistics(offered + bypassed.sum(), written.sum(), queued, sums);
    }
}
