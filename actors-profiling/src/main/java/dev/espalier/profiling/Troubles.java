package dev.espalier.profiling;

import dev.espalier.actor.ActorSystem;
import dev.espalier.sync.Registration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Who looks for trouble in systems, and who wants to know of it, whoever finds it. Thread-safe.
final class Troubles {
    private record Listener(ActorSystem system, Consumer<? super Trouble> action) {}

    private static final List<Listener> ALL = new CopyOnWriteArrayList<>();
    private static final List<Detectors> LOOKING = new CopyOnWriteArrayList<>();

    private Troubles() {}

    static Registration on(ActorSystem system, Consumer<? super Trouble> action) {
        Listener own = new Listener(system, action);
        ALL.add(own);
        return () -> ALL.remove(own);
    }

    static List<Consumer<? super Trouble>> of(ActorSystem system) {
        return ALL.stream()
                .filter(each -> each.system.equals(system))
                .<Consumer<? super Trouble>>map(Listener::action)
                .toList();
    }

    static void add(Detectors begun) {
        LOOKING.add(begun);
    }

    static void remove(Detectors ended) {
        LOOKING.remove(ended);
    }

    /// Those that go on in a system.
    static List<Trouble> in(ActorSystem system) {
        return LOOKING.stream()
                .filter(each -> each.areOf(system))
                .flatMap(each -> each.troubles().stream())
                .toList();
    }

    /// Its system has stopped.
    static void forget(ActorSystem system) {
        ALL.removeIf(each -> each.system.equals(system));
    }
}
