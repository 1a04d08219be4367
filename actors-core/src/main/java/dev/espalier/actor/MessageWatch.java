package dev.espalier.actor;

import dev.espalier.sync.Strand;
import dev.espalier.sync.TraceContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// All that follow the messages of one actor; what they throw is logged and changes nothing. Confined to
/// the actor.
final class MessageWatch {
    /// A program with messages that can be followed; asked on its own thread.
    interface Watched {
        /// Null if nobody follows them.
        @Nullable
        MessageWatch watch();

        /// An entry that has come out of the mailbox, as [Sampled#of] was given it.
        default @Nullable Object opened(@Nullable Object entry) {
            return entry instanceof Sampled sampled ? open(sampled, Strand.current()) : entry;
        }

        /// What is in a [Sampled]; tells those who follow of a measurement.
        default Object open(Sampled sampled, Strand self) {
            MessageWatch follow = watch();
            if (follow != null && sampled.isPicked()) {
                TraceContext before = self.trace();
                self.trace(sampled.trace);
                follow.arrived(sampled, self.nanoTime());
                self.trace(before);
            }
            return sampled.entry;
        }

        /// What came out of the mailbox is not handled, and no message is in hand: its arrival belongs to none.
        default void endExpired() {
            MessageWatch follow = watch();
            if (follow != null) {
                follow.ended(null);
            }
        }
    }

    private final Cell<?> cell;
    private final MessageObserver first;
    /// Those that follow after it; mostly nobody.
    private final @Nullable MessageWatch others;

    /// @param all at least one
    MessageWatch(Cell<?> cell, List<MessageObserver> all) {
        this.cell = cell;
        first = all.getFirst();
        others = all.size() == 1 ? null : new MessageWatch(cell, all.subList(1, all.size()));
    }

    void arrived(Sampled sampled, long now) {
        long nanos = Math.max(0, now - sampled.sentNanos);
        int messages = Sampled.every(cell);
        tellArrived(sampled, nanos, now, messages);
        cell.system.observers.arrived(cell, sampled, nanos, messages);
    }

    private void tellArrived(Sampled sampled, long nanos, long now, int messages) {
        try {
            first.arrived(sampled.sender, nanos, now, messages);
        } catch (Throwable t) {
            failed(t);
        }
        if (others != null) {
            others.tellArrived(sampled, nanos, now, messages);
        }
    }

    /// A message is about to be handled.
    ///
    /// @param trace what it carries
    /// @return what is current while it is handled
    @Nullable
    TraceContext started(Object message, @Nullable TraceContext trace) {
        TraceContext current = trace == null ? null : traced(message, trace);
        started(message);
        return current;
    }

    private TraceContext traced(Object message, TraceContext trace) {
        TraceContext current = trace;
        try {
            current = first.traced(message, trace);
        } catch (Throwable t) {
            failed(t);
        }
        return others == null ? current : others.traced(message, current);
    }

    private void started(Object message) {
        try {
            first.started(message);
        } catch (Throwable t) {
            failed(t);
        }
        if (others != null) {
            others.started(message);
        }
    }

    void ended(@Nullable Throwable thrown) {
        try {
            first.ended(thrown);
        } catch (Throwable t) {
            failed(t);
        }
        if (others != null) {
            others.ended(thrown);
        }
    }

    void asked(Cell<?> target, long nanos) {
        try {
            first.asked(target, nanos);
        } catch (Throwable t) {
            failed(t);
        }
        if (others != null) {
            others.asked(target, nanos);
        }
    }

    private void failed(Throwable thrown) {
        Log.engineError("The observer " + first.getClass().getName() + " failed", thrown);
    }
}
