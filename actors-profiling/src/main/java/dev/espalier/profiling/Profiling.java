package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import java.util.Objects;
import java.util.Optional;

/// What is counted about all actors all the time.
///
/// Having this module is enough; there is nothing to start. The figures of an actor are kept while it
/// lives, and then added to those of its parent: a million actors that have come and gone leave nothing but
/// sums. System properties:
///
/// | property | |
/// |---|---|
/// | `dev.espalier.profiling.level` | `off`, `counters` (default), `1:16` (one of 16 is timed), `full` |
/// | `dev.espalier.profiling.folder` | records all systems; writes the report there at the end of the JVM |
///
/// *Threads.* Thread-safe. *Cost.* Counting takes some nanoseconds a message, timing two looks at the
/// clock. To change a level walks over all actors that have had messages.
public final class Profiling {
    private Profiling() {}

    /// The level of all systems, but for subtrees that have another one, and while nobody records.
    public static Level level() {
        return Trees.level();
    }

    /// Sets the level of all actors, those to come included.
    public static void level(Level level) {
        Trees.level(Objects.requireNonNull(level, "level"));
    }

    /// Sets the level of an actor and all its descendants, those to come included. Nothing happens if it
    /// has ended.
    ///
    /// @param subtree the actor
    public static void level(ActorRef<?> subtree, Level level) {
        Trees.level(Objects.requireNonNull(subtree, "subtree"), Objects.requireNonNull(level, "level"));
    }

    /// What an actor does and has done.
    ///
    /// @return empty if it has had no message, or has ended
    public static Optional<ActorFigures> of(ActorRef<?> actor) {
        return Optional.ofNullable(Trees.find(Objects.requireNonNull(actor, "actor")))
                .map(ActorRecord::figures);
    }
}
