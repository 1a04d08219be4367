package dev.espalier.profiling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What happens between two points of time: what all records say at the end, less what they said at the
/// start.
///
/// The figures with which an actor began are taken away where they are at the end: in its own record if
/// that is there, else among the ended ones of the nearest ancestor whose record is there.
///
/// *Threads.* Thread-safe; it reads while actors write, so a message under way may be seen in part. Actors that end
/// meanwhile are seen once, see [Moves].
final class Window {
    private static final int MOST_KEPT = 10_000;
    private static final int MOST_RUNNING = 1_000;

    private record Before(Sheet own, Sheet ended) {}

    private final List<Tree> trees = new CopyOnWriteArrayList<>();
    private final Map<ActorRecord, Before> before = new ConcurrentHashMap<>();
    private final Set<ActorRecord> kept = ConcurrentHashMap.newKeySet();

    void begin(Tree tree) {
        Moves.read(() -> {
            tree.living().forEach(record -> before.put(record, read(record)));
            return trees.add(tree);
        });
    }

    /// Nobody lives there any more.
    void end(Tree tree) {
        Moves.read(() -> {
            tree.living().stream().filter(this::hasRoom).forEach(this::keep); // abandoned ones
            return trees.remove(tree);
        });
    }

    /// Whether it can be kept: the root always, for what others leave goes to it.
    boolean hasRoom(ActorRecord record) {
        return record.parent == null || kept.size() < MOST_KEPT;
    }

    void keep(ActorRecord record) {
        kept.add(record);
    }

    void forget() {
        trees.clear();
        before.clear();
        kept.clear();
    }

    Report report(Instant began, Duration took, Level level, Samples samples) {
        Map<ActorRecord, Before> now = Moves.read(this::all);
        before.forEach((record, then) -> subtract(now, record, then));
        List<Report.Line> lines = new ArrayList<>();
        List<Flow.Line> flows = new ArrayList<>();
        long restarts = 0;
        for (Map.Entry<ActorRecord, Before> entry : now.entrySet()) {
            String path = entry.getKey().actor.path();
            add(lines, flows, path, entry.getValue().own);
            add(lines, flows, path + "/*", entry.getValue().ended);
            restarts += entry.getValue().own.restarts() + entry.getValue().ended.restarts();
        }
        return new Report(began, took, level, restarts, running(), new Report.Lines(lines, flows, samples));
    }

    /// Tells the class of an actor's code by its path.
    UnaryOperator<String> codes() {
        Map<String, String> codes = new HashMap<>();
        kept.forEach(record -> codes.put(record.actor.path(), record.codeName()));
        trees.forEach(tree -> tree.living().forEach(record -> codes.put(record.actor.path(), record.codeName())));
        return path -> codes.getOrDefault(path, Senders.OTHERS);
    }

    private Map<ActorRecord, Before> all() {
        Map<ActorRecord, Before> now = new HashMap<>();
        kept.forEach(record -> now.put(record, read(record)));
        trees.forEach(tree -> tree.living().forEach(record -> now.putIfAbsent(record, read(record))));
        return now;
    }

    private static Before read(ActorRecord record) {
        return new Before(record.own(), record.ended());
    }

    private static void subtract(Map<ActorRecord, Before> now, ActorRecord record, Before then) {
        Before same = now.get(record);
        if (same != null) {
            same.own.add(then.own, -1);
            same.ended.add(then.ended, -1);
            return;
        }
        for (@Nullable ActorRecord up = record.parent; up != null; up = up.parent) {
            Before heir = now.get(up);
            if (heir != null) {
                heir.ended.add(then.own, -1);
                heir.ended.add(then.ended, -1);
                return;
            }
        }
    }

    private static void add(List<Report.Line> lines, List<Flow.Line> flows, String path, Sheet sheet) {
        sheet.forEach((key, figures) -> lines.add(new Report.Line(path, key, figures)));
        sheet.forEachFlow((key, messages) -> flows.add(new Flow.Line(path, key, messages)));
    }

    private List<ActorFigures> running() {
        return trees.stream()
                .flatMap(tree -> tree.living().stream())
                .map(ActorRecord::figures)
                .filter(figures -> figures.current().isPresent())
                .limit(MOST_RUNNING)
                .toList();
    }
}
