package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Threads under the names of Haskell's `Control.Concurrent`, as Conpig has them; [Fork] does the work.
///
/// {@snippet class="dev.espalier.sync.ConcurrentTest" region="run-main"}
///
/// Threads are green: many, cheap, on all processors, and not preempted. One that only computes keeps its
/// carrier; let it run on a platform thread ([Strand#startPlatform]).
///
/// *Failure.* What a thread throws is logged, unless somebody asks for it with [Fork#get]; it ends no other
/// thread.
/// *Threads.* All methods may be called from any thread.
///
/// *Source.* GHC's `Control.Concurrent`. Unlike there, [#killThread] does not wait, the exception comes at a
/// blocking call only, and [#runMain] waits for the threads that `main` leaves behind, as Conpig's does.
public final class Concurrent {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final ThreadLocal<@Nullable Origin> ORIGIN = new ThreadLocal<>();

    /// What a thread knows of itself.
    private record Origin(Promise<Fork<?>> self, @Nullable Household household) {}

    private Concurrent() {}

    /// Starts a thread: Haskell's `forkIO`.
    ///
    /// @param body what it does
    /// @return the thread
    public static Fork<@Nullable Void> fork(Runnable body) {
        requireNonNull(body, "body");
        return start(() -> {
            body.run();
            return null;
        });
    }

    /// Starts a thread, and tells its outcome on that thread, last, however it ends: Haskell's `forkFinally`.
    ///
    /// @param <T> the result
    /// @param task what it does
    /// @param last gets the result, or what was thrown ([CancelledException] if it was killed); one of both
    ///     is null. A cancel cannot disturb it. If it throws, the thread fails with that, and what the task
    ///     threw is suppressed
    /// @return the thread
    public static <T extends @Nullable Object> Fork<T> forkFinally(
            Task<? extends T, ?> task, BiConsumer<? super @Nullable T, ? super @Nullable Throwable> last) {
        requireNonNull(task, "task");
        requireNonNull(last, "last");
        return start(() -> {
            T result;
            try {
                result = task.run();
            } catch (Throwable thrown) {
                tellLast(failure -> last.accept(null, failure), thrown);
                throw thrown;
            }
            CancelScope.shield(() -> last.accept(result, null));
            return result;
        });
    }

    @SuppressWarnings("ReferenceEquality") // nothing can be suppressed in itself
    private static void tellLast(Consumer<Throwable> last, Throwable thrown) {
        try {
            CancelScope.shield(() -> last.accept(thrown));
        } catch (Throwable second) {
            if (second != thrown) {
                second.addSuppressed(thrown);
            }
            throw second;
        }
    }

    /// Starts a thread that first waits. Killed meanwhile, it never runs the body.
    ///
    /// @param delay not negative
    /// @param body what it does
    /// @return the thread
    public static Fork<@Nullable Void> forkAfter(Duration delay, Runnable body) {
        long due = Strand.deadlineAfter(delay);
        requireNonNull(body, "body");
        return fork(() -> {
            do {
                Strand.park(body, due);
            } while (!Strand.isOver(due));
            body.run();
        });
    }

    /// Kills a thread by a [CancelledException] at its current or next blocking call. Does not wait for its
    /// end: [Fork#done] does.
    ///
    /// @param thread which; one that has ended stays as it is
    public static void killThread(Fork<?> thread) {
        requireNonNull(thread, "thread").cancel();
    }

    /// Sleeps, never too short.
    ///
    /// @param duration not negative
    /// @throws CancelledException if the calling thread is killed
    public static void threadDelay(Duration duration) {
        Strand.sleep(duration);
    }

    /// The calling thread: Haskell's `myThreadId`.
    ///
    /// @return what the call that started it returned
    /// @throws IllegalStateException if it was not started by this class
    public static Fork<?> myThread() {
        Origin origin = ORIGIN.get();
        if (origin == null) {
            throw new IllegalStateException("not started by Concurrent: " + Thread.currentThread());
        }
        return origin.self.get();
    }

    /// Runs a program: its main thread, and all threads that it and they start here. Returns when all have
    /// ended.
    ///
    /// @param main what the main thread does
    /// @throws FailedException if the main thread failed, after all have ended
    /// @throws CancelledException if the caller is cancelled; all are killed then, and not waited for
    public static void runMain(Runnable main) {
        requireNonNull(main, "main");
        var household = new Household();
        Fork<@Nullable Void> first = start(household, true, () -> {
            main.run();
            return null;
        });
        try {
            household.awaitEmpty();
        } catch (CancelledException e) {
            household.killAll();
            first.onDone((none, failure) -> reportLate(failure));
            throw e;
        }
        first.get();
    }

    /// What the main thread throws when nobody waits for it any more.
    private static void reportLate(@Nullable Throwable failure) {
        if (failure != null && !Fork.isCancel(failure)) {
            Report.error("a main thread failed after its caller was cancelled", failure);
        }
    }

    private static <T extends @Nullable Object> Fork<T> start(Task<? extends T, ?> task) {
        Origin origin = ORIGIN.get();
        Household household = origin == null ? null : origin.household;
        return household == null ? start(task, null, false, null) : start(household, false, task);
    }

    private static <T extends @Nullable Object> Fork<T> start(
            Household household, boolean isMain, Task<? extends T, ?> task) {
        household.enter();
        Fork<T> fork;
        try {
            fork = start(task, household, isMain, household::leave);
        } catch (Throwable notStarted) {
            household.leave(null);
            throw notStarted;
        }
        household.watch(fork);
        return fork;
    }

    private static <T extends @Nullable Object> Fork<T> start(
            Task<? extends T, ?> task,
            @Nullable Household household,
            boolean isMain,
            @Nullable Consumer<? super Fork<T>> last) {
        var origin = new Origin(new Promise<>(), household);
        Task<T, Exception> known = () -> {
            ORIGIN.set(origin);
            return task.run();
        };
        Fork<T> fork = Fork.start("thread-" + NUMBER.incrementAndGet(), known, isMain, last);
        origin.self.complete(fork);
        return fork;
    }
}
