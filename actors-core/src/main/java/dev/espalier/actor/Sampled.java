package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// A message, or an [Asked], that was picked for a measurement: an entry of a mailbox that knows who sent it and when.
/// Whoever takes it out of the mailbox opens it.
final class Sampled {
    private static final long MIX = 0x9E3779B97F4A7C15L;

    final Object entry;
    final @Nullable Cell<?> sender = Cell.current();
    final long sentNanos;

    private Sampled(Object entry, long sentNanos) {
        this.entry = entry;
        this.sentNanos = sentNanos;
    }

    /// The entry as it goes into the mailbox: one in `2^(to.sampling - 1)` is a sample, as the hash of its number has
    /// it, so that no rhythm of the senders decides.
    static Object of(Object entry, Cell<?> to) {
        int sampling = to.sampling;
        if (sampling == 0 || (sampling > 1 && (to.letIn() * MIX) >>> (65 - sampling) != 0)) {
            return entry;
        }
        return new Sampled(entry, to.system.now());
    }

    /// What [#of] was given.
    static Object opened(Object entry) {
        return entry instanceof Sampled sampled ? sampled.entry : entry;
    }
}
