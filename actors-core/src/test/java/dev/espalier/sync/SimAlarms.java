package dev.espalier.sync;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.function.Consumer;

/// The deadlines of a simulation: of strands that are parked, and of timer tasks. Guarded by the ground's lock.
final class SimAlarms {
    /// Has either a seat or a task.
    record Alarm(long deadline, long ticket, SimSeat seat, Runnable task) {}

    private final TreeSet<Alarm> pending;
    private final ArrayDeque<Runnable> due = new ArrayDeque<>();
    private long tickets;

    SimAlarms(long start) {
        // By difference: the clock may wrap.
        pending = new TreeSet<>(
                Comparator.<Alarm>comparingLong(each -> each.deadline - start).thenComparingLong(each -> each.ticket));
    }

    Alarm add(long deadline, SimSeat seat) {
        return add(new Alarm(deadline, tickets++, seat, null));
    }

    Alarm add(long deadline, Runnable task) {
        return add(new Alarm(deadline, tickets++, null, task));
    }

    private Alarm add(Alarm alarm) {
        pending.add(alarm);
        return alarm;
    }

    void remove(Alarm alarm) {
        if (alarm != null) {
            pending.remove(alarm);
        }
    }

    int size() {
        return pending.size();
    }

    /// The first deadline; there must be one.
    long next() {
        return pending.first().deadline;
    }

    /// Wakes the seats whose time has come and makes the tasks due, in their order.
    ///
    /// @param toTimer called for each task
    void ring(long now, Consumer<SimSeat> wake, Runnable toTimer) {
        while (!pending.isEmpty() && next() - now <= 0) {
            Alarm alarm = pending.pollFirst();
            if (alarm.seat != null) {
                alarm.seat.alarm = null;
                wake.accept(alarm.seat);
            } else {
                due.add(alarm.task);
                toTimer.run();
            }
        }
    }

    /// The next task that is due, or null.
    Runnable takeDue() {
        return due.poll();
    }
}
