package dev.espalier.observer;

import dev.espalier.actor.ActorSystem;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// The meters of one system for Micrometer: the same figures as at `/metrics` of an [Observer], which is not
/// needed for them. The only class that needs `micrometer-core`, an optional dependency.
///
/// {@snippet class="dev.espalier.observer.ObserverGuideTest" region="meters"}
///
/// They are tagged with `system`, `class` and `group`, the actor at the top that they live under; never with
/// a path, for there are as many of these as actors. A class or a group that is new has meters from the next
/// reading on.
///
/// *Threads.* Thread-safe. *Cost.* At most once a second, when a registry reads, a look at each actor.
/// *Memory.* At most 501 times 9 meters. The registry keeps the system reachable.
public final class Meters implements MeterBinder {
    private static final long FRESH = TimeUnit.SECONDS.toNanos(1);

    private final ActorSystem system;
    private final ByClass figures;
    private final Map<MeterRegistry, Set<ByClass.Key>> registries = new ConcurrentHashMap<>();
    private volatile Map<ByClass.Key, ByClass.Figures> now = Map.of();
    private volatile long readAt = System.nanoTime() - FRESH;

    /// For one system; what ends from now on is counted.
    public Meters(ActorSystem system) {
        this.system = Objects.requireNonNull(system, "system");
        figures = ObserverEvents.of(system).byClass;
        figures.begin();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        registries.putIfAbsent(registry, ConcurrentHashMap.newKeySet());
        readAt = System.nanoTime() - FRESH;
        read();
    }

    private Map<ByClass.Key, ByClass.Figures> read() {
        if (System.nanoTime() - readAt >= FRESH) {
            readAt = System.nanoTime();
            now = figures.read(system);
            registries.forEach((registry, known) ->
                    now.keySet().stream().filter(known::add).forEach(key -> add(registry, key)));
        }
        return now;
    }

    private void add(MeterRegistry registry, ByClass.Key key) {
        Tags tags = Tags.of("system", system.name(), "class", key.type(), "group", key.group());
        for (Meter meter : Meter.values()) {
            if (meter.counter) {
                FunctionCounter.builder(meter.id, this, self -> self.value(meter, key))
                        .description(meter.help)
                        .tags(tags)
                        .register(registry);
            } else {
                Gauge.builder(meter.id, this, self -> self.value(meter, key))
                        .description(meter.help)
                        .tags(tags)
                        .strongReference(true)
                        .register(registry);
            }
        }
    }

    private double value(Meter meter, ByClass.Key key) {
        return meter.value.applyAsDouble(read().getOrDefault(key, ByClass.Figures.NONE));
    }
}
