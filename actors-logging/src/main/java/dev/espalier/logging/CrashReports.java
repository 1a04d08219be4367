package dev.espalier.logging;

import dev.espalier.actor.ActorObserver;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Decision;
import dev.espalier.actor.Failure;
import dev.espalier.actor.StopReport;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// Logs every failure of every actor once, in place of the engine's own line; and waits at the end of a system
/// until its events are written. Found by [java.util.ServiceLoader]: having this module is enough.
///
/// A report is one event, an error of the logger `dev.espalier.actor.crash`: what failed over which message
/// (at most 500 characters), what its supervisor decided, how often it has been restarted, and the cause with
/// its own causes and suppressed ones. Its key-value pairs are `actor`, `supervisor`, `decision` and
/// `incarnation`.
///
/// *Threads.* Thread-safe. *Failure.* A cause that cannot be shown, since its methods throw, is replaced by its
/// class; the report stands.
public final class CrashReports implements ActorObserver {
    private static final Logger LOG = LoggerFactory.getLogger("dev.espalier.actor.crash");

    /// For the ServiceLoader.
    public CrashReports() {}

    @Override
    public boolean reportsFailures() {
        return true;
    }

    @Override
    public void failed(Failure failure, Decision decision) {
        String how = decision.name().toLowerCase(Locale.ROOT);
        String text = text(failure, how);
        try {
            report(failure, how).setCause(failure.cause()).log(text);
        } catch (Throwable t) { // from the cause's own methods, before anything was written
            report(failure, how)
                    .log(text + "; its cause cannot be shown: it threw "
                            + t.getClass().getName());
        }
    }

    private static LoggingEventBuilder report(Failure failure, String how) {
        return LOG.atError()
                .addKeyValue(ActorEvent.KEY, failure.path())
                .addKeyValue("supervisor", failure.supervisor())
                .addKeyValue("decision", how)
                .addKeyValue("incarnation", failure.incarnation());
    }

    private static String text(Failure failure, String how) {
        return failure.path() + " failed"
                + (failure.message() == null ? "" : " over \"" + failure.message() + "\"")
                + " by " + failure.cause().getClass().getName()
                + "; " + failure.supervisor() + " decided to " + how
                + " (" + (failure.incarnation() - 1) + " restarts before, "
                + failure.restart().name().toLowerCase(Locale.ROOT) + ")";
    }

    @Override
    public void systemStopped(ActorSystem system, StopReport report) {
        ActorAppender.flushAll();
    }
}
