package dev.espalier.profiling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// What actors did when the Flight Recorder looked: their stacks, by actor. Immutable.
///
/// @see Profiler#samples()
public final class Samples {
    /// What a sample is weighed by.
    public enum Kind {
        /// Processor time, in nanoseconds.
        CPU,
        /// Memory that was allocated, in bytes; by a sample of the allocations.
        ALLOCATION,
        /// Time that was waited for monitors, in nanoseconds; waits of at least 1 ms, on platform threads: of green
        /// threads that leave their carrier for it the Flight Recorder of JDK 25 does not tell.
        LOCK,
        /// Time that a carrier was held by a green thread that waits, in nanoseconds; of at least 1 ms.
        PINNED,
        /// Time by the clock on the wall of chosen actors, in nanoseconds: see [Profiler.Builder#wallClock].
        /// `(idle)` is an actor that has nothing to do, `(waits for a turn)` one that has messages and no
        /// thread yet.
        WALL;

        String unit() {
            return this == ALLOCATION ? "bytes" : "nanoseconds";
        }
    }

    /// One stack of one actor.
    ///
    /// @param frames the outermost first
    record Stack(Kind kind, String path, String code, List<String> frames) {}

    private final Map<Stack, Long> weights;

    Samples(Map<Stack, Long> weights) {
        this.weights = Map.copyOf(weights);
    }

    /// What each actor or class has used; what no actor has done is in brackets: `(scheduler)`, the engine between
    /// turns; `(outside)`, other threads; `(too deep)`, stacks whose actor is not known because they were cut off.
    ///
    /// @param by [By#PATH] or [By#CODE]
    /// @throws IllegalArgumentException if it is something else
    public Map<String, Long> sums(Kind kind, By by) {
        check(by);
        Map<String, Long> sums = new TreeMap<>();
        weights.forEach((stack, weight) -> {
            if (stack.kind == kind) {
                sums.merge(nameOf(stack, by), weight, Long::sum);
            }
        });
        return sums;
    }

    private static void check(By by) {
        if (by != By.PATH && by != By.CODE) {
            throw new IllegalArgumentException("Samples are of paths or classes of code, not by " + by);
        }
    }

    private static String nameOf(Stack stack, By by) {
        return by == By.PATH ? stack.path : stack.code;
    }

    /// A flame graph of all that actors did.
    ///
    /// @param by [By#PATH]: below each actor its children and its methods; [By#CODE]: below each class its methods
    /// @throws IllegalArgumentException if it is something else
    public FlameGraph flames(Kind kind, By by) {
        check(by);
        return flames(kind, by, stack -> !stack.path.startsWith("("));
    }

    /// A flame graph of an actor and its descendants, as with [By#PATH].
    ///
    /// @param path that of the actor
    public FlameGraph flames(Kind kind, String path) {
        return flames(kind, By.PATH, stack -> stack.path.equals(path) || stack.path.startsWith(path + "/"));
    }

    private FlameGraph flames(Kind kind, By by, Predicate<Stack> which) {
        Map<List<String>, Long> stacks = new HashMap<>();
        weights.forEach((stack, weight) -> {
            if (stack.kind == kind && which.test(stack)) {
                stacks.merge(FlameGraph.below(nameOf(stack, by), stack.frames), weight, Long::sum);
            }
        });
        return new FlameGraph(kind, stacks, null);
    }

    /// What came after other samples of the same recording.
    ///
    /// @param earlier what was returned earlier
    public Samples since(Samples earlier) {
        Map<Stack, Long> later = new HashMap<>();
        weights.forEach((stack, weight) -> {
            long more = weight - earlier.weights.getOrDefault(stack, 0L);
            if (more > 0) {
                later.put(stack, more);
            }
        });
        return new Samples(later);
    }

    /// These and more.
    Samples plus(Map<Stack, Long> more) {
        Map<Stack, Long> all = new HashMap<>(weights);
        more.forEach((stack, weight) -> all.merge(stack, weight, Long::sum));
        return new Samples(all);
    }

    /// Writes flame graphs by path of all kinds that have samples: `cpu.html`, `cpu.collapsed`, `cpu.speedscope.json`,
    /// `cpu.pprof`, and so on.
    ///
    /// @param folder where; made if there is none
    /// @throws IOException if a file cannot be written
    public void writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Kind kind : Kind.values()) {
            FlameGraph graph = flames(kind, By.PATH);
            String name = kind.name().toLowerCase(Locale.ROOT);
            if (graph.total() > 0) {
                Files.writeString(folder.resolve(name + ".html"), graph.toHtml(name));
                Files.writeString(folder.resolve(name + ".collapsed"), graph.toCollapsed());
                Files.writeString(folder.resolve(name + ".speedscope.json"), graph.toSpeedscope(name));
                Files.write(folder.resolve(name + ".pprof"), graph.toPprof());
            }
        }
    }

    /// How many different stacks there are.
    @Override
    public String toString() {
        return weights.size() + " stacks";
    }
}
