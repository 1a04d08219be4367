package dev.espalier.sync;

/// What can be taken back: a listener on a [Signal], a task of the timer.
///
/// *Threads.* Every implementation is thread-safe and never blocks.
@FunctionalInterface
public interface Registration {
    /// Takes it back.
    ///
    /// @return true if this call prevented the run; false if it has run, is running or was removed before
    boolean remove();
}
