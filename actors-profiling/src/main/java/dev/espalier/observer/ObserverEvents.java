package dev.espalier.observer;

import dev.espalier.actor.ActorObserver;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.DeadLetter;
import dev.espalier.actor.Decision;
import dev.espalier.actor.Failure;
import dev.espalier.actor.StopReport;
import dev.espalier.profiling.Profiling;
import dev.espalier.sync.Deadlock;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the last events of one system for its [Observer], and starts one if the system property
/// `dev.espalier.observer.port` says where. Found by [java.util.ServiceLoader].
///
/// *Threads.* Thread-safe. *Cost.* None for a message, unless its way is traced; some 100 ns for a dead
/// letter or an end, some microseconds for a failure, whose stack becomes text. *Memory.* A few hundred lines
/// of text, no actor, no message.
public final class ObserverEvents implements ActorObserver {
    private static final Logger LOG = LoggerFactory.getLogger("dev.espalier.observer");
    private static final String PORT = "dev.espalier.observer.port";
    private static final List<ObserverEvents> RUNNING = new CopyOnWriteArrayList<>();

    private final Events events = new Events();
    private volatile @Nullable ActorSystem system;
    private volatile @Nullable Observer started;

    /// For the ServiceLoader.
    public ObserverEvents() {}

    /// The events of a system that runs; those of one that discovers no observers stay empty.
    static Events of(ActorSystem system) {
        return RUNNING.stream()
                .filter(each -> system.equals(each.system))
                .map(each -> each.events)
                .findFirst()
                .orElseGet(Events::new);
    }

    @Override
    public void systemStarted(ActorSystem begun) {
        system = begun;
        RUNNING.add(this);
        Profiling.onTrouble(
                begun, trouble -> events.incident(Words.of(trouble.kind()), trouble.path(), trouble.text()));
        String port = System.getProperty(PORT);
        if (port != null) {
            start(begun, port);
        }
    }

    private void start(ActorSystem begun, String port) {
        try {
            started = Observer.builder()
                    .port(Integer.parseInt(port.strip()))
                    .actions(Boolean.getBoolean("dev.espalier.observer.actions"))
                    .start(begun);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("There is no observer of {} at {} {}: {}", begun.name(), PORT, port, e.toString());
        }
    }

    @Override
    public void stopped(ActorRef<?> actor, StopReport.How how, Supplier<StopReport.End> details) {
        events.byClass.ended(actor); // this observer comes before the one that has its figures
        ActorSystem own = system;
        if (own != null && own.isStopping()) {
            events.ended(details.get());
        }
    }

    @Override
    public boolean followsArrivals() {
        return true;
    }

    @Override
    public void arrived(ActorRef<?> actor, @Nullable ActorRef<?> sender, Object message, long nanos, int messages) {
        events.flow.arrived(actor, sender, message, nanos, messages);
    }

    @Override
    public void failed(Failure failure, Decision decision) {
        events.failed(failure, decision);
    }

    @Override
    public void hookFailed(String path, String hook, Throwable thrown) {
        events.incident("hook", path, hook + " failed: " + Events.bounded(thrown));
    }

    @Override
    public void deadLetter(DeadLetter letter) {
        events.deadLetter(letter);
    }

    @Override
    public void mailboxFull(ActorRef<?> actor, long depth, String sender) {
        events.incident("full", actor.path(), "mailbox full for over a second with " + depth + ", sender " + sender);
    }

    @Override
    public void deadlock(Deadlock deadlock) {
        String cycle = deadlock.members().stream()
                .map(member -> member.name() + " " + member.what())
                .collect(Collectors.joining("; "));
        events.incident("deadlock", deadlock.members().getFirst().name(), cycle);
    }

    @Override
    public void systemStopped(ActorSystem ended, StopReport report) {
        events.finished(report);
        RUNNING.remove(this);
        Observer own = started;
        if (own != null) {
            own.close();
        }
    }
}
