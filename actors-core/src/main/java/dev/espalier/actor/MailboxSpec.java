package dev.espalier.actor;

import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How a mailbox behaves: its bound, what a tell does when it is full, the order of its messages. Immutable. An
/// idle mailbox costs a few dozen bytes whatever its bound: it grows message by message.
public final class MailboxSpec {
    /// The bound where none is given: 65,536 messages.
    public static final int DEFAULT_BOUND = 65_536;

    static final MailboxSpec DEFAULT = new MailboxSpec(DEFAULT_BOUND, Overflow.BLOCK, null);

    final long bound;
    final Overflow overflow;
    final @Nullable Comparator<Object> priority;
    /// Whether entries come out as they went in, and nobody but the reader takes any.
    final boolean isPlain;
    /// How often the reader of one at which senders have waited looks for them: one less than a power of two.
    final int lookMask;

    private MailboxSpec(long bound, Overflow overflow, @Nullable Comparator<Object> priority) {
        this.bound = bound;
        this.overflow = overflow;
        this.priority = priority;
        this.isPlain = priority == null && overflow != Overflow.DROP_OLDEST;
        this.lookMask = Integer.highestOneBit(Math.clamp(bound / 4, 1, 32)) - 1;
    }

    /// A mailbox for at most `bound` messages; full, it makes senders wait.
    ///
    /// @param bound at least 1
    public static MailboxSpec bounded(int bound) {
        return bounded(bound, Overflow.BLOCK);
    }

    /// A mailbox for at most `bound` messages.
    ///
    /// @param bound at least 1
    public static MailboxSpec bounded(int bound, Overflow overflow) {
        if (bound < 1) {
            throw new IllegalArgumentException("A mailbox needs a bound of at least 1, not " + bound);
        }
        return new MailboxSpec(bound, Objects.requireNonNull(overflow, "overflow"), null);
    }

    /// A mailbox without a bound: a producer that is faster than the actor ends in an OutOfMemoryError.
    public static MailboxSpec unbounded() {
        return new MailboxSpec(Long.MAX_VALUE, Overflow.BLOCK, null);
    }

    /// The same, but the smallest message by `order` is handled first; equal ones in the order of their
    /// arrival.
    ///
    /// @throws IllegalArgumentException together with [Overflow#DROP_OLDEST], where "oldest" would have no
    ///     meaning
    @SuppressWarnings("unchecked")
    public <M> MailboxSpec prioritized(Comparator<? super M> order) {
        Objects.requireNonNull(order, "order");
        if (overflow == Overflow.DROP_OLDEST) {
            throw new IllegalArgumentException("A priority mailbox cannot drop the oldest message");
        }
        return new MailboxSpec(bound, overflow, (Comparator<Object>) order);
    }

    @Override
    public String toString() {
        String size = bound == Long.MAX_VALUE ? "unbounded" : "bounded(" + bound + ", " + overflow + ")";
        return priority == null ? size : size + " by priority";
    }
}
