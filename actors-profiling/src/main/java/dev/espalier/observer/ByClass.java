package dev.espalier.observer;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Ledger;
import dev.espalier.profiling.ActorFigures;
import dev.espalier.profiling.Profiling;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// The figures of all actors of a system, living and ended, by class and by the actor at the top that they
/// live under: so few that meters can be made of them, however many actors there are.
///
/// Those that end are added up from the first reading on. Sums never fall: an actor that ends during a
/// reading, and is met neither here nor there, does not make a counter look as if it had begun anew.
///
/// *Threads.* Thread-safe; the lock is not held while actors are looked at. *Cost.* A reading looks at every actor,
/// some 500 ns each; so does the end of one.
/// *Memory.* At most [#MOST] keys.
final class ByClass {
    static final int MOST = 500;
    private static final String OTHERS = "others";
    private static final String LAMBDA = "$$Lambda";

    /// @param type the class of the behavior or body; `none` if there has been no message
    /// @param group the name of the actor at the top; empty for the root
    record Key(String type, String group) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byGroup = group.compareTo(other.group);
            return byGroup == 0 ? type.compareTo(other.type) : byGroup;
        }
    }

    /// What only grows.
    record Sums(Ledger ledger, long failed, long restarts, Duration handling) {
        static final Sums NONE = new Sums(Ledger.EMPTY, 0, 0, Duration.ZERO);

        Sums plus(Sums o) {
            return new Sums(ledger.plus(o.ledger), failed + o.failed, restarts + o.restarts, handling.plus(o.handling));
        }

        Sums max(Sums o) {
            return new Sums(
                    new Ledger(
                            Math.max(ledger.accepted(), o.ledger.accepted()),
                            Math.max(ledger.processed(), o.ledger.processed()),
                            Math.max(ledger.deadLettered(), o.ledger.deadLettered()),
                            Math.max(ledger.dropped(), o.ledger.dropped()),
                            ledger.queued(),
                            Math.max(ledger.overBound(), o.ledger.overBound())),
                    Math.max(failed, o.failed),
                    Math.max(restarts, o.restarts),
                    handling.compareTo(o.handling) > 0 ? handling : o.handling);
        }
    }

    /// @param actors how many live
    record Figures(long actors, Sums sums) {
        static final Figures NONE = new Figures(0, Sums.NONE);

        Figures plus(Figures o) {
            return new Figures(actors + o.actors, sums.plus(o.sums));
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Sums> ended = new HashMap<>();
    private final Map<Key, Sums> told = new HashMap<>();
    /// Those that have figures of their own, for good.
    private final Set<Key> keys = ConcurrentHashMap.newKeySet();
    private volatile boolean wanted;

    /// An actor has ended.
    void ended(ActorRef<?> actor) {
        if (wanted) {
            Optional<ActorFigures> figures = Profiling.of(actor);
            Sums last = sums(actor, figures);
            lock.lock();
            try {
                ended.merge(bounded(key(actor, figures)), last, Sums::plus);
            } finally {
                lock.unlock();
            }
        }
    }

    /// From now on actors that end are added up.
    void begin() {
        wanted = true;
    }

    Map<Key, Figures> read(ActorSystem system) {
        begin();
        Map<Key, Figures> all = new TreeMap<>();
        lock.lock();
        try {
            ended.forEach((key, sums) -> all.put(key, new Figures(0, sums)));
        } finally {
            lock.unlock();
        }
        system.forEachActor(
                actor -> { // actors that end meanwhile do not wait for this
                    Optional<ActorFigures> figures = Profiling.of(actor);
                    Figures one = new Figures(1, isKnown(figures) ? sums(actor, figures) : waiting(actor));
                    all.merge(bounded(key(actor, figures)), one, Figures::plus);
                });
        lock.lock();
        try {
            told.keySet().forEach(key -> all.putIfAbsent(key, Figures.NONE));
            all.replaceAll((key, now) -> new Figures(now.actors, now.sums.max(told.getOrDefault(key, Sums.NONE))));
            all.forEach((key, now) -> told.put(key, now.sums));
        } finally {
            lock.unlock();
        }
        return all;
    }

    private Key bounded(Key key) {
        boolean known = keys.contains(key);
        if (!known && keys.size() < MOST) {
            keys.add(key);
            known = true;
        }
        return known ? key : new Key(OTHERS, OTHERS);
    }

    private static Key key(ActorRef<?> actor, Optional<ActorFigures> figures) {
        ActorRef<?> at = actor;
        ActorRef<?> above = at.parent();
        String group = above == null ? "" : at.name();
        while (above != null && above.parent() != null) {
            at = above;
            above = at.parent();
            group = at.name();
        }
        String code = figures.map(ActorFigures::code).orElse("");
        int lambda = code.indexOf(LAMBDA); // what follows is another in every process
        return new Key(
                code.isEmpty() ? "none" : lambda < 0 ? code : code.substring(0, lambda + LAMBDA.length()), group);
    }

    private static boolean isKnown(Optional<ActorFigures> figures) {
        return figures.filter(all -> !all.code().isEmpty()).isPresent();
    }

    /// Only what waits: the rest will be counted with its class when that is known, and must not be counted twice.
    private static Sums waiting(ActorRef<?> actor) {
        return new Sums(new Ledger(0, 0, 0, 0, actor.ledger().queued(), 0), 0, 0, Duration.ZERO);
    }

    private static Sums sums(ActorRef<?> actor, Optional<ActorFigures> figures) {
        return new Sums(
                actor.ledger(),
                figures.map(ActorFigures::failed).orElse(0L),
                actor.incarnation() - 1L,
                figures.map(ActorFigures::handling).orElse(Duration.ZERO));
    }
}
