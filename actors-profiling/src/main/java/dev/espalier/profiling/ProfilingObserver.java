package dev.espalier.profiling;

import dev.espalier.actor.ActorObserver;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.DeadLetter;
import dev.espalier.actor.Decision;
import dev.espalier.actor.Failure;
import dev.espalier.actor.MessageObserver;
import dev.espalier.actor.StopReport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Counts and times the messages of all actors of one system, and tells the Flight Recorder of its life.
/// Found by [java.util.ServiceLoader]: having this module is enough; see [Profiling].
///
/// *Threads.* Thread-safe. *Failure.* What it throws is logged by the engine.
public final class ProfilingObserver implements ActorObserver {
    private volatile @Nullable Tree tree;
    private volatile @Nullable Detectors detectors;

    /// For the ServiceLoader.
    public ProfilingObserver() {}

    @Override
    public void systemStarted(ActorSystem system) {
        Settings.startOnce();
        Tree fresh = new Tree(system);
        tree = fresh;
        Trees.add(fresh);
        detectors = Settings.detects() ? Detectors.start(system) : null;
    }

    @Override
    public @Nullable MessageObserver messagesOf(ActorRef<?> actor, Class<?> code) {
        Tree own = tree;
        if (own == null) {
            return null;
        }
        ActorRecord record = own.of(actor);
        record.code(code);
        return record;
    }

    @Override
    public void started(ActorRef<?> actor, int incarnation) {
        if (ActorEvent.Start.isOn()) {
            ActorEvent.Start.write(actor.path(), incarnation);
        }
        Tree own = tree;
        if (incarnation == 1 && own != null && Trees.maySample()) {
            own.started(actor);
        }
        if (incarnation > 1) {
            if (own != null) {
                own.of(actor).countRestart();
            }
            if (ActorEvent.Restart.isOn()) {
                ActorEvent.Restart.write(actor.path(), incarnation);
            }
        }
    }

    @Override
    public void stopped(ActorRef<?> actor, StopReport.How how, Supplier<StopReport.End> details) {
        Tree own = tree;
        ActorRecord record = own == null ? null : own.find(actor);
        if (own != null && record != null) {
            Trees.ended(own, record);
        }
        ActorEvent.Stop.write(details);
    }

    @Override
    public void failed(Failure failure, Decision decision) {
        ActorEvent.Failed.write(failure, decision);
    }

    @Override
    public void deadLetter(DeadLetter letter) {
        ActorEvent.Dead.write(letter);
    }

    @Override
    public void mailboxFull(ActorRef<?> actor, long depth, String sender) {
        ActorEvent.Full.write(actor.path(), depth, sender);
    }

    @Override
    public void systemStopped(ActorSystem system, StopReport report) {
        Tree own = tree;
        if (own != null) {
            Trees.remove(own);
        }
        Detectors looking = detectors;
        if (looking != null) {
            looking.close();
        }
        Troubles.forget(system);
    }
}
