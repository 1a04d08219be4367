package dev.espalier.logging;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What waits to be posted: a bounded queue in memory, behind it the [SpillFolder].
///
/// *Order.* The batch that is being posted is older than all on disk, those are older than all in memory:
/// only the oldest in memory are moved to the disk, and what is on disk is posted first.
///
/// *Accounts.* Each event is in one place, and moves and is counted under the lock. The one exception is
/// known: a batch from the disk stays there until it is settled, and is not counted as queued.
///
/// *Memory.* As many events and as many bytes as [Bounds] says, and the batch that is being posted.
///
/// *Life.* Open; closing: what is there is given out without waiting for more, up to a deadline; over:
/// everything is on disk, and what comes goes there.
final class Outbox {
    /// How much there may be.
    ///
    /// @param events the most in memory
    /// @param bytes the most in memory, but for a single line
    /// @param batchEvents the most in a batch
    /// @param batchBytes the most in a batch, but for a single line
    /// @param ageNanos how long a line waits for others
    record Bounds(int events, long bytes, int batchEvents, long batchBytes, long ageNanos) {}

    @SuppressWarnings("ArrayRecordComponent") // lines are not compared
    private record Line(byte[] bytes, long at) {}

    private final Bounds bounds;
    private final SpillFolder disk;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // All guarded by the lock.
    private final Deque<Line> lines = new ArrayDeque<>();
    private final long resumed;
    private long bytes;
    private long taken;
    private long sent;
    private long rejected;
    private long dropped;
    private long posts;
    private @Nullable Batch out;
    private long hurryTo;
    private boolean closing;
    private long deadline;
    private boolean over;

    Outbox(SpillFolder disk, Bounds bounds) {
        this.disk = disk;
        this.bounds = bounds;
        resumed = disk.events();
    }

    /// Takes a line; never waits for the server.
    void take(byte[] text) {
        byte[] line = endsLine(text) ? text : Arrays.copyOf(text, text.length + 1);
        line[line.length - 1] = '\n';
        lock.lock();
        try {
            taken++;
            if (over) {
                late(line);
                return;
            }
            while (!lines.isEmpty() && (lines.size() >= bounds.events || bytes + line.length > bounds.bytes)) {
                spill(batch());
            }
            boolean wasFull = isFull();
            lines.add(new Line(line, System.nanoTime()));
            bytes += line.length;
            if (lines.size() == 1 || isFull() != wasFull) { // else the sender knows
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private static boolean endsLine(byte[] text) {
        return text.length > 0 && text[text.length - 1] == '\n';
    }

    private boolean isFull() {
        return lines.size() >= bounds.batchEvents || bytes >= bounds.batchBytes;
    }

    private Batch batch() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int count = 0;
        while (!lines.isEmpty() && count < bounds.batchEvents) {
            byte[] line = lines.element().bytes;
            if (count > 0 && body.size() + line.length > bounds.batchBytes) {
                break;
            }
            lines.remove();
            bytes -= line.length;
            body.writeBytes(line);
            count++;
        }
        return new Batch(disk.newId(), count, body.toByteArray());
    }

    private void spill(Batch batch) {
        try {
            disk.write(batch);
        } catch (IOException | RuntimeException e) {
            drop(batch.events(), e);
        }
    }

    private void late(byte[] line) {
        try {
            disk.writeLate(line, bounds);
        } catch (IOException | RuntimeException e) {
            drop(1, e);
        }
    }

    private void drop(int count, Exception why) {
        dropped += count;
        LastResort.say(count + " log events for the server are lost: " + why + System.lineSeparator());
    }

    // The sender.

    /// Waits for a batch that is due, the oldest first. It is out until it is settled.
    ///
    /// @return null when it is closing and nothing is left, or it is over
    @Nullable
    Batch next() throws InterruptedException {
        lock.lock();
        try {
            while (!over) {
                Batch oldest = fromDisk();
                if (oldest != null) {
                    return oldest;
                }
                long wait = untilDue();
                if (wait <= 0) {
                    out = batch();
                    return out;
                }
                if (closing && lines.isEmpty()) {
                    return null;
                }
                changed.awaitNanos(wait);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private long untilDue() {
        if (lines.isEmpty()) {
            return Long.MAX_VALUE;
        }
        if (closing || isFull() || hurryTo > settled()) {
            return 0;
        }
        return lines.element().at + bounds.ageNanos - System.nanoTime();
    }

    /// The oldest one on disk that can be read; those that cannot are given up.
    private @Nullable Batch fromDisk() {
        while (!disk.isEmpty()) {
            try {
                return disk.oldest();
            } catch (IOException | RuntimeException e) {
                drop(disk.forgetOldest(), e);
            }
        }
        return null;
    }

    void posted() {
        lock.lock();
        try {
            posts++;
        } finally {
            lock.unlock();
        }
    }

    /// The server has answered for good.
    void settle(Batch batch, boolean accepted) {
        lock.lock();
        try {
            boolean onDisk = disk.has(batch.id());
            if (!onDisk && out == null) { // the end came first, and could not write it
                return;
            }
            out = null;
            if (accepted) {
                sent += batch.events();
            } else {
                rejected += batch.events();
            }
            if (onDisk) {
                disk.delete(batch.id());
            }
        } catch (IOException e) {
            LastResort.say("A batch that was posted is still on disk, and will be posted again: " + e
                    + System.lineSeparator());
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    private long settled() {
        return sent + rejected + dropped;
    }

    // The end.

    boolean isOver() {
        lock.lock();
        try {
            return over;
        } finally {
            lock.unlock();
        }
    }

    /// Waits, unless it is over. A wait that would last beyond the deadline of the end is none, and ends at once
    /// if the end begins meanwhile.
    ///
    /// @return false if it was none
    boolean pause(long nanos) throws InterruptedException {
        long until = System.nanoTime() + nanos;
        lock.lock();
        try {
            for (long left = nanos; left > 0 && !over; left = until - System.nanoTime()) {
                if (closing && deadline - until < 0) {
                    return false;
                }
                changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Nothing waits for more any longer.
    ///
    /// @param at the deadline of the end, by [System#nanoTime]
    void closing(long at) {
        lock.lock();
        try {
            closing = true;
            deadline = at;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Moves everything to the disk. Repeating it is harmless.
    void end() {
        lock.lock();
        try {
            over = true;
            if (out != null) {
                spill(out);
                out = null;
            }
            while (!lines.isEmpty()) {
                spill(batch());
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Nobody uses it any more.
    void release() {
        lock.lock();
        try {
            disk.close();
        } catch (IOException e) {
            LastResort.say("The folder of the log is still locked: " + e + System.lineSeparator());
        } finally {
            lock.unlock();
        }
    }

    /// Waits until all that was taken before has been settled.
    ///
    /// @return whether it is; false also if events were dropped meanwhile
    boolean flush(long nanos) {
        boolean interrupted = false;
        long until = System.nanoTime() + nanos;
        lock.lock();
        try {
            long target = resumed + taken;
            long droppedBefore = dropped;
            hurryTo = Math.max(hurryTo, target);
            changed.signalAll();
            while (settled() < target && !over) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                try {
                    changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                    return false;
                }
            }
            return settled() >= target && dropped == droppedBefore;
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    HttpSink.Statistics statistics() {
        lock.lock();
        try {
            long queued = out == null ? lines.size() : (long) lines.size() + out.events();
            return new HttpSink.Statistics(resumed, taken, sent, rejected, dropped, disk.events(), queued, posts);
        } finally {
            lock.unlock();
        }
    }
}
