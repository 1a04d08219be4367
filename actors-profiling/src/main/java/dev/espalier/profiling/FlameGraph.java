package dev.espalier.profiling;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Stacks and what they weigh, to be drawn: actors or classes outside, their methods on them. Immutable.
///
/// One that was compared ([#comparedTo]) also knows what each stack weighed before.
public final class FlameGraph {
    static final int MOST_LEVELS = 100;
    private static final int PARTS = 2_000;

    private final Samples.Kind kind;
    private final Map<List<String>, Long> stacks;
    private final @Nullable Map<List<String>, Long> before;

    FlameGraph(Samples.Kind kind, Map<List<String>, Long> stacks, @Nullable Map<List<String>, Long> before) {
        this.kind = kind;
        this.stacks = Map.copyOf(stacks);
        this.before = before == null ? null : Map.copyOf(before);
    }

    /// Frames on those of an actor, for each level of its path one, the outer [#MOST_LEVELS] and its own, or on that of
    /// a class.
    static List<String> below(String name, List<String> frames) {
        List<String> all = new ArrayList<>();
        for (int at = name.indexOf('/', 1);
                at > 0 && name.startsWith("/") && all.size() < MOST_LEVELS;
                at = name.indexOf('/', at + 1)) {
            all.add(name.substring(0, at));
        }
        all.add(name);
        all.addAll(frames);
        return List.copyOf(all);
    }

    /// What the samples were weighed by.
    public Samples.Kind kind() {
        return kind;
    }

    /// What all stacks weigh, in nanoseconds or bytes.
    public long total() {
        return stacks.values().stream().mapToLong(Long::longValue).sum();
    }

    /// What it is weighed in: `nanoseconds` or `bytes`.
    public String unit() {
        return kind.unit();
    }

    /// Whether it knows what its stacks weighed before.
    public boolean isCompared() {
        return before != null;
    }

    /// This one, with what its stacks weighed before.
    ///
    /// @param earlier of another window
    /// @throws IllegalArgumentException if it is of another kind
    public FlameGraph comparedTo(FlameGraph earlier) {
        if (earlier.kind != kind) {
            throw new IllegalArgumentException(kind + " cannot be compared to " + earlier.kind);
        }
        return new FlameGraph(kind, stacks, earlier.stacks);
    }

    /// A line for each stack: the frames, the outermost first, with `;` between them, and the weight. If it was
    /// compared, the weight before and the weight now, as the tools for differences want it.
    public String toCollapsed() {
        Map<List<String>, Long> all = new HashMap<>(stacks);
        Map<List<String>, Long> then = before == null ? Map.of() : before;
        then.keySet().forEach(stack -> all.putIfAbsent(stack, 0L));
        return all.entrySet().stream()
                .map(line -> line(line.getKey(), line.getValue(), then))
                .sorted()
                .collect(Collectors.joining());
    }

    private String line(List<String> stack, long weight, Map<List<String>, Long> then) {
        String frames = stack.stream()
                .map(frame -> frame.replace(';', ',').replace('\n', ' '))
                .collect(Collectors.joining(";"));
        return frames + (before == null ? " " : " " + then.getOrDefault(stack, 0L) + " ") + weight + "\n";
    }

    /// A file for the viewer speedscope.
    ///
    /// @param title shown there
    public String toSpeedscope(String title) {
        return FlameFiles.speedscope(this, title);
    }

    /// A page that shows it, for any browser, without a network. One that was compared is red where the share has grown
    /// and blue where it has shrunk.
    ///
    /// @param title shown there
    public String toHtml(String title) {
        return FlameFiles.html(this, title);
    }

    /// For a page that draws it: nested arrays `[name, weight, weight before, called...]`, the whole outside. Frames of
    /// less than a two-thousandth of the whole are left out.
    public String toJson() {
        return FlameFiles.json(this, PARTS);
    }

    /// A profile for Google's pprof and what else reads that. If it was compared, it has the weights of now only.
    public byte[] toPprof() {
        return new Pprof().of(this);
    }

    /// As nested frames.
    FlameNode root() {
        FlameNode root = new FlameNode("all");
        stacks.forEach((stack, weight) -> root.add(stack, weight, 0));
        if (before != null) {
            before.forEach((stack, weight) -> root.add(stack, 0, weight));
        }
        return root;
    }

    /// In an order that does not change.
    List<Map.Entry<List<String>, Long>> sorted() {
        List<Map.Entry<List<String>, Long>> all = new ArrayList<>(stacks.entrySet());
        Collections.sort(all, Map.Entry.comparingByKey(FlameGraph::compare));
        return all;
    }

    private static int compare(List<String> a, List<String> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = a.get(i).compareTo(b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }
}
