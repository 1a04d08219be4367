package dev.espalier.profiling;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/// Figures by the code that handled and the type of the message. Holds names only, so it keeps no class and
/// no actor alive. Confined, or guarded by its owner.
final class Sheet {
    /// Whose code handled which messages.
    ///
    /// @param code the class of the behavior or body
    /// @param message the class of the message
    record Key(String code, String message) {}

    /// Senders and receivers that are told apart; the rest of a receiver's senders is one.
    private static final int MOST_FLOWS = 256;

    private final Map<Key, Figures> figures = new HashMap<>();
    private final Map<Flow.Key, Long> flows = new HashMap<>();
    private long restarts;

    void add(Key key, Figures more, int sign) {
        figures.computeIfAbsent(key, k -> new Figures()).add(more, sign);
    }

    void add(Flow.Key key, long messages) {
        boolean fits = flows.size() < MOST_FLOWS || flows.containsKey(key);
        flows.merge(fits ? key : new Flow.Key(Senders.OTHERS, Senders.OTHERS, key.toCode()), messages, Long::sum);
    }

    void addRestarts(long more) {
        restarts += more;
    }

    void add(Sheet other, int sign) {
        other.figures.forEach((key, more) -> add(key, more, sign));
        other.flows.forEach((key, messages) -> add(key, sign * messages));
        restarts += sign * other.restarts;
    }

    long restarts() {
        return restarts;
    }

    void forEachFlow(BiConsumer<Flow.Key, Long> action) {
        flows.forEach(action);
    }

    void forEach(BiConsumer<Key, Figures> action) {
        figures.forEach(action);
    }
}
