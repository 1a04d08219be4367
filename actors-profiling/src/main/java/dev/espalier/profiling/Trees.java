package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The trees of all systems that run, and the profilers that record them.
///
/// *Threads.* Thread-safe. Who comes and goes is guarded by the class: a profiler and a system that begin at the same
/// time meet once.
final class Trees {
    private static final List<Tree> ALL = new CopyOnWriteArrayList<>();
    private static final List<Profiler> PROFILERS = new CopyOnWriteArrayList<>();
    private static volatile Level level = Settings.level();
    /// Whether some subtree has had a level at which messages are sampled; never taken back.
    private static volatile boolean subtreesSample;

    private Trees() {}

    // Systems.

    static synchronized void add(Tree tree) {
        ALL.add(tree);
        PROFILERS.forEach(profiler -> profiler.systemStarted(tree));
    }

    static synchronized void remove(Tree tree) {
        ALL.remove(tree);
        PROFILERS.forEach(profiler -> profiler.systemStopped(tree));
    }

    static List<Tree> all() {
        return ALL;
    }

    static @Nullable Tree of(ActorSystem system) {
        return ALL.stream().filter(tree -> tree.system == system).findFirst().orElse(null);
    }

    static @Nullable ActorRecord find(ActorRef<?> actor) {
        for (Tree tree : ALL) {
            ActorRecord record = tree.find(actor);
            if (record != null) {
                return record;
            }
        }
        return null;
    }

    /// An actor has ended: its figures go to its parent. While its system stops, whoever records it keeps
    /// them by path instead, for soon there will be no parent; all who record it, or nobody.
    static void ended(Tree tree, ActorRecord record) {
        Moves.move(() -> {
            boolean kept = tree.system.isStopping() && keep(tree, record);
            tree.remove(record);
            if (!kept) {
                record.fold();
            }
        });
    }

    private static boolean keep(Tree tree, ActorRecord record) {
        List<Profiler> recording =
                PROFILERS.stream().filter(each -> each.records(tree)).toList();
        if (recording.isEmpty() || !recording.stream().allMatch(each -> each.hasRoom(record))) {
            return false;
        }
        recording.forEach(each -> each.keep(record));
        return true;
    }

    // Levels.

    static Level level() {
        return level;
    }

    static void level(Level value) {
        level = value;
        ALL.forEach(tree -> tree.living().forEach(record -> record.base(value)));
        ALL.forEach(Tree::applyLevels);
    }

    /// Whether an actor that starts now may have messages that are sampled.
    static boolean maySample() {
        return subtreesSample || level.every() > 0 || !PROFILERS.isEmpty();
    }

    static void level(ActorRef<?> subtree, Level value) {
        if (value.every() > 0) {
            subtreesSample = true;
        }
        for (Tree tree : ALL) {
            if (tree.has(subtree)) {
                tree.of(subtree).base(value);
                tree.living().stream()
                        .filter(record -> isBelow(record, subtree))
                        .forEach(record -> record.base(value));
                tree.applyLevels();
            }
        }
    }

    static Optional<Level> levelOf(ActorRef<?> actor) {
        for (Tree tree : ALL) {
            ActorRecord record = tree.find(actor);
            if (record != null) {
                return Optional.of(effective(tree, record.base()));
            }
        }
        return Optional.empty();
    }

    private static boolean isBelow(ActorRecord record, ActorRef<?> subtree) {
        for (ActorRecord at = record; at != null; at = at.parent) {
            if (at.actor == subtree) {
                return true;
            }
        }
        return false;
    }

    /// The finest of a level and those of the profilers that record this tree.
    static Level effective(Tree tree, Level base) {
        Level finest = base;
        for (Profiler profiler : PROFILERS) {
            if (profiler.records(tree)) {
                finest = finest.finer(profiler.level());
            }
        }
        return finest;
    }

    // Profilers.

    static synchronized void add(Profiler profiler) {
        ALL.forEach(profiler::systemStarted);
        PROFILERS.add(profiler);
        ALL.forEach(Tree::applyLevels);
        SlowWatch.begin();
    }

    static boolean isRecorded() {
        return !PROFILERS.isEmpty();
    }

    static synchronized void remove(Profiler profiler) {
        PROFILERS.remove(profiler);
        ALL.forEach(Tree::applyLevels);
    }
}
