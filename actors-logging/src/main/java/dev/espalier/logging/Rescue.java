package dev.espalier.logging;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Where events go that do not get to the sinks: the [Spill]. These are events for which the queue has no room,
/// if their level says so, and, once the sinks are given up, all that is left and all that comes.
///
/// *Threads.* Any. The lock guards the spill file and, once the turn is lost, the queue, in place of the turn.
/// Under it the disk of the spill file is waited for, never a sink.
final class Rescue {
    private final Backlog backlog;
    private final Turn turn;
    private final Outlet outlet;
    private final Tally tally;
    private final Spill spill;
    private final ReentrantLock lock = new ReentrantLock();
    /// Written before the start.
    private @Nullable Journal journal;

    Rescue(Backlog backlog, Turn turn, Outlet outlet, Tally tally, Path file) {
        this.backlog = backlog;
        this.turn = turn;
        this.outlet = outlet;
        this.tally = tally;
        spill = new Spill(file);
    }

    void journal(Journal value) {
        journal = value;
    }

    /// The sinks are given up: their holder is robbed of the turn.
    ///
    /// @param nanos how long they were waited for
    void giveUp(long nanos) {
        lock.lock();
        try {
            boolean isFirst = !turn.isLost();
            turn.seize();
            if (isFirst) {
                outlet.takeUnsettled().forEach(this::write);
            }
            writeOwn();
            writeQueue();
            LastResort.say("The log was not written within " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms: "
                    + tally.of(Fate.SPILLED) + " events, and all that follow, are in " + spill.file()
                    + System.lineSeparator());
        } finally {
            lock.unlock();
        }
    }

    /// The turn is lost: what is queued.
    void writeQueue() {
        lock.lock();
        try {
            for (ActorEvent event = backlog.poll(); event != null; event = backlog.poll()) {
                write(event);
            }
        } finally {
            lock.unlock();
        }
    }

    /// The turn is lost: what is queued, then this event, so that each caller's are in order.
    void writeLast(ActorEvent event) {
        lock.lock();
        try {
            writeQueue();
            write(event);
        } finally {
            lock.unlock();
        }
    }

    /// The turn is lost: what sinks logged that do not come back.
    void writeOwn() {
        lock.lock();
        try {
            for (ActorEvent event = outlet.pollOwn(); event != null; event = outlet.pollOwn()) {
                write(event);
            }
        } finally {
            lock.unlock();
        }
    }

    /// An event for which there is no room in the queue, before those that are in it.
    void writeFirst(ActorEvent event) {
        tally.bypassed();
        lock.lock();
        try {
            write(event);
        } finally {
            lock.unlock();
        }
    }

    private void write(ActorEvent event) {
        tally.count(Fate.SPILLED);
        spill.write(event);
        if (journal != null) {
            journal.written(event);
        }
    }
}
