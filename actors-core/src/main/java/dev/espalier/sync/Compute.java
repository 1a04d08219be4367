package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// Leaves the green scheduler: runs code on a platform thread, which the operating system preempts, while the green
/// thread that called waits and holds nothing. For code that computes for long or blocks where it pins its carrier.
///
/// {@snippet class="dev.espalier.actor.GroupsGuideTest" region="compute"}
///
/// In there everything is as outside: the actor ([Strand#tenant()]), the name of the thread, the cancel scopes and
/// shields, the interrupts. A cancel is delivered in there, at a blocking call or [CancelScope#check]; if there is
/// none, at the caller's next one. What is different: [Thread#currentThread], thread locals and scoped values. The
/// inbox of a body, the locks that the caller holds and the joins of its groups belong to its own thread.
///
/// The threads: as many as are needed at a time, without a bound, so bound the callers; they end after 60 s without
/// work. On a platform thread, unless it runs turns of actors, the code is just run.
///
/// There are no two calls, one to begin and one to end: a green thread of the JVM cannot change its carrier for
/// another one, so what is computed has to be a task. Its braces are where `begin` and `end` would be.
///
/// *Failure.* What the code throws comes out, the object itself. If no thread can be started, what says so comes out.
/// *Threads.* May be called from any thread, in actors and outside.
/// *Memory.* What the caller does before happens before the code, and that before what the caller does after.
/// *Cost.* Two thread switches, from a green thread to a platform thread and back; none where short calls follow each
/// other on more than one processor, for both sides look for some microseconds before they park. See
/// `docs/benchmarks.md`.
///
/// *Source.* `lthread_compute_begin` and `lthread_compute_end`.
public final class Compute {
    private Compute() {}

    /// Calls the task on a platform thread and waits for it.
    ///
    /// @param <T> the result
    /// @param <X> what the task throws
    /// @param task the code
    /// @return its result
    /// @throws X what the task throws
    public static <T extends @Nullable Object, X extends Exception> T call(Task<T, X> task) throws X {
        requireNonNull(task, "task");
        Strand self = Strand.current();
        if (!self.thread().isVirtual() && self.host() == null) {
            return task.run();
        }
        ComputeJob<T, X> job = new ComputeJob<>(self, task);
        job.runIn(self.ground().computePool());
        return job.outcome();
    }

    /// The thread on which the code of that thread runs now: while it is in here, the platform thread. For displays.
    ///
    /// @param thread any thread
    /// @return the thread whose stack is of interest; may be out of date at once
    public static Thread threadOf(Thread thread) {
        requireNonNull(thread, "thread");
        for (Strand caller : DeadlockWatch.waiting(thread)) {
            if (caller.waitsFor() instanceof ComputeJob<?, ?>.Section section) {
                return section.thread(thread);
            }
        }
        return thread;
    }

    /// The same for code without a result.
    ///
    /// @param body the code
    public static void run(Runnable body) {
        requireNonNull(body, "body");
        Compute.<@Nullable Void, RuntimeException>call(() -> {
            body.run();
            return null;
        });
    }
}
