package dev.espalier.sync;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// A ground on which one strand runs at a time and time passes only when all are parked. See [VirtualTime].
///
/// *Idea.* Every strand has a real thread, but only the one that holds the baton runs; the others wait for it
/// in [SimSeat#awaitBaton]. Whoever parks, ends or pauses picks the next one and hands the baton over.
/// *State.* All fields are guarded by `lock`, but `now` and `steps`, which anybody may read. The lock is
/// contended only if a thread from outside unparks or schedules.
final class SimGround implements Ground {
    private final ReentrantLock lock = new ReentrantLock();
    private final long start;
    private final long maxSteps;
    private final SimReady ready;
    private final LinkedHashSet<SimSeat> alive = new LinkedHashSet<>(); // all but the timer
    private final SimAlarms alarms;
    private final TreeSet<Injection> injections = new TreeSet<>(
            Comparator.<Injection>comparingLong(each -> each.step).thenComparingLong(each -> each.ticket));
    private final CountDownLatch finished = new CountDownLatch(1);
    private final ComputePool computePool = new ComputePool();
    private final SimFailures failures = new SimFailures();
    private long numbers;
    private volatile long now;
    private volatile long steps;
    private long tickets;
    private SimSeat timer;
    private Strand main;
    private boolean begun;
    private boolean aborted;
    private boolean timerEnded;
    private int refused;

    SimGround(SplittableRandom random, long start, long maxSteps) {
        this.ready = new SimReady(random);
        this.alarms = new SimAlarms(start);
        this.start = start;
        this.now = start;
        this.maxSteps = maxSteps;
    }

    private record Injection(long step, long ticket, Runnable body) {}

    /// Unwinds the strands of a run that has failed.
    static final class Aborted extends Error {
        private static final long serialVersionUID = 1L;

        Aborted() {
            super("the simulation has failed and is being taken down");
        }
    }

    // ---- The run

    void run(VirtualTime.ThrowingRunnable test) throws Exception {
        Strand.start(this, "test", true, true, () -> runMain(test));
        try {
            finished.await();
        } catch (InterruptedException e) {
            var hung =
                    new AssertionError("interrupted while the simulation ran at step " + steps + SimSeat.stacks(alive));
            hung.initCause(e);
            throw hung;
        }
        failures.throwFirst();
    }

    private void runMain(VirtualTime.ThrowingRunnable test) {
        main = Strand.current();
        try {
            test.run();
        } catch (Throwable error) {
            failures.ofTest(error);
        } finally {
            main = null;
        }
    }

    long elapsedNanos() {
        return now - start;
    }

    long steps() {
        return steps;
    }

    /// Runs the body in a strand of its own as soon as that many steps are done, before any other strand.
    void inject(long step, Runnable body) {
        lock.lock();
        try {
            injections.add(new Injection(step, tickets++, body));
        } finally {
            lock.unlock();
        }
    }

    void refuseThreads(int count) {
        lock.lock();
        try {
            refused = count;
        } finally {
            lock.unlock();
        }
    }

    void pause(Strand self) {
        SimSeat seat = SimSeat.of(self);
        SimSeat next;
        lock.lock();
        try {
            refuseIfAborted(seat);
            ready.add(seat);
            next = pick();
        } finally {
            lock.unlock();
        }
        handOver(seat, next);
    }

    // ---- Ground

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public boolean isVirtual() {
        return true;
    }

    @Override
    public Thread newThread(String name, boolean green, boolean daemon, Runnable body) {
        Runnable seated = () -> runSeated(body);
        return green
                ? Thread.ofVirtual().name(name).unstarted(seated)
                : Thread.ofPlatform().name(name).daemon(true).unstarted(seated);
    }

    @Override
    public void launch(Strand strand) {
        var seat = new SimSeat(strand);
        strand.seat = seat;
        lock.lock();
        try {
            if (refused > 0) {
                refused--;
                throw new OutOfMemoryError("unable to create a thread: on purpose");
            }
            alive.add(seat);
            if (begun) {
                ready.add(seat);
            } else {
                begun = true;
                seat.giveBaton(); // the test itself; nobody holds the baton yet
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void park(Strand self, Object blocker, long deadlineNanos) {
        SimSeat seat = SimSeat.of(self);
        SimSeat next;
        lock.lock();
        try {
            refuseIfAborted(seat);
            if (seat.permit || self.thread().isInterrupted()) {
                seat.permit = false;
                ready.add(seat); // does not wait, but others may come first
            } else {
                seat.parked = true;
                if (deadlineNanos != Long.MAX_VALUE) {
                    seat.alarm = alarms.add(deadlineNanos, seat);
                }
            }
            next = pick();
        } finally {
            lock.unlock();
        }
        handOver(seat, next);
        if (aborted) {
            throw new Aborted();
        }
    }

    @Override
    public void unpark(Strand strand) {
        if (!(strand.seat instanceof SimSeat seat)) {
            LockSupport.unpark(strand.thread());
            return;
        }
        lock.lock();
        try {
            if (seat.parked) {
                wake(seat);
            } else {
                seat.permit = true;
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void interrupt(Strand strand) {
        lock.lock();
        try {
            strand.thread().interrupt();
            if (strand.seat instanceof SimSeat seat && seat.parked) {
                wake(seat);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Registration schedule(long deadlineNanos, Runnable task) {
        var shot = new Scheduled(task);
        if (deadlineNanos == Long.MAX_VALUE) {
            return shot;
        }
        lock.lock();
        try {
            if (timer == null) {
                Strand strand = Strand.start(this, "espalier-timer", true, true, this::runTimer);
                timer = SimSeat.of(strand);
                alive.remove(timer);
            }
            shot.alarm = alarms.add(deadlineNanos, shot);
        } finally {
            lock.unlock();
        }
        return shot;
    }

    @Override
    public long anyNumber() {
        lock.lock();
        try {
            numbers += 0x9E3779B97F4A7C15L; // the golden ratio: each far from the last ones
            return numbers;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public ComputePool computePool() {
        return computePool;
    }

    private final class Scheduled extends OneShot {
        SimAlarms.Alarm alarm;

        Scheduled(Runnable task) {
            super(task);
        }

        @Override
        void removed() {
            lock.lock();
            try {
                alarms.remove(alarm);
            } finally {
                lock.unlock();
            }
        }
    }

    int pendingAlarms() {
        lock.lock();
        try {
            return alarms.size();
        } finally {
            lock.unlock();
        }
    }

    private void runTimer() {
        while (true) {
            Runnable task;
            lock.lock();
            try {
                task = alarms.takeDue();
            } finally {
                lock.unlock();
            }
            if (task == null) {
                park(Strand.current(), this, Long.MAX_VALUE);
            } else {
                task.run();
            }
        }
    }

    // ---- Baton

    private void runSeated(Runnable body) {
        // The strand is not bound yet: the body does that. The giver wrote the seat before it started this thread.
        Throwable failure = null;
        try {
            body.run();
        } catch (Throwable error) {
            failure = error;
        }
        SimSeat seat = SimSeat.of(Strand.current());
        if (failure != null && !(failure instanceof Aborted)) {
            uncaught(seat, failure);
        }
        SimSeat next;
        lock.lock();
        try {
            leave(seat);
            next = pick();
            if (next != null) {
                next.giveBaton();
            }
        } finally {
            lock.unlock();
        }
    }

    private void uncaught(SimSeat seat, Throwable failure) {
        Thread thread = seat.strand.thread();
        var handler = thread.getUncaughtExceptionHandler();
        try {
            if (handler != null && !(handler instanceof ThreadGroup)) {
                handler.uncaughtException(thread, failure);
                return;
            }
        } catch (Throwable second) {
            failure.addSuppressed(second);
        }
        lock.lock();
        try {
            if (!aborted) {
                failures.add(new AssertionError("uncaught in strand " + thread.getName(), failure));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Gives the baton away and waits until it comes back.
    private static void handOver(SimSeat self, SimSeat next) {
        if (next == self) {
            return;
        }
        if (next != null) {
            next.giveBaton();
        }
        self.awaitBaton();
    }

    private void wake(SimSeat seat) {
        seat.parked = false;
        alarms.remove(seat.alarm);
        seat.alarm = null;
        ready.add(seat);
    }

    /// The strand that runs next; null when the run is over.
    private SimSeat pick() {
        long step = steps + 1;
        steps = step;
        if (step > maxSteps && !aborted) {
            abort(new AssertionError("no end after " + maxSteps + " steps" + SimSeat.stacks(alive)));
        }
        SimSeat urgent = aborted ? null : inject(step);
        if (urgent != null) {
            return urgent;
        }
        ring();
        while (ready.isEmpty()) {
            if (alive.isEmpty()) {
                if (timer == null || timerEnded) {
                    finished.countDown();
                    return null;
                }
                aborted = true; // sends the timer home
                wake(timer);
            } else if (alarms.size() > 0 && !aborted) {
                now = alarms.next();
                ring();
            } else {
                stuck();
            }
        }
        return ready.take();
    }

    private SimSeat inject(long step) {
        if (injections.isEmpty() || injections.first().step > step) {
            return null;
        }
        Injection first = injections.pollFirst();
        Strand strand = Strand.start(this, "at-step-" + first.step, true, true, first.body);
        SimSeat seat = SimSeat.of(strand);
        ready.remove(seat);
        return seat;
    }

    /// Makes ready what is due.
    private void ring() {
        alarms.ring(now, this::wake, this::wakeTimer);
    }

    private void wakeTimer() {
        if (timer.parked) {
            wake(timer);
        } else {
            timer.permit = true;
        }
    }

    private void stuck() {
        if (aborted) { // they catch the abort and wait on, or are held by something else: left behind
            for (SimSeat seat : List.copyOf(alive)) {
                if (seat.parked) {
                    wake(seat);
                } else {
                    alive.remove(seat);
                }
            }
            return;
        }
        String what = main == null ? "strands are left after the test" : "deadlock: all strands are parked";
        abort(new AssertionError(what + SimSeat.stacks(alive)));
    }

    private void abort(AssertionError why) {
        failures.add(why);
        aborted = true;
        for (SimSeat seat : List.copyOf(alive)) {
            if (!seat.started) {
                alive.remove(seat);
                ready.remove(seat);
            } else if (seat.parked) {
                wake(seat);
            }
        }
    }

    /// In a run that has failed, nobody waits any more; who insists is left behind.
    private void refuseIfAborted(SimSeat seat) {
        if (!aborted) {
            return;
        }
        if (++seat.refusals < 100) {
            throw new Aborted();
        }
        leave(seat);
    }

    private void leave(SimSeat seat) {
        alive.remove(seat);
        timerEnded |= seat == timer;
    }
}
