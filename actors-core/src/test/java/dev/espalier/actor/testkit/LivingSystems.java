package dev.espalier.actor.testkit;

import dev.espalier.actor.ActorObserver;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.StopReport;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Knows the systems that live, while [NothingOutlives] looks; otherwise it keeps nothing. Found as a service
/// by every system that looks for observers.
public final class LivingSystems implements ActorObserver {
    private static final Set<ActorSystem> LIVING = ConcurrentHashMap.newKeySet();
    private static final AtomicInteger LOOKING = new AtomicInteger();

    /// For the service loader.
    public LivingSystems() {}

    static void beginLooking() {
        LOOKING.incrementAndGet();
    }

    static void endLooking() {
        if (LOOKING.decrementAndGet() == 0) {
            LIVING.clear();
        }
    }

    static Set<ActorSystem> now() {
        return Set.copyOf(LIVING);
    }

    @Override
    public void systemStarted(ActorSystem system) {
        if (LOOKING.get() > 0) {
            LIVING.add(system);
        }
    }

    @Override
    public void systemStopped(ActorSystem system, StopReport report) {
        LIVING.remove(system);
    }
}
