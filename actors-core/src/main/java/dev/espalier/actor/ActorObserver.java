package dev.espalier.actor;

import dev.espalier.sync.Deadlock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Sees what happens in a system: the one seam for logging and profiling. Found by
/// [java.util.ServiceLoader] or given to the builder. Every method does nothing by default, is called on
/// the thread where the thing happens, and must not block; whatever it throws is reported and changes
/// nothing. Free when there is none.
public interface ActorObserver {
    /// The system has started; called once, first.
    default void systemStarted(ActorSystem system) {}

    /// An incarnation has started.
    default void started(ActorRef<?> actor, int incarnation) {}

    /// Whoever is to follow the single messages of an actor. Called once for an actor, over its restarts,
    /// on its own thread and before its first message; not for actors that never have one. [#stopped] comes
    /// afterwards, unless the actor was abandoned: then its messages may go on.
    ///
    /// @param actor whose messages
    /// @param code the class of its first behavior, or of its body
    /// @return null if nobody is; then a message costs nothing
    default @Nullable MessageObserver messagesOf(ActorRef<?> actor, Class<?> code) {
        return null;
    }

    /// Whether [#arrived] is called; asked once, when the system is made. Who needs no arrivals costs them nothing.
    default boolean followsArrivals() {
        return false;
    }

    /// If [#followsArrivals]: a message that was picked by [ActorSystem#sampleArrivals] has come out of the
    /// mailbox of an actor whose messages are followed. Called on that actor's thread, before it handles the
    /// message; the [dev.espalier.sync.TraceContext] that the message carries is current.
    ///
    /// @param actor whose mailbox
    /// @param sender the actor that sent it; null if no actor did
    /// @param message it must not be kept
    /// @param nanos how long it was in the mailbox, in ns; not negative
    /// @param messages how many it stands for: one of so many is picked; at least 1
    default void arrived(ActorRef<?> actor, @Nullable ActorRef<?> sender, Object message, long nanos, int messages) {}

    /// An actor failed and its supervisor decided so. Exactly once for each failure.
    default void failed(Failure failure, Decision decision) {}

    /// As [#failed(Failure, Decision)], which it calls by default, with more of what was around the failure.
    ///
    /// @param actor the one that failed; it may have been started again meanwhile
    /// @param restarts how many restarts its supervisor has counted in its current period, this one included;
    ///     0 if it counts none
    default void failed(ActorRef<?> actor, Failure failure, Decision decision, int restarts) {
        failed(failure, decision);
    }

    /// What is to run after each turn of a behavior, on the worker that ran it, before another actor's turn:
    /// to clear what code has left on the thread. Asked once. It must be short and must not throw.
    ///
    /// @return null for nothing, which costs nothing
    default @Nullable Runnable afterTurns() {
        return null;
    }

    /// Whether [#failed] writes the crash report; asked once. If no observer does, or [#failed] of all that
    /// do throws, the engine logs a line of its own.
    default boolean reportsFailures() {
        return false;
    }

    /// Something threw where nobody could be failed for it: a stop hook, a listener.
    default void hookFailed(String path, String hook, Throwable thrown) {}

    /// An actor has ended, its descendants before it.
    ///
    /// @param how in which way
    /// @param details all about it; made when it is asked for, so who does not ask does not pay
    default void stopped(ActorRef<?> actor, StopReport.How how, Supplier<StopReport.End> details) {}

    /// A message became a dead letter.
    default void deadLetter(DeadLetter letter) {}

    /// A mailbox has been full for over a second; once in an episode.
    default void mailboxFull(ActorRef<?> actor, long depth, String sender) {}

    /// An actor of the system is part of a cycle of waits, see [dev.espalier.sync.DeadlockWatch]. Once for each cycle,
    /// before one of the waits is ended; not for sends that are let through.
    ///
    /// @param deadlock who waits for whom
    default void deadlock(Deadlock deadlock) {}

    /// The tree has stopped; what the observer holds back must be written now. Called once, last, in reverse
    /// order of the observers.
    default void systemStopped(ActorSystem system, StopReport report) {}
}
