import org.jspecify.annotations.NullMarked;

/// Espalier's profiling: which actor costs what.
@NullMarked
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"
}) // no descriptors: HdrHistogram, Micrometer, OpenTelemetry
module dev.espalier.profiling {
    requires transitive dev.espalier.core;
    requires static transitive micrometer.core; // optional; for Meters alone
    requires static transitive io.opentelemetry.api; // optional; for Spans alone
    requires static io.opentelemetry.context;
    requires java.management;
    requires jdk.httpserver;
    requires jdk.jfr;
    requires jdk.management;
    requires jdk.unsupported; // sun.misc.Signal
    requires static transitive org.jspecify;
    requires org.slf4j;
    requires HdrHistogram;

    exports dev.espalier.observer;
    exports dev.espalier.profiling;

    uses dev.espalier.actor.LogSource;

    provides dev.espalier.actor.ActorObserver with
            dev.espalier.observer.ObserverEvents,
            dev.espalier.profiling.ProfilingObserver;
}
