package dev.espalier.profiling;

import java.time.Instant;
import java.util.List;

/// Something that people should look at; see [Detectors]. Immutable.
///
/// @param kind what it is
/// @param at when it was seen
/// @param path the actor
/// @param text what was seen, one line
/// @param stack where the actor's thread was then, the innermost frame first; empty if it had none
public record Trouble(Kind kind, Instant at, String path, String text, List<String> stack) {
    /// What troubles there are.
    public enum Kind {
        /// One message has been in hand for long.
        STUCK,
        /// A message has been in the mailbox for long, though the actor handles others.
        QUEUE,
        /// A message has been in the mailbox for long, and the actor handles none.
        STARVING,
        /// One message has computed for long: its thread was running whenever it was looked at.
        HOG,
        /// A green thread has waited for long without leaving its carrier.
        PINNED,
        /// Many restarts in a short time.
        RESTARTS
    }

    @Override
    public String toString() {
        return path + " " + text;
    }
}
