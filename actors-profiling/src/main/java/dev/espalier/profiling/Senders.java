package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Who has sent how many messages to one actor: the first [#MOST] senders each by itself, later ones with their
/// siblings of the same class, the first [#MOST] such groups, and the rest as others.
///
/// *Threads.* The actor counts; whoever else reads sees each number whole, and maybe a little old. *Memory.*
/// Bounded; it keeps no sender alive.
final class Senders {
    static final int MOST = 16;
    /// Messages that no actor has sent.
    static final String OUTSIDE = "(outside)";
    /// Senders beyond those that are told apart.
    static final String OTHERS = "(others)";

    private static final VarHandle MESSAGES;

    static {
        try {
            MESSAGES = MethodHandles.lookup().findVarHandle(Entry.class, "messages", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// One sender or group; without an actor, all that are not told apart.
    private static final class Entry {
        final WeakReference<ActorRef<?>> actor;
        final String path;
        final String code;
        private long messages;

        Entry(@Nullable ActorRef<?> actor, String path, String code) {
            this.actor = new WeakReference<>(actor);
            this.path = path;
            this.code = code;
        }

        void add(int more) {
            MESSAGES.setOpaque(this, messages + more);
        }

        void tell(Told told) {
            long now = (long) MESSAGES.getOpaque(this);
            if (now > 0) {
                told.sent(path, code, now);
            }
        }
    }

    /// For whom it is told.
    interface Told {
        void sent(String path, String code, long messages);
    }

    // Replaced when one is added.
    private volatile Entry[] single = {};
    private volatile Entry[] groups = {};
    private final Entry outside = new Entry(null, OUTSIDE, OUTSIDE);
    private final Entry others = new Entry(null, OTHERS, OTHERS);

    /// For the actor.
    ///
    /// @param codeOf tells the class of an actor's code
    void count(@Nullable ActorRef<?> sender, int messages, Function<ActorRef<?>, String> codeOf) {
        entry(sender, codeOf).add(messages);
    }

    private Entry entry(@Nullable ActorRef<?> sender, Function<ActorRef<?>, String> codeOf) {
        if (sender == null) {
            return outside;
        }
        Entry[] known = single;
        Entry found = find(known, sender, null);
        if (found != null) {
            return found;
        }
        if (known.length == MOST) {
            return group(sender, codeOf);
        }
        Entry fresh = new Entry(sender, sender.path(), codeOf.apply(sender));
        single = with(known, fresh);
        return fresh;
    }

    private Entry group(ActorRef<?> sender, Function<ActorRef<?>, String> codeOf) {
        ActorRef<?> parent = sender.parent();
        if (parent == null) {
            return others;
        }
        String code = codeOf.apply(sender);
        Entry[] known = groups;
        Entry found = find(known, parent, code);
        if (found != null) {
            return found;
        }
        if (known.length == MOST) {
            return others;
        }
        Entry fresh = new Entry(parent, parent.path() + "/*", code);
        groups = with(known, fresh);
        return fresh;
    }

    private static @Nullable Entry find(Entry[] entries, ActorRef<?> actor, @Nullable String code) {
        for (Entry entry : entries) {
            if (entry.actor.refersTo(actor) && (code == null || entry.code.equals(code))) {
                return entry;
            }
        }
        return null;
    }

    private static Entry[] with(Entry[] entries, Entry fresh) {
        Entry[] all = Arrays.copyOf(entries, entries.length + 1);
        all[entries.length] = fresh;
        return all;
    }

    /// Tells all; a path may come more than once.
    void forEach(Told told) {
        for (Entry entry : single) {
            entry.tell(told);
        }
        for (Entry entry : groups) {
            entry.tell(told);
        }
        outside.tell(told);
        others.tell(told);
    }
}
