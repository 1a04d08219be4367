package dev.espalier.actor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Puts siblings that are spawned together into an order in which each comes after those it depends on.
final class StartOrder {
    private StartOrder() {}

    static List<ActorRef<?>> spawnAll(Cell<?> parent, List<? extends ActorSpec<?>> specs) {
        Objects.requireNonNull(specs, "specs");
        List<ActorRef<?>> started = new ArrayList<>();
        try {
            for (ActorSpec<?> spec : sorted(specs)) {
                started.add(parent.spawnChild(spec));
            }
        } catch (RuntimeException e) {
            for (ActorRef<?> ref : started.reversed()) {
                ref.stop();
                ref.stopped().waitForGo();
            }
            throw e;
        }
        return started;
    }

    /// The given order where the dependencies allow it.
    ///
    /// @throws IllegalArgumentException if the dependencies form a cycle or a name stands twice
    static List<ActorSpec<?>> sorted(List<? extends ActorSpec<?>> specs) {
        Map<String, ActorSpec<?>> open = new LinkedHashMap<>();
        for (ActorSpec<?> spec : specs) {
            if (open.put(spec.name(), spec) != null) {
                throw new IllegalArgumentException("The name " + spec.name() + " stands twice");
            }
        }
        List<ActorSpec<?>> order = new ArrayList<>(specs.size());
        while (!open.isEmpty()) {
            int before = order.size();
            for (ActorSpec<?> spec : List.copyOf(open.values())) {
                if (spec.options.dependsOn.stream().noneMatch(open::containsKey)) {
                    order.add(spec);
                    open.remove(spec.name());
                }
            }
            if (order.size() == before) {
                throw new IllegalArgumentException("dependsOn is cyclic: " + cycle(open));
            }
        }
        return order;
    }

    private static String cycle(Map<String, ActorSpec<?>> open) {
        LinkedHashSet<String> seen = new LinkedHashSet<>();
        String at = open.keySet().iterator().next();
        while (seen.add(at)) {
            ActorSpec<?> spec = open.get(at);
            String next = at;
            if (spec != null) {
                next = spec.options.dependsOn.stream()
                        .filter(open::containsKey)
                        .findFirst()
                        .orElse(at);
            }
            at = next;
        }
        List<String> path = new ArrayList<>(seen);
        path.subList(0, path.indexOf(at)).clear();
        path.add(at);
        return String.join(" -> ", path);
    }
}
