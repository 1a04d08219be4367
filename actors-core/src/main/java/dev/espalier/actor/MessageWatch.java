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
            return entry instanceof Sampled sampled ? open(sampled) : entry;
        }

        /// What is in a [Sampled]; tells those who follow of a measurement.
        default Object open(Sampled sampled) {
            MessageWatch follow = watch();
            if (follow != null && sampled.isPicked()) {
                Strand self = Strand.current();
                TraceContext before = self.trace();
                self.trace(sampled.trace);
                follow.arrived(sampled, Math.max(0, self.nanoTime() - sampled.sentNanos));
                self.trace(before);
            }
            return sampled.entry;
        }
    }

    private final MessageObserver[] all;
    private final Cell<?> cell;

    MessageWatch(Cell<?> cell, List<MessageObserver> all) {
        this.cell = cell;
        this.all = all.toArray(MessageObserver[]::new);
    }

    void arrived(Sampled sampled, long nanos) {
        for (MessageObserver each : all) {
            try {
                each.arrived(sampled.sender, nanos);
            } catch (Throwable t) {
                failed(each, t);
            }
        }
        cell.system.observers.arrived(cell, sampled, nanos);
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
        for (MessageObserver each : all) {
            try {
                current = each.traced(message, current);
            } catch (Throwable t) {
                failed(each, t);
            }
        }
        return current;
    }

    private void started(Object message) {
        for (MessageObserver each : all) {
            try {
                each.started(message);
            } catch (Throwable t) {
                failed(each, t);
            }
        }
    }

    void ended(@Nullable Throwable thrown) {
        for (MessageObserver each : all) {
            try {
                each.ended(thrown);
            } catch (Throwable t) {
                failed(each, t);
            }
        }
    }

    void asked(Cell<?> target, long nanos) {
        for (MessageObserver each : all) {
            try {
                each.asked(target, nanos);
            } catch (Throwable t) {
                failed(each, t);
            }
        }
    }

    private static void failed(MessageObserver observer, Throwable thrown) {
        Log.engineError("The observer " + observer.getClass().getName() + " failed", thrown);
    }
}
