package dev.espalier.sync;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One of the things that a [Select] waits for.
///
/// *Threads.* Confined to the selecting strand; [#now] and, if there is a guard, [#join] with all guards held.
abstract class Choice<R> {
    /// What guards it; null if it can be looked at without.
    abstract @Nullable Guard guard();

    /// Does it if it can be done now.
    ///
    /// @return what is to be run then, without the guard; null if it cannot be done now
    abstract @Nullable Supplier<R> now();

    /// Joins the line with the wait of a select; what the wait is granted with must be the result.
    ///
    /// @return the place, to be abandoned afterwards; or a listener, to be removed
    abstract Standing join(Wait wait);

    /// It was granted at that place.
    ///
    /// @return what is to be run then
    abstract Supplier<R> granted(Object winner);

    /// What a choice has registered for one wait.
    interface Standing {
        /// Whether this ended the wait.
        boolean is(Object winner);

        /// Takes it back, whether it ended the wait or not; with no guard held.
        void end();
    }
}
