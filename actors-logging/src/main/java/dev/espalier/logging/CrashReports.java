package dev.espalier.logging;

import dev.espalier.actor.ActorObserver;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Decision;
import dev.espalier.actor.Failure;
import dev.espalier.actor.Ledger;
import dev.espalier.actor.StopReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs every failure of every actor once, in place of the engine's own line; and waits at the end of a system
/// until its events are written. Found by [java.util.ServiceLoader]: having this module is enough.
///
/// A report is one event, an error of the logger `dev.espalier.actor.crash`. Its message is [Failure#report],
/// which is bounded whatever was thrown, so the cause is not attached once more; then what the supervisor has
/// counted, the ledger of the actor and the last lines that it has logged, if [ActorAppender#setLastLines] keeps
/// them. Its key-value pairs are `actor`, `incarnation`, `supervisor`, `decision`, `restarts` (of this actor, so
/// far), `restartsInPeriod` (that its supervisor has counted), `queued` and `cause` (the class).
///
/// *Again.* A failure of the same kind (classes, stacks, text but for its numbers) within 10 s is one line
/// without the stack; when the same actor has had it, too, it is only counted, in a line when the 10 s are
/// over, whose `actor` is the first that had it. All of them are in [ActorSystem#failures].
///
/// *Threads.* Thread-safe. *Failure.* If the log throws, the engine writes its own line.
public final class CrashReports implements ActorObserver {
    private static final Logger LOG = LoggerFactory.getLogger("dev.espalier.actor.crash");
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final Recurrences recurrences = new Recurrences(WINDOW.toNanos());
    private final AtomicBoolean waits = new AtomicBoolean();

    /// For the ServiceLoader.
    public CrashReports() {}

    @Override
    public boolean reportsFailures() {
        return true;
    }

    @Override
    public void failed(ActorRef<?> actor, Failure failure, Decision decision, int restarts) {
        List<Recurrences.Again> over = new ArrayList<>();
        Recurrences.Place place = recurrences.place(failure, System.nanoTime(), over);
        over.forEach(CrashReports::tell);
        List<String> lines = LastLines.take(actor);
        if (place.folded()) {
            awaitTheEnd();
            return;
        }
        Ledger ledger = actor.ledger();
        LOG.atError()
                .addKeyValue(Identity.ACTOR, failure.path())
                .addKeyValue(Identity.INCARNATION, failure.incarnation())
                .addKeyValue("supervisor", failure.supervisor())
                .addKeyValue("decision", lowerCase(decision))
                .addKeyValue("restarts", failure.incarnation() - 1)
                .addKeyValue("restartsInPeriod", restarts)
                .addKeyValue("queued", ledger.queued())
                .addKeyValue("cause", failure.cause().getClass().getName())
                .log(
                        place.isFirst()
                                ? failure.report(decision) + more(restarts, ledger, lines)
                                : again(failure, decision, place));
    }

    /// It is about another actor than the one whose failure is being told.
    private static void tell(Recurrences.Again again) {
        LOG.atError().addKeyValue(Identity.ACTOR, again.path()).log(again.text());
    }

    private static String lowerCase(Decision decision) {
        return decision.name().toLowerCase(Locale.ROOT);
    }

    private static String more(int restarts, Ledger ledger, List<String> lines) {
        StringBuilder text = new StringBuilder("\nIts supervisor has counted " + restarts + " restarts in the period. "
                + "Its mailbox: " + ledger.queued() + " queued, " + ledger.accepted() + " accepted, "
                + ledger.processed() + " processed, " + ledger.deadLettered() + " dead letters, " + ledger.dropped()
                + " dropped.");
        if (!lines.isEmpty()) {
            text.append("\nIts last lines:");
            lines.forEach(line -> text.append("\n\t").append(line));
        }
        return text.toString();
    }

    private static String again(Failure failure, Decision decision, Recurrences.Place place) {
        String supervisor = failure.supervisor().isEmpty() ? "the system" : failure.supervisor();
        return failure + "; " + supervisor + " decided to " + lowerCase(decision) + "; number " + place.number()
                + " of this kind within " + WINDOW.toSeconds() + " s, see the stack of "
                + place.first().path() + " at "
                + place.first().at();
    }

    /// Tells what was folded when the window is over, though nothing fails then.
    private void awaitTheEnd() {
        if (waits.compareAndSet(false, true)) {
            CompletableFuture.delayedExecutor(WINDOW.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> {
                        waits.set(false);
                        recurrences.end(System.nanoTime(), false).forEach(CrashReports::tell);
                        if (recurrences.hasFolded()) {
                            awaitTheEnd();
                        }
                    });
        }
    }

    @Override
    public void stopped(ActorRef<?> actor, StopReport.How how, Supplier<StopReport.End> details) {
        if (how != StopReport.How.FAILED) { // else its report may be still to come
            LastLines.forget(actor);
        }
    }

    /// Clears the MDC, so that what an actor has put there does not show in events of the next actor.
    @Override
    public Runnable afterTurns() {
        return LeftOvers::clear;
    }

    @Override
    public void systemStopped(ActorSystem system, StopReport report) {
        recurrences.end(System.nanoTime(), true).forEach(CrashReports::tell);
        ActorAppender.flushAll();
    }
}
