package dev.espalier.observer;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.profiling.Profiling;
import dev.espalier.profiling.Trouble;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Looks at the whole tree once a second, for all clients together, and makes [Frame]s of what changed.
///
/// *Threads.* Thread-safe; everything is guarded by `lock`, which is never held while anything is sent.
/// *Cost.* About a microsecond for an actor and second while somebody looks; otherwise one pass over the
/// ledgers.
final class Snapshots {
    /// Windows reach back that many slots.
    static final int SLOTS = 13;

    private static final long SLOT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long NOBODY = TimeUnit.SECONDS.toNanos(15);
    private static final double LEAST_SECONDS = 0.05;

    private final ActorSystem system;
    private final Vitals vitals;
    private final FrameText text;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Map<ActorRef<?>, Node> nodes = new HashMap<>();
    private final Map<Integer, Node> byId = new HashMap<>();
    private final long[] slotTimes = new long[SLOTS];
    private int slot;
    private int ids;
    private long walks;
    private long walkedAt;
    private long askedAt;
    private Frame newest = Frame.NONE;
    private byte @Nullable [] whole;

    Snapshots(ActorSystem system, Events events, boolean actions) {
        this.system = system;
        vitals = new Vitals(system);
        text = new FrameText(system, events, actions, vitals);
        long now = System.nanoTime();
        askedAt = now - NOBODY;
        walkedAt = now - TimeUnit.SECONDS.toNanos(1);
    }

    // The look.

    /// Once a second.
    void tick(boolean last) {
        lock.lock();
        try {
            if (!newest.last()) { // else a client that is behind would wait for more
                boolean watched = System.nanoTime() - askedAt < NOBODY;
                look(watched || last, last);
            }
        } finally {
            lock.unlock();
        }
    }

    private void look(boolean tree, boolean last) {
        long now = System.nanoTime();
        double seconds = Math.max(LEAST_SECONDS, (now - walkedAt) / 1e9);
        walkedAt = now;
        vitals.sample(seconds);
        if (!tree) {
            nodes.clear(); // they hold actors
            byId.clear();
            whole = null;
            return;
        }
        boolean first = nodes.isEmpty();
        if (first) {
            Arrays.fill(slotTimes, now);
        }
        List<Node> added = new ArrayList<>();
        List<Node> changed = new ArrayList<>();
        walk(now, seconds, added, changed);
        if (first) {
            added.forEach(Node::beginHere);
        }
        List<Integer> gone = sweep();
        remember(now);
        whole = null;
        newest = new Frame(
                newest.number() + 1, text.delta(newest.number() + 1, nodes.size(), added, changed, gone), last);
        news.signalAll();
    }

    private void walk(long now, double seconds, List<Node> added, List<Node> changed) {
        walks++;
        Map<ActorRef<?>, Integer> troubles = troubles();
        system.forEachActor(at -> {
            Node node = nodes.get(at);
            boolean fresh = node == null;
            if (node == null) {
                node = add(at, now);
            }
            boolean differs = node.update(Profiling.of(at), seconds);
            differs |= node.isNew(troubles.getOrDefault(at, 0));
            node.walk = walks;
            if (fresh) {
                added.add(node);
            } else if (differs) {
                changed.add(node);
            }
        });
    }

    /// Who is in trouble: a bit for each kind.
    private Map<ActorRef<?>, Integer> troubles() {
        Map<ActorRef<?>, Integer> kinds = new HashMap<>();
        for (Trouble trouble : Profiling.troubles(system)) {
            int bit = 1 << trouble.kind().ordinal();
            system.find(trouble.path()).ifPresent(actor -> kinds.merge(actor, bit, (a, b) -> a | b));
        }
        return kinds;
    }

    private Node add(ActorRef<?> actor, long now) {
        ActorRef<?> above = actor.parent();
        Node parent = above == null ? null : nodes.get(above);
        Node node = new Node(++ids, parent == null ? 0 : parent.id, actor, now);
        nodes.put(actor, node);
        byId.put(node.id, node);
        return node;
    }

    private List<Integer> sweep() {
        List<Integer> gone = new ArrayList<>();
        for (Iterator<Node> each = nodes.values().iterator(); each.hasNext(); ) {
            Node node = each.next();
            if (node.walk != walks) {
                each.remove();
                byId.remove(node.id);
                gone.add(node.id);
            }
        }
        return gone;
    }

    private void remember(long now) {
        if (now - slotTimes[slot] >= SLOT_NANOS) {
            slot = (slot + 1) % SLOTS;
            slotTimes[slot] = now;
            nodes.values().forEach(node -> node.remember(slot, SLOTS));
        }
    }

    // For clients.

    /// Waits for a frame that is newer than this one.
    ///
    /// @return the newest; the same if the time is over
    Frame next(Frame seen, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            askedAt = System.nanoTime();
            long left = nanos;
            while (newest.number() <= seen.number() && left > 0) {
                left = news.awaitNanos(left);
            }
            return newest;
        } finally {
            lock.unlock();
        }
    }

    /// The whole tree now, as an event, with the frame that it is up to.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Whole(Frame frame, byte[] event) {}

    Whole whole() {
        return fresh(() -> {
            byte[] made = whole;
            if (made == null) {
                made = FrameText.event("tree", text.all(newest.number(), nodes.values()));
                whole = made;
            }
            return new Whole(newest, made);
        });
    }

    /// As JSON.
    byte[] tree() {
        return fresh(() -> text.all(newest.number(), nodes.values()).getBytes(StandardCharsets.UTF_8));
    }

    /// As JSON: how the system is.
    byte[] vitals() {
        return fresh(() -> text.vitals(nodes.size()));
    }

    /// The nodes that the last look has met, for a short reading.
    <T> T read(Function<Collection<Node>, T> reading) {
        return fresh(() -> reading.apply(nodes.values()));
    }

    @Nullable
    Node node(int id) {
        return fresh(() -> byId.get(id));
    }

    /// Whether an actor had this number, be it that it has ended.
    boolean hasKnown(int id) {
        return fresh(() -> id <= ids);
    }

    /// The living actor at a path.
    @Nullable
    Node node(String path) {
        return fresh(() -> system.find(path).map(nodes::get).orElse(null));
    }

    /// From a slot to the last look.
    ///
    /// @param slot −1 for the look before
    /// @param until when the last look was
    record Window(int slot, long until, double seconds) {}

    /// The window that is nearest to so many seconds; the lock must be held.
    Window window(int seconds) {
        if (seconds <= 1) {
            return new Window(-1, walkedAt, 1);
        }
        int best = slot;
        for (int back = 0; back < SLOTS; back++) {
            best = (slot - back + SLOTS) % SLOTS;
            if (walkedAt - slotTimes[best] >= TimeUnit.SECONDS.toNanos(seconds)) {
                break;
            }
        }
        return new Window(best, walkedAt, Math.max(LEAST_SECONDS, (walkedAt - slotTimes[best]) / 1e9));
    }

    /// Reads after a look that is at most a second and a half old.
    private <T extends @Nullable Object> T fresh(Supplier<T> reading) {
        lock.lock();
        try {
            long now = System.nanoTime();
            boolean idle = now - askedAt >= NOBODY || newest.number() == 0;
            askedAt = now;
            if (idle && !newest.last()) {
                look(true, false);
            }
            return reading.get();
        } finally {
            lock.unlock();
        }
    }
}
