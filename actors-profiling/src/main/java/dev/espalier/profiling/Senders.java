package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Who has sent how many messages to one actor: the first [#MOST] senders each by itself, later ones with their
/// siblings of the same class, the first [#MOST] such groups, and the rest as others.
///
/// *Threads.* All under the monitor of this object: only sampled messages pay for that. *Memory.* Bounded; it
/// keeps no sender alive.
final class Senders {
    static final int MOST = 16;
    /// Messages that no actor has sent.
    static final String OUTSIDE = "(outside)";
    /// Senders beyond those that are told apart.
    static final String OTHERS = "(others)";

    /// One sender or group.
    private static final class Entry {
        final WeakReference<ActorRef<?>> actor;
        final String path;
        final String code;
        long messages;

        Entry(ActorRef<?> actor, String path, String code) {
            this.actor = new WeakReference<>(actor);
            this.path = path;
            this.code = code;
        }
    }

    /// For whom it is told.
    interface Told {
        void sent(String path, String code, long messages);
    }

    private final List<Entry> single = new ArrayList<>();
    private final List<Entry> groups = new ArrayList<>();
    private long outside;
    private long others;

    /// @param codeOf tells the class of an actor's code
    synchronized void count(@Nullable ActorRef<?> sender, int messages, Function<ActorRef<?>, String> codeOf) {
        if (sender == null) {
            outside += messages;
            return;
        }
        Entry entry = find(single, sender, null);
        if (entry == null) {
            entry = single.size() < MOST
                    ? add(single, sender, sender.path(), codeOf.apply(sender))
                    : group(sender, codeOf);
        }
        if (entry == null) {
            others += messages;
        } else {
            entry.messages += messages;
        }
    }

    private @Nullable Entry group(ActorRef<?> sender, Function<ActorRef<?>, String> codeOf) {
        ActorRef<?> parent = sender.parent();
        if (parent == null) {
            return null;
        }
        String code = codeOf.apply(sender);
        Entry known = find(groups, parent, code);
        return known != null || groups.size() == MOST ? known : add(groups, parent, parent.path() + "/*", code);
    }

    private static @Nullable Entry find(List<Entry> entries, ActorRef<?> actor, @Nullable String code) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.actor.refersTo(actor) && (code == null || entry.code.equals(code))) {
                return entry;
            }
        }
        return null;
    }

    private static Entry add(List<Entry> entries, ActorRef<?> actor, String path, String code) {
        Entry fresh = new Entry(actor, path, code);
        entries.add(fresh);
        return fresh;
    }

    /// Tells all; a path may come more than once.
    synchronized void forEach(Told told) {
        single.forEach(entry -> told.sent(entry.path, entry.code, entry.messages));
        groups.forEach(entry -> told.sent(entry.path, entry.code, entry.messages));
        if (outside > 0) {
            told.sent(OUTSIDE, OUTSIDE, outside);
        }
        if (others > 0) {
            told.sent(OTHERS, OTHERS, others);
        }
    }
}
