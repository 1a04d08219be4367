import org.jspecify.annotations.NullMarked;

/// Espalier's logging: events off the caller's thread, the actor's path in each, one report for each failure.
@NullMarked
module dev.espalier.logging {
    requires transitive ch.qos.logback.classic;
    requires transitive ch.qos.logback.core;
    requires transitive dev.espalier.core;
    requires java.net.http;
    requires org.jctools.core.jdk11;
    requires static transitive org.jspecify;
    requires transitive org.slf4j;

    exports dev.espalier.logging;

    provides ch.qos.logback.classic.spi.Configurator with
            dev.espalier.logging.DefaultConfiguration;
    provides dev.espalier.actor.ActorObserver with
            dev.espalier.logging.CrashReports;
    provides dev.espalier.actor.LogSource with
            dev.espalier.logging.LogTail;
}
