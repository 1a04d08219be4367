package dev.espalier.actor;

import java.util.function.BooleanSupplier;

/// Stands in the stack below all that an actor does in a turn; see [ActorSystem#frameTurns].
///
/// Workers run the turns of many actors, so the name of a thread does not tell a sampling profiler whose code
/// it sees. A frame can: by the methods through which it calls the turn.
///
/// *Threads.* Called by all workers at once. *Failure.* What it throws is logged; the turn is run without it
/// if it has not called it.
@FunctionalInterface
public interface TurnFrame {
    /// Runs a turn.
    ///
    /// @param actor whose turn it is
    /// @param turn what to call, once, on the same thread; it does not throw
    /// @return what the turn returns; nobody looks at it
    boolean run(ActorRef<?> actor, BooleanSupplier turn);
}
