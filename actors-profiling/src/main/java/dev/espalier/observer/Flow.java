package dev.espalier.observer;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorState;
import dev.espalier.actor.ActorSystem;
import dev.espalier.sync.TraceContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Who sends what to whom: a trace of one subtree that ends by itself.
///
/// While it runs, messages to the actors of the subtree are picked by [ActorSystem#sampleArrivals]: all of
/// them at first, and then so few that about [#A_SECOND] arrive within a second. Afterwards the actors are
/// sampled as before.
///
/// *Threads.* Thread-safe. Actors put in what has arrived, and let it go, counted, if another one is at it.
/// *Cost.* About half a microsecond for a message that is picked; none for others. *Memory.* Some hundred
/// lines of text, and while it runs an entry for each actor of the subtree.
final class Flow {
    static final int LONGEST = 60;
    static final int A_SECOND = 1_000;
    private static final int MOST_ACTORS = 20_000;
    private static final int MOST_EDGES = 500;
    private static final int MOST_HOPS = 300;
    private static final int MOST_EVERY = 1 << 16;

    /// Who sends what to whom.
    private record Edge(String from, String to, String type) {}

    /// How often, and how long these have waited.
    private record Weight(long picked, long about, long waited) {
        static final Weight NONE = new Weight(0, 0, 0);

        Weight plus(int messages, long nanos) {
            return new Weight(picked + 1, about + messages, waited + nanos);
        }
    }

    /// One message.
    ///
    /// @param trace the id of the trace that it belongs to; empty if to none
    private record Hop(long after, Edge edge, long waited, String trace) {}

    private final ReentrantLock lock = new ReentrantLock();
    /// The actors of a trace that runs, and how they were sampled before.
    private final Map<ActorRef<?>, Integer> members = new ConcurrentHashMap<>();
    private final AtomicInteger room = new AtomicInteger();
    private final AtomicLong skipped = new AtomicLong();

    // Guarded by `lock`.
    private final Map<Edge, Weight> edges = new LinkedHashMap<>();
    private final Deque<Hop> hops = new ArrayDeque<>();
    private @Nullable ActorSystem system;
    private @Nullable ActorRef<?> top;
    private String subtree = "";
    private long began;
    private long ends;
    private boolean whole = true;
    private volatile int every;

    /// Begins a trace; one that runs ends.
    ///
    /// @param seconds 1 to [#LONGEST]
    void begin(ActorSystem of, ActorRef<?> actor, int seconds) {
        lock.lock();
        try {
            end();
            edges.clear();
            hops.clear();
            skipped.set(0);
            room.set(A_SECOND);
            system = of;
            top = actor;
            subtree = actor.path();
            began = System.nanoTime();
            ends = began + TimeUnit.SECONDS.toNanos(seconds);
            whole = true;
            every = 1;
            join(of, actor);
        } finally {
            lock.unlock();
        }
    }

    /// Takes in the actors of the subtree that are not members yet.
    private void join(ActorSystem of, ActorRef<?> actor) {
        of.forEachActor(each -> {
            if (!members.containsKey(each) && isBelow(each, actor)) {
                whole &= members.size() < MOST_ACTORS;
                if (whole) {
                    members.put(each, of.sampleArrivals(each, every));
                }
            }
        });
    }

    private static boolean isBelow(ActorRef<?> actor, ActorRef<?> subtree) {
        ActorRef<?> at = actor;
        while (at != null && !at.equals(subtree)) {
            at = at.parent();
        }
        return at != null;
    }

    /// A picked message has come out of a mailbox; on the thread of that actor.
    void arrived(ActorRef<?> actor, @Nullable ActorRef<?> sender, Object message, long nanos, int messages) {
        if (every == 0 || !members.containsKey(actor)) {
            return;
        }
        if (room.decrementAndGet() < 0 || !lock.tryLock()) {
            skipped.incrementAndGet();
            return;
        }
        try {
            Edge edge = new Edge(
                    sender == null ? "" : sender.path(),
                    actor.path(),
                    message.getClass().getName());
            if (edges.size() < MOST_EDGES || edges.containsKey(edge)) {
                edges.merge(edge, Weight.NONE.plus(messages, nanos), (old, one) -> old.plus(messages, nanos));
            } else {
                skipped.incrementAndGet();
            }
            if (hops.size() == MOST_HOPS) {
                hops.removeFirst();
            }
            TraceContext trace = TraceContext.current();
            hops.addLast(new Hop(System.nanoTime() - began, edge, nanos, trace == null ? "" : trace.traceId()));
        } finally {
            lock.unlock();
        }
    }

    /// Once a second: ends what is over, thins out what is too much, looks for new actors.
    void patrol() {
        if (every == 0) {
            return;
        }
        lock.lock();
        try {
            ActorSystem of = system;
            ActorRef<?> actor = top;
            if (of == null || actor == null || System.nanoTime() - ends >= 0) {
                end();
                return;
            }
            members.keySet().removeIf(each -> each.state() == ActorState.STOPPED);
            int arrived = A_SECOND - room.getAndSet(A_SECOND);
            if (arrived > A_SECOND && every < MOST_EVERY) {
                int times = (arrived - 1) / A_SECOND + 1;
                every *= Integer.highestOneBit(2 * times - 1); // up to a power of two
                members.keySet().forEach(each -> of.sampleArrivals(each, every));
            }
            join(of, actor);
        } finally {
            lock.unlock();
        }
    }

    /// The lock must be held.
    private void end() {
        ActorSystem of = system;
        if (of != null) {
            members.forEach((each, before) -> {
                int now = of.sampleArrivals(each, before);
                if (now != every) {
                    of.sampleArrivals(each, now); // its level was set meanwhile
                }
            });
        }
        members.clear();
        every = 0;
        system = null;
        top = null;
    }

    void close() {
        lock.lock();
        try {
            end();
        } finally {
            lock.unlock();
        }
    }

    /// The trace that runs, or the last one.
    byte[] json() {
        Map<Edge, Weight> all;
        Deque<Hop> last;
        Json json = new Json(8_192);
        lock.lock();
        try {
            all = new HashMap<>(edges);
            last = new ArrayDeque<>(hops);
            double left = every == 0 ? 0 : Math.max(0, (ends - System.nanoTime()) / 1e9);
            json.object().name("subtree").value(subtree).name("running").value(every > 0);
            json.name("left").value(left).name("every").value(every);
            json.name("skipped").value(skipped.get()).name("whole").value(whole);
        } finally {
            lock.unlock();
        }
        json.name("edges").array();
        all.forEach((edge, weight) -> {
            write(json.object(), edge);
            json.name("picked").value(weight.picked).name("about").value(weight.about);
            json.name("waited")
                    .millis(java.time.Duration.ofNanos(weight.waited / weight.picked))
                    .endObject();
        });
        json.endArray().name("hops").array();
        last.forEach(hop -> {
            write(json.object(), hop.edge);
            json.name("after").millis(java.time.Duration.ofNanos(hop.after));
            json.name("waited").millis(java.time.Duration.ofNanos(hop.waited));
            json.name("trace").value(hop.trace).endObject();
        });
        return json.endArray().endObject().bytes();
    }

    private static void write(Json json, Edge edge) {
        json.name("from")
                .value(edge.from)
                .name("to")
                .value(edge.to)
                .name("type")
                .value(edge.type);
    }
}
