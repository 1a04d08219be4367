package dev.espalier.profiling;

import dev.espalier.actor.ActorSystem;
import dev.espalier.sync.Registration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Who wants to know of trouble in a system, whichever [Detectors] find it. Thread-safe.
final class Troubles {
    private record Listener(ActorSystem system, Consumer<? super Trouble> action) {}

    private static final List<Listener> ALL = new CopyOnWriteArrayList<>();

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

    /// Its system has stopped.
    static void forget(ActorSystem system) {
        ALL.removeIf(each -> each.system.equals(system));
    }
}
