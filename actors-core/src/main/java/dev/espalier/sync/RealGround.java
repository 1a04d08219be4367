package dev.espalier.sync;

import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The JVM's own clock, threads and parking, and one timer thread for the whole JVM.
///
/// Its initialiser starts no thread and takes no lock: a green thread that is first to use this class pins its
/// carrier only for an instant.
final class RealGround implements Ground {
    static final RealGround INSTANCE = new RealGround();

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, RealGround::timerThread);

    final LateTimers late = new LateTimers(this, timer);
    private final ComputePool computePool = new ComputePool();

    /// Written by whoever makes the executor start it, and so before it runs.
    private static volatile @Nullable Thread timerThread;

    private RealGround() {
        timer.setRemoveOnCancelPolicy(true); // a million removed timers would otherwise stay until their time
    }

    private static Thread timerThread(Runnable body) {
        Thread made = Thread.ofPlatform()
                .name("espalier-timer")
                .daemon(true)
                .inheritInheritableThreadLocals(false)
                .unstarted(body);
        timerThread = made;
        return made;
    }

    static boolean isTimer() {
        return Thread.currentThread().equals(timerThread);
    }

    /// For tests: the timer tasks that have neither begun nor been removed, but for rounds of [LateTimers].
    List<Runnable> pending() {
        return late.others();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public boolean isVirtual() {
        return false;
    }

    @Override
    public Thread newThread(String name, boolean green, boolean daemon, Runnable body) {
        return green
                ? Thread.ofVirtual().name(name).unstarted(body)
                : Thread.ofPlatform().name(name).daemon(daemon).unstarted(body);
    }

    @Override
    public void launch(Strand strand) {
        strand.thread().start();
    }

    @Override
    public void park(Strand self, Object blocker, long deadlineNanos) {
        if (deadlineNanos == Long.MAX_VALUE) {
            LockSupport.park(blocker);
            return;
        }
        long left = deadlineNanos - System.nanoTime();
        if (left > LateTimers.NEAR && self.thread().isVirtual()) {
            late.park(self, blocker, deadlineNanos);
            return;
        }
        LockSupport.parkNanos(blocker, Math.max(1, left)); // at least once: who gives way for 1 ns wants to be away
    }

    @Override
    public void unpark(Strand strand) {
        LockSupport.unpark(strand.thread());
    }

    @Override
    public void interrupt(Strand strand) {
        strand.thread().interrupt();
    }

    @Override
    public Registration schedule(long deadlineNanos, Runnable task) {
        var timed = new Timed(task);
        if (deadlineNanos != Long.MAX_VALUE) {
            // Never early: the executor adds the delay to a later reading of the same clock.
            long delay = Math.max(0, deadlineNanos - System.nanoTime());
            timed.bind(timer.schedule(timed, delay, TimeUnit.NANOSECONDS));
        }
        return timed;
    }

    @Override
    public long anyNumber() {
        return ThreadLocalRandom.current().nextLong();
    }

    @Override
    public ComputePool computePool() {
        return computePool;
    }

    /// Own state, because `Future.cancel` also answers true while the task is running.
    private static final class Timed extends OneShot {
        private volatile @Nullable Future<?> future;

        Timed(Runnable task) {
            super(task);
        }

        void bind(Future<?> scheduled) {
            future = scheduled;
        }

        @Override
        void removed() {
            Future<?> scheduled = future;
            if (scheduled != null) {
                scheduled.cancel(false);
            }
        }
    }
}
