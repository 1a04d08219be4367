package dev.espalier.sync;

/// What a strand stands on: time, threads, parking. The one seam down, so that tests run on a virtual clock.
///
/// *Threads.* All methods may be called from any thread, except [#park], which only the strand itself calls.
interface Ground {
    /// The monotonic clock, in nanoseconds; may be negative and may wrap: compare by differences only.
    long nanoTime();

    boolean isVirtual();

    /// An unstarted thread for a strand.
    Thread newThread(String name, boolean green, boolean daemon, Runnable body);

    /// Starts the thread of a strand made by [#newThread].
    void launch(Strand strand);

    /// Parks the calling strand until [#unpark], [#interrupt] or the deadline ([Long#MAX_VALUE]: none). An
    /// earlier [#unpark] counts (one permit, as with [java.util.concurrent.locks.LockSupport]). May return
    /// spuriously.
    void park(Strand self, Object blocker, long deadlineNanos);

    void unpark(Strand strand);

    void interrupt(Strand strand);

    /// Runs the task on the timer thread, never before the deadline; [Long#MAX_VALUE] never comes.
    Registration schedule(long deadlineNanos, Runnable task);

    /// Any number, another one each time: where the dice of a strand begin.
    long anyNumber();

    /// The platform threads of [Compute] on this ground.
    ComputePool computePool();
}
