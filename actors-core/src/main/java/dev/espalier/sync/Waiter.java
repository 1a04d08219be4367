package dev.espalier.sync;

import org.jspecify.annotations.Nullable;

/// Who waits, and whom others wait for: a strand, or what runs on strands ([Strand#tenant()]), as an actor does. A node
/// of the wait-for graph in which [DeadlockWatch] looks for cycles.
///
/// For those who write something like an actor system; others need not know of it.
///
/// *Threads.* [#waitsFor(WaitsFor)] is called by the thread that waits; [#waitsFor()] by any thread.
public interface Waiter {
    /// What it waits for now.
    ///
    /// @return null if it does not wait, or nobody knows for whom
    @Nullable
    WaitsFor waitsFor();

    /// It begins or ends to wait. A release write is enough: a fence follows before anybody looks for a cycle.
    ///
    /// @param wait null if it goes on
    void waitsFor(@Nullable WaitsFor wait);
}
