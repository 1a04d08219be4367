package dev.espalier.profiling;

import dev.espalier.actor.Ledger;
import java.time.Duration;
import java.util.Optional;

/// A snapshot of what one living actor does and has done. Immutable; the figures are read one after the
/// other.
///
/// @param path its path
/// @param code the class of its behavior or body; empty if it has had no message
/// @param ledger what became of the messages that it received
/// @param calls the messages that it has begun to handle, those of timers, watches and replies included
/// @param failed those that it failed over
/// @param restarts how often it was restarted
/// @param timed how many of the messages were timed
/// @param handling how long handling took in all, waiting for replies to asks included; if only some were
///     timed, what all took if they were like those; zero if none was
/// @param current the class of the message in hand
/// @param age how long it has been in hand, if that is timed: with [Level#FULL], or by chance with a sample
public record ActorFigures(
        String path,
        String code,
        Ledger ledger,
        long calls,
        long failed,
        long restarts,
        long timed,
        Duration handling,
        Optional<String> current,
        Optional<Duration> age) {}
