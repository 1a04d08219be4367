package dev.espalier.profiling;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A frame of a flame graph with those that it has called. Confined.
final class FlameNode {
    final String name;
    long weight;
    long before;
    final Map<String, FlameNode> called = new TreeMap<>();

    FlameNode(String name) {
        this.name = name;
    }

    void add(List<String> stack, long now, long then) {
        FlameNode at = this;
        at.weight += now;
        at.before += then;
        for (String frame : stack) {
            at = at.called.computeIfAbsent(frame, FlameNode::new);
            at.weight += now;
            at.before += then;
        }
    }
}
