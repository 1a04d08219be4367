package dev.espalier.actor;

import dev.espalier.sync.Registration;
import java.util.function.Consumer;

/// The log while it is written, for whoever shows it: the seam between a module that logs and one that has a
/// page, neither of which knows the other. Implementations are found by [java.util.ServiceLoader].
///
/// *Threads.* Thread-safe. *Cost.* None for those who log; while nobody follows, none at all.
public interface LogSource {
    /// One event of the log, as text.
    ///
    /// @param at when, in milliseconds of the wall clock
    /// @param level TRACE, DEBUG, INFO, WARN or ERROR
    /// @param logger its name
    /// @param actor the path of the actor that it is about; empty if there is none
    /// @param text the message, and what was thrown; bounded by the implementation
    record Line(long at, String level, String logger, String actor, String text) {}

    /// From now on gives each event that is written to this reader, one after the other.
    ///
    /// @param reader must not block nor log; it is called on the thread that writes the log, and let go of
    ///     when it throws
    /// @return what ends it
    Registration follow(Consumer<? super Line> reader);
}
