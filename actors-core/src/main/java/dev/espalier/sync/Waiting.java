package dev.espalier.sync;

import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The one loop in which this package waits for a condition that comes true once and stays true.
final class Waiting {
    private Waiting() {}

    /// Waits until the condition holds, the deadline, or the till goes.
    ///
    /// No wake-up is lost: the listener is in place before the condition is looked at, so a condition that
    /// comes true after that look unparks this strand, and the permit of that unpark ends the park.
    ///
    /// @return what the condition says at the end
    static boolean await(
            Object blocker,
            BooleanSupplier condition,
            Function<Runnable, Registration> listen,
            long deadlineNanos,
            @Nullable Signal till) {
        if (condition.getAsBoolean()) {
            return true;
        }
        CancelScope.check();
        if (Strand.isOver(deadlineNanos) || (till != null && till.isGo())) {
            return condition.getAsBoolean();
        }
        Runnable wake = Strand.current()::unpark;
        Registration listener = listen.apply(wake);
        try {
            Registration limit = till == null ? null : till.onGo(wake);
            try {
                while (!condition.getAsBoolean() && !Strand.isOver(deadlineNanos) && (till == null || !till.isGo())) {
                    Strand.park(blocker, deadlineNanos);
                }
            } finally {
                if (limit != null) {
                    limit.remove();
                }
            }
        } finally {
            listener.remove();
        }
        return condition.getAsBoolean();
    }
}
