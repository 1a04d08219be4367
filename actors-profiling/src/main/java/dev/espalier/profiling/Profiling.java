package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.sync.Registration;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/// What is counted about all actors all the time.
///
/// Having this module is enough; there is nothing to start. The figures of an actor are kept while it
/// lives, and then added to those of its parent: a million actors that have come and gone leave nothing but
/// sums. System properties:
///
/// | property | |
/// |---|---|
/// | `dev.espalier.profiling.level` | `off`, `counters` (default), `1:16` (one of 16 is timed), `full` |
/// | `dev.espalier.profiling.detectors` | `true` starts [Detectors] with the defaults for each system |
/// | `dev.espalier.profiling.folder` | records all systems; writes the report there at the end of the JVM |
/// | `dev.espalier.profile` | the same with more to say, also by the environment variable `ESPALIER_PROFILE` |
///
/// The last is a folder and, after commas, any of `level=1:16`, `samples=10ms` for [Profiler.Builder#samples()],
/// `duration=60s`, `jfr` for [Profiler.Builder#flightRecorder()], and `signal=USR1`: then nothing is recorded until the
/// process gets that signal; the next one ends the profile, as does its duration, and each has a folder in that folder.
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

    /// What an actor has done, a row for each class of message, in no order.
    ///
    /// @return empty if it has had no message, or has ended
    public static List<Row> messages(ActorRef<?> actor) {
        ActorRecord record = Trees.find(Objects.requireNonNull(actor, "actor"));
        return record == null ? List.of() : record.rows();
    }

    /// How the times of an actor's timed messages spread.
    ///
    /// @return how many took how long: nanoseconds, known to an eighth, to numbers above 0; empty if none was
    ///     timed, or it has ended
    public static NavigableMap<Long, Long> times(ActorRef<?> actor) {
        ActorRecord record = Trees.find(Objects.requireNonNull(actor, "actor"));
        return record == null
                ? Collections.emptyNavigableMap()
                : record.spread().counts();
    }

    /// Tells of each trouble that [Detectors] of a system find from now on, also those that a system property has
    /// started; until the system has stopped.
    ///
    /// @param system whose actors
    /// @param listener runs on the thread of the detectors, and must not block
    /// @return to end that
    public static Registration onTrouble(ActorSystem system, Consumer<? super Trouble> listener) {
        return Troubles.on(Objects.requireNonNull(system, "system"), Objects.requireNonNull(listener, "listener"));
    }

    /// The troubles that go on in a system, as its [Detectors] have found them at their last look.
    ///
    /// @param system whose actors
    /// @return empty if there are none, or nobody looks
    public static List<Trouble> troubles(ActorSystem system) {
        return Troubles.in(Objects.requireNonNull(system, "system"));
    }

    /// What is written down about each message of an actor now: its own level, or a finer one of a profiler
    /// that records.
    ///
    /// @return empty if it has had no message, or has ended
    public static Optional<Level> levelOf(ActorRef<?> actor) {
        return Trees.levelOf(Objects.requireNonNull(actor, "actor"));
    }
}
