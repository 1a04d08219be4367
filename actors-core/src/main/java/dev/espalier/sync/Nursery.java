package dev.espalier.sync;

import org.jspecify.annotations.Nullable;

/// Who must know of the threads that its code starts. If what a strand runs for ([Strand#tenant()]) is a nursery, it is
/// told of each [Fork] of that code, and can make it end: so the forks of an actor are its children.
///
/// For those who write something like an actor system; others need not know of it.
public interface Nursery {
    /// A fork is about to start. Called by the strand that starts it.
    ///
    /// @param name what the user calls it
    /// @param ofGroup whether the code that starts it waits for its end, see [Group]
    /// @return its place
    /// @throws RuntimeException if it may not be started
    Place admit(String name, boolean ofGroup);

    /// The place of one fork.
    interface Place {
        /// What its thread is to be called.
        ///
        /// @return the name
        String name();

        /// The fork begins; called by its strand, before anything else.
        ///
        /// @param self the calling strand
        void begin(Strand self);

        /// The fork ends; called by its strand, last. If a thread could not be started, called without a begin.
        ///
        /// @param self the calling strand
        /// @param thrown what the code has thrown and nobody else is told; null: nothing, or its group is
        void end(Strand self, @Nullable Throwable thrown);
    }
}
