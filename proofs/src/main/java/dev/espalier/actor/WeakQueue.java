package dev.espalier.actor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// [TicketQueue] reduced to its protocol, with one mistake.
final class WeakQueue {
    enum Mistake {
        /// A node is pushed first and gets its entry then.
        ENTRY_AFTER_PUSH,
        /// A producer looks at the head and then writes it, with no CAS.
        PUSH_WITHOUT_CAS,
        /// The closer looks at the head and then writes it, with no CAS.
        SEAL_WITHOUT_CAS,
        /// The consumer reads the head twice: for what it takes, and for what it has taken.
        HEAD_READ_TWICE
    }

    private static final class Node {
        volatile @Nullable Object entry;
        final boolean closes;

        @Nullable
        Node link;

        Node(@Nullable Object entry, boolean closes, @Nullable Node link) {
            this.entry = entry;
            this.closes = closes;
            this.link = link;
        }
    }

    /// What [#take] gives if there is a node without an entry.
    static final Object MISSING = new Object();

    private static final VarHandle HEAD;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(WeakQueue.class, "head", Node.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Mistake mistake;
    private final Node origin = new Node(null, false, null);
    private volatile Node head = origin;
    private Node tail = origin;
    private @Nullable Node first;

    WeakQueue(Mistake mistake) {
        this.mistake = mistake;
    }

    boolean push(Object entry) {
        boolean early = mistake == Mistake.ENTRY_AFTER_PUSH;
        while (true) {
            Node now = head;
            if (now.closes) {
                return false;
            }
            var fresh = new Node(early ? null : entry, false, now);
            if (replace(now, fresh, mistake == Mistake.PUSH_WITHOUT_CAS)) {
                fresh.entry = entry;
                return true;
            }
        }
    }

    private boolean replace(Node now, Node fresh, boolean withoutCas) {
        if (withoutCas) {
            head = fresh;
            return true;
        }
        return HEAD.compareAndSet(this, now, fresh);
    }

    void seal() {
        while (true) {
            Node now = head;
            if (now.closes || replace(now, new Node(null, true, now), mistake == Mistake.SEAL_WITHOUT_CAS)) {
                return;
            }
        }
    }

    /// For a queue from which nothing has been taken.
    boolean sealIfEmpty() {
        Node now = head;
        return now == origin && replace(now, new Node(null, true, now), mistake == Mistake.SEAL_WITHOUT_CAS);
    }

    private Node newest() {
        Node now = head;
        Node below = now.closes ? now.link : now;
        return below == null ? tail : below;
    }

    @Nullable
    Object take() {
        Node oldest = first;
        if (oldest == null) {
            Node newest = newest();
            if (newest == tail) {
                return null;
            }
            Node younger = null;
            Node at = newest;
            for (Node older = at.link; older != tail && older != null; older = at.link) {
                at.link = younger;
                younger = at;
                at = older;
            }
            at.link = younger;
            oldest = at;
            tail = mistake == Mistake.HEAD_READ_TWICE ? newest() : newest;
        }
        first = oldest.link;
        Object entry = oldest.entry;
        return entry == null ? MISSING : entry;
    }
}
