package dev.espalier.sync;

import java.lang.Thread.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
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
/// in [LockSupport#park]. Whoever parks, ends or pauses picks the next one and hands the baton over.
/// *State.* All fields are guarded by `lock`, but `now` and `steps`, which anybody may read, and
/// [Seat]`.baton`, which the giver sets and the taker clears. The lock is contended only if a thread from
/// outside unparks or schedules.
final class SimGround implements Ground {
    private final ReentrantLock lock = new ReentrantLock();
    private final SplittableRandom random;
    private final long start;
    private final long maxSteps;
    private final ArrayList<Seat> bag = new ArrayList<>(); // ready, if random
    private final ArrayDeque<Seat> queue = new ArrayDeque<>(); // ready, if not
    private final LinkedHashSet<Seat> alive = new LinkedHashSet<>(); // all but the timer
    private final TreeSet<Alarm> alarms;
    private final ArrayDeque<Runnable> due = new ArrayDeque<>();
    private final TreeSet<Injection> injections = new TreeSet<>(
            Comparator.<Injection>comparingLong(each -> each.step).thenComparingLong(each -> each.ticket));
    private final CountDownLatch finished = new CountDownLatch(1);
    private final List<Throwable> failures = new ArrayList<>();
    private volatile long now;
    private volatile long steps;
    private long tickets;
    private Seat timer;
    private Strand main;
    private Throwable mainFailure;
    private boolean begun;
    private boolean aborted;
    private boolean timerEnded;

    SimGround(SplittableRandom random, long start, long maxSteps) {
        this.random = random;
        this.start = start;
        this.now = start;
        this.maxSteps = maxSteps;
        // By difference: the clock may wrap.
        alarms = new TreeSet<>(
                Comparator.<Alarm>comparingLong(each -> each.deadline - start).thenComparingLong(each -> each.ticket));
    }

    /// What the ground knows of a strand.
    private static final class Seat {
        final Strand strand;
        volatile boolean baton;
        boolean started;
        boolean parked;
        boolean permit;
        int refusals;
        Alarm alarm;

        Seat(Strand strand) {
            this.strand = strand;
        }
    }

    private record Alarm(long deadline, long ticket, Seat seat, Runnable task) {}

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
            var hung = new AssertionError("interrupted while the simulation ran at step " + steps + stacks(alive));
            hung.initCause(e);
            throw hung;
        }
        // The failures of other strands never contain the test's own.
        Throwable first = mainFailure == null || mainFailure instanceof Aborted ? null : mainFailure;
        for (Throwable each : failures) {
            if (first == null) {
                first = each;
            } else {
                first.addSuppressed(each);
            }
        }
        switch (first) {
            case null -> {}
            case Error error -> throw error;
            case Exception exception -> throw exception;
            default -> throw new AssertionError(first);
        }
    }

    private void runMain(VirtualTime.ThrowingRunnable test) {
        main = Strand.current();
        try {
            test.run();
        } catch (Throwable error) {
            mainFailure = error;
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

    void pause(Strand self) {
        Seat seat = seat(self);
        Seat next;
        lock.lock();
        try {
            refuseIfAborted(seat);
            ready(seat);
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
        var seat = new Seat(strand);
        strand.seat = seat;
        lock.lock();
        try {
            alive.add(seat);
            if (begun) {
                ready(seat);
            } else {
                begun = true;
                give(seat); // the test itself; nobody holds the baton yet
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void park(Strand self, Object blocker, long deadlineNanos) {
        Seat seat = seat(self);
        Seat next;
        lock.lock();
        try {
            refuseIfAborted(seat);
            if (seat.permit || self.thread().isInterrupted()) {
                seat.permit = false;
                ready(seat); // does not wait, but others may come first
            } else {
                seat.parked = true;
                if (deadlineNanos != Long.MAX_VALUE) {
                    seat.alarm = new Alarm(deadlineNanos, tickets++, seat, null);
                    alarms.add(seat.alarm);
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
        if (!(strand.seat instanceof Seat seat)) {
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
            if (strand.seat instanceof Seat seat && seat.parked) {
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
                timer = seat(strand);
                alive.remove(timer);
            }
            shot.alarm = new Alarm(deadlineNanos, tickets++, null, shot);
            alarms.add(shot.alarm);
        } finally {
            lock.unlock();
        }
        return shot;
    }

    private final class Scheduled extends OneShot {
        Alarm alarm;

        Scheduled(Runnable task) {
            super(task);
        }

        @Override
        void removed() {
            lock.lock();
            try {
                if (alarm != null) {
                    alarms.remove(alarm);
                }
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
                task = due.poll();
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

    private static Seat seat(Strand strand) {
        if (strand.seat instanceof Seat seat) {
            return seat;
        }
        throw new IllegalStateException("not a strand of a simulation: " + strand);
    }

    private void runSeated(Runnable body) {
        // The strand is not bound yet: the body does that. The giver wrote the seat before it started this thread.
        Throwable failure = null;
        try {
            body.run();
        } catch (Throwable error) {
            failure = error;
        }
        Seat seat = seat(Strand.current());
        if (failure != null && !(failure instanceof Aborted)) {
            uncaught(seat, failure);
        }
        Seat next;
        lock.lock();
        try {
            leave(seat);
            next = pick();
            if (next != null) {
                give(next);
            }
        } finally {
            lock.unlock();
        }
    }

    private void uncaught(Seat seat, Throwable failure) {
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

    /// Gives the baton away and waits until it comes back. An interrupt does not end that wait.
    private void handOver(Seat self, Seat next) {
        if (next == self) {
            return;
        }
        if (next != null) {
            give(next);
        }
        boolean interrupted = false;
        while (!self.baton) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted(); // a set flag would make this loop spin
        }
        self.baton = false;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void give(Seat next) {
        if (next.started) {
            next.baton = true;
            LockSupport.unpark(next.strand.thread());
        } else {
            next.started = true;
            next.strand.thread().start();
        }
    }

    private void ready(Seat seat) {
        if (random == null) {
            queue.add(seat);
        } else {
            bag.add(seat);
        }
    }

    private void wake(Seat seat) {
        seat.parked = false;
        if (seat.alarm != null) {
            alarms.remove(seat.alarm);
            seat.alarm = null;
        }
        ready(seat);
    }

    private boolean nobodyReady() {
        return queue.isEmpty() && bag.isEmpty();
    }

    /// The strand that runs next; null when the run is over.
    private Seat pick() {
        long step = steps + 1;
        steps = step;
        if (step > maxSteps && !aborted) {
            abort(new AssertionError("no end after " + maxSteps + " steps" + stacks(alive)));
        }
        Seat urgent = aborted ? null : inject(step);
        if (urgent != null) {
            return urgent;
        }
        ring();
        while (nobodyReady()) {
            if (alive.isEmpty()) {
                if (timer == null || timerEnded) {
                    finished.countDown();
                    return null;
                }
                aborted = true; // sends the timer home
                wake(timer);
            } else if (!alarms.isEmpty() && !aborted) {
                now = alarms.first().deadline;
                ring();
            } else {
                stuck();
            }
        }
        return take();
    }

    private Seat take() {
        if (random == null) {
            return queue.poll();
        }
        int index = random.nextInt(bag.size());
        Seat last = bag.removeLast();
        return index == bag.size() ? last : bag.set(index, last);
    }

    private Seat inject(long step) {
        if (injections.isEmpty() || injections.first().step > step) {
            return null;
        }
        Injection first = injections.pollFirst();
        Strand strand = Strand.start(this, "at-step-" + first.step, true, true, first.body);
        Seat seat = seat(strand);
        queue.remove(seat);
        bag.remove(seat);
        return seat;
    }

    /// Makes ready what is due.
    private void ring() {
        while (!alarms.isEmpty() && alarms.first().deadline - now <= 0) {
            Alarm alarm = alarms.pollFirst();
            if (alarm.seat != null) {
                alarm.seat.alarm = null;
                wake(alarm.seat);
            } else {
                due.add(alarm.task);
                if (timer.parked) {
                    wake(timer);
                } else {
                    timer.permit = true;
                }
            }
        }
    }

    private void stuck() {
        if (aborted) { // they catch the abort and wait on, or are held by something else: left behind
            for (Seat seat : List.copyOf(alive)) {
                if (seat.parked) {
                    wake(seat);
                } else {
                    alive.remove(seat);
                }
            }
            return;
        }
        String what = main == null ? "strands are left after the test" : "deadlock: all strands are parked";
        abort(new AssertionError(what + stacks(alive)));
    }

    private void abort(AssertionError why) {
        failures.add(why);
        aborted = true;
        for (Seat seat : List.copyOf(alive)) {
            if (!seat.started) {
                alive.remove(seat);
                queue.remove(seat);
                bag.remove(seat);
            } else if (seat.parked) {
                wake(seat);
            }
        }
    }

    /// In a run that has failed, nobody waits any more; who insists is left behind.
    private void refuseIfAborted(Seat seat) {
        if (!aborted) {
            return;
        }
        if (++seat.refusals < 100) {
            throw new Aborted();
        }
        leave(seat);
    }

    private void leave(Seat seat) {
        alive.remove(seat);
        timerEnded |= seat == timer;
    }

    private static String stacks(Collection<Seat> seats) {
        var text = new StringBuilder();
        for (Seat seat : List.copyOf(seats)) {
            Thread thread = seat.strand.thread();
            text.append("\n  strand ").append(thread.getName());
            if (thread.getState() == State.NEW) {
                text.append(" (not started)");
            }
            for (StackTraceElement frame : thread.getStackTrace()) {
                if (!frame.getClassName().startsWith("java.lang.")
                        && !frame.getClassName().equals(SimGround.class.getName())) {
                    text.append("\n      at ").append(frame);
                }
            }
        }
        return text.toString();
    }
}
