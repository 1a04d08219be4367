package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// Who runs the programs of actors, and on which threads: the seam behind which another scheduler can stand.
///
/// The contract: after [#wake] the program's [Program#step] is run again, by one thread at a time, as often as
/// [Program#hasWork] says; what one step wrote the next one sees. A wake-up that comes while a step runs is not
/// lost.
interface Scheduler {
    /// Gives the actor its first command; an actor without a thread of its own starts on the calling thread,
    /// which then goes on: so a spawn costs no thread switch, and its caller knows whether the start has
    /// failed.
    void start(Cell<?> cell);

    /// There may be work for the actor. From any thread; never blocks.
    void wake(Cell<?> cell);

    /// The thread that runs the actor's messages now, if this scheduler knows it.
    @Nullable
    Thread threadOf(Cell<?> cell);

    /// Many messages wait for the actor: if it is only waiting for the calling turn to end, others may run it.
    default void crowded(Cell<?> cell) {}

    /// The program of the actor has nothing to do: parks the calling thread until a wake-up or the deadline.
    /// Only for programs that hold a thread (bodies), from within a step.
    void await(Cell<?> cell, long deadlineNanos);
}
