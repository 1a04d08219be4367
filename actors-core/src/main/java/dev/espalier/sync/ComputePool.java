package dev.espalier.sync;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The platform threads of [Compute]: one for each job at a time, the one that was idle last first; an idle one ends
/// after 60 s.
///
/// A worker's `slot` is IDLE, a job, or ENDED. *Transitions.* `IDLE -> job`: who has a job, CAS, and then unparks it;
/// `IDLE -> ENDED`: the worker, CAS, when its time is over; `job -> IDLE`: the worker, before it can be found in
/// `idle`. So a job is never given to a worker that is about to end, and never waits for another job.
///
/// A worker has the name of its last job until it is clear that no other follows at once.
final class ComputePool {
    private static final long IDLE_NANOS = 60_000_000_000L;

    private enum Mark {
        IDLE,
        ENDED
    }

    private final ConcurrentLinkedDeque<Worker> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger size = new AtomicInteger();

    /// How callers look for the end of a job before they park, and workers for the next one: so short jobs one after
    /// the other wake nobody. A worker looks as long as it takes to wake the caller of its last job.
    final Spin callers = new Spin(128);
    private final Spin workers = new Spin(2048);

    /// @param from a strand of the ground where the threads are to be
    void submit(ComputeJob<?, ?> job, Strand from) {
        for (Worker each = idle.pollFirst(); each != null; each = idle.pollFirst()) {
            if (each.take(job)) {
                return;
            }
        }
        Worker fresh = new Worker(job);
        size.incrementAndGet();
        try {
            from.startPlatformSibling(fresh.name, true, fresh);
        } catch (Throwable e) {
            size.decrementAndGet();
            throw e;
        }
    }

    /// Names a thread: a call of the operating system, so not without need.
    static void show(Thread thread, String name) {
        if (!name.equals(thread.getName())) {
            thread.setName(name);
        }
    }

    /// How many threads there are, at work or idle.
    int size() {
        return size.get();
    }

    private final class Worker implements Runnable {
        final String name = "espalier-compute-" + numbers.incrementAndGet();
        private final AtomicReference<Object> slot;
        private volatile @Nullable Strand strand;

        Worker(ComputeJob<?, ?> first) {
            slot = new AtomicReference<>(first);
        }

        boolean take(ComputeJob<?, ?> job) {
            if (!slot.compareAndSet(Mark.IDLE, job)) {
                return false;
            }
            Strand mine = strand;
            if (mine != null) {
                mine.unpark();
            }
            return true;
        }

        @Override
        public void run() {
            Strand self = Strand.current();
            strand = self;
            try {
                while (slot.get() instanceof ComputeJob<?, ?> job) {
                    work(job, self);
                    awaitJob(self);
                }
            } finally {
                size.decrementAndGet();
            }
        }

        private void work(ComputeJob<?, ?> job, Strand self) {
            job.runOn(self);
            slot.set(Mark.IDLE);
            idle.addFirst(this);
            job.tellDone(); // last: who calls again finds this thread
        }

        private void awaitJob(Strand self) {
            if (workers.until(self, () -> slot.get() != Mark.IDLE)) {
                return;
            }
            show(self.thread(), name);
            long until = Strand.now() + IDLE_NANOS;
            while (slot.get() == Mark.IDLE) {
                if (until - Strand.now() <= 0 && slot.compareAndSet(Mark.IDLE, Mark.ENDED)) {
                    idle.removeFirstOccurrence(this);
                } else {
                    Strand.parkIdle(ComputePool.this, until);
                }
            }
        }
    }
}
