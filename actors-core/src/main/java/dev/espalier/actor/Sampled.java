package dev.espalier.actor;

import dev.espalier.sync.TraceContext;
import org.jspecify.annotations.Nullable;

/// A message, or an [Asked], with what it carries besides: an entry of a mailbox that was picked for a measurement,
/// and so knows who sent it and when, or that takes a trace context along, or both. Whoever takes it out of the mailbox
/// opens it. Of 32 bytes; other messages have none.
final class Sampled {
    private static final long MIX = 0x9E3779B97F4A7C15L;
    /// In place of a time: it carries a context and is no sample.
    private static final long NOT_PICKED = Long.MIN_VALUE;

    final Object entry;
    final @Nullable Cell<?> sender;
    final @Nullable TraceContext trace;
    final long sentNanos;

    private Sampled(Object entry, @Nullable Cell<?> sender, @Nullable TraceContext trace, long sentNanos) {
        this.entry = entry;
        this.sender = sender;
        this.trace = trace;
        this.sentNanos = sentNanos;
    }

    /// The entry as it goes into the mailbox: one in `2^(to.sampling - 1)` is a sample, as the hash of its number has
    /// it, so that no rhythm of the senders decides; and each takes along what is current here.
    static Object of(Object entry, Cell<?> to) {
        int sampling = to.sampling;
        if (sampling == 0 || (sampling > 1 && (to.letIn() * MIX) >>> (65 - sampling) != 0)) {
            return carrying(entry, TraceContext.current());
        }
        return new Sampled(entry, Cell.current(), TraceContext.current(), to.system.now());
    }

    /// One of how many entries for an actor is picked now; 1 also if none is.
    static int every(Cell<?> to) {
        return 1 << Math.max(0, to.sampling - 1);
    }

    /// An entry that takes a context along, if there is one, and is no sample.
    static Object carrying(Object entry, @Nullable TraceContext trace) {
        return trace == null ? entry : new Sampled(entry, null, trace, NOT_PICKED);
    }

    /// Whether it is a sample.
    boolean isPicked() {
        return sentNanos != NOT_PICKED;
    }

    /// As it is once its measurement is taken.
    Object taken() {
        return isPicked() ? carrying(entry, trace) : this;
    }

    /// What [#of] was given.
    static Object opened(Object entry) {
        return entry instanceof Sampled sampled ? sampled.entry : entry;
    }

    /// What an entry takes along.
    static @Nullable TraceContext trace(@Nullable Object entry) {
        return entry instanceof Sampled sampled ? sampled.trace : null;
    }
}
