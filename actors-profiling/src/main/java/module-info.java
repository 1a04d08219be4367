import org.jspecify.annotations.NullMarked;

/// Espalier's profiling: which actor costs what.
@NullMarked
@SuppressWarnings("requires-automatic") // HdrHistogram has no descriptor; it does not show in the API
module dev.espalier.profiling {
    requires transitive dev.espalier.core;
    requires java.management;
    requires jdk.httpserver;
    requires jdk.jfr;
    requires jdk.management;
    requires static transitive org.jspecify;
    requires org.slf4j;
    requires HdrHistogram;

    exports dev.espalier.observer;
    exports dev.espalier.profiling;

    provides dev.espalier.actor.ActorObserver with
            dev.espalier.observer.ObserverEvents,
            dev.espalier.profiling.ProfilingObserver;
}
