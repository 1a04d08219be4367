package dev.espalier.logging;

import dev.espalier.actor.ActorObserver;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Decision;
import dev.espalier.actor.Failure;
import dev.espalier.actor.StopReport;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs every failure of every actor once, in place of the engine's own line; and waits at the end of a system
/// until its events are written. Found by [java.util.ServiceLoader]: having this module is enough.
///
/// A report is one event, an error of the logger `dev.espalier.actor.crash`. Its message is
/// [Failure#report], which is bounded whatever was thrown, so the cause is not attached once more. Its key-value
/// pairs are `actor`, `supervisor`, `decision`, `restarts` (of this actor, so far) and `cause` (the class).
///
/// *Threads.* Thread-safe. *Failure.* If the log throws, the engine writes its own line.
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
        LOG.atError()
                .addKeyValue(Identity.ACTOR, failure.path())
                .addKeyValue("supervisor", failure.supervisor())
                .addKeyValue("decision", decision.name().toLowerCase(Locale.ROOT))
                .addKeyValue("restarts", failure.incarnation() - 1)
                .addKeyValue("cause", failure.cause().getClass().getName())
                .log(failure.report(decision));
    }

    /// Clears the MDC, so that what an actor has put there does not show in events of the next actor.
    @Override
    public Runnable afterTurns() {
        return LeftOvers::clear;
    }

    @Override
    public void systemStopped(ActorSystem system, StopReport report) {
        ActorAppender.flushAll();
    }
}
