package dev.espalier.actor;

import dev.espalier.sync.Registration;
import java.util.function.Consumer;

/// All dead letters of a system: always counted, told to listeners, logged with a rate limit (10 a second)
/// except during the stop. Thread-safe.
public interface DeadLetters {
    /// How many there have been.
    long count();

    /// How many there have been for this reason.
    long count(DeadLetter.Reason reason);

    /// Tells every further dead letter to the listener, on the thread where it happens; it must not block. What
    /// it throws is logged and changes nothing.
    ///
    /// @return removes the listener
    Registration onDeadLetter(Consumer<? super DeadLetter> listener);
}
