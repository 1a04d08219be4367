package dev.espalier.actor;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How an actor has ended, in numbers. What there is to read is made for who asks: for most actors nobody does, and
/// the path alone would be a tenth of what it costs to make and end one. Immutable; keeps the actor.
///
/// @param asked how long before its end it was asked to; all times in ns
/// @param polite how long it was asked politely
/// @param cancelled how long it went on after the cancel
/// @param interrupted how long it went on after the interrupt
/// @param drained messages that met their fate meanwhile
/// @param left messages left over as dead letters
/// @param cause what it failed by
/// @param stack where its thread was when the grace was over
record Ending(
        Cell<?> cell,
        StopReport.How how,
        long asked,
        long polite,
        long cancelled,
        long interrupted,
        long drained,
        long left,
        @Nullable Throwable cause,
        List<StackTraceElement> stack)
        implements Supplier<StopReport.End> {
    @Override
    public StopReport.End get() {
        return new StopReport.End(
                cell.path(),
                how,
                Duration.ofNanos(asked),
                Duration.ofNanos(polite),
                Duration.ofNanos(cancelled),
                Duration.ofNanos(interrupted),
                drained,
                left,
                cause,
                stack);
    }
}
