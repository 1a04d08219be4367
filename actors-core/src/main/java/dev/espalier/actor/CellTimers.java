package dev.espalier.actor;

import dev.espalier.sync.Registration;
import dev.espalier.sync.TraceContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The timers of one incarnation. A timer thread only puts a task into the control lane; whether the tick still
/// counts is decided on the actor's thread, where it is cancelled, too: so none comes after a cancel.
final class CellTimers<M> implements Timers<M> {
    private final class Entry {
        final Object key;
        final M message;
        final long periodNanos;
        final boolean fromEnd;
        /// Of who started it, if it rings once.
        final @Nullable TraceContext trace;

        final AtomicBoolean waiting = new AtomicBoolean();
        volatile long dueNanos;
        volatile @Nullable Registration registration;
        volatile boolean over;

        Entry(Object key, M message, long periodNanos, boolean fromEnd) {
            this.key = key;
            this.message = message;
            this.periodNanos = periodNanos;
            this.fromEnd = fromEnd;
            this.trace = periodNanos == 0 ? TraceContext.current() : null;
        }

        void armAt(long due) {
            dueNanos = due;
            if (!over) {
                registration = cell.system.strand.schedule(due, this::ring);
                if (over) {
                    disarm();
                }
            }
        }

        /// On the timer thread.
        private void ring() {
            if (over) {
                return;
            }
            if (waiting.compareAndSet(false, true)) {
                cell.program.run(() -> tick(this), ctx.generation(), trace);
            }
            if (periodNanos > 0 && !fromEnd) {
                armAt(Ladder.later(dueNanos, periodNanos));
            }
        }

        void disarm() {
            over = true;
            Registration now = registration;
            if (now != null) {
                now.remove();
            }
        }
    }

    private static final Object RECEIVE_TIMEOUT = new Object();

    private final Cell<M> cell;
    private final CellContext<M> ctx;
    private final Map<Object, Entry> entries = new HashMap<>(2);
    private long idleNanos;
    private @Nullable M idleMessage;
    private long lastMessage;

    CellTimers(Cell<M> cell, CellContext<M> ctx) {
        this.cell = cell;
        this.ctx = ctx;
    }

    private void tick(Entry entry) {
        entry.waiting.set(false);
        if (entries.get(entry.key) != entry) {
            return;
        }
        if (RECEIVE_TIMEOUT.equals(entry.key)) {
            idleTick(entry);
            return;
        }
        if (entry.periodNanos == 0) {
            entries.remove(entry.key);
        }
        try {
            ctx.deliver(entry.message);
        } finally {
            if (entry.fromEnd && entries.get(entry.key) == entry) {
                entry.armAt(Ladder.later(cell.system.now(), entry.periodNanos));
            }
        }
    }

    private void idleTick(Entry entry) {
        long idleFor = cell.system.now() - lastMessage;
        if (idleFor < idleNanos) {
            entry.armAt(Ladder.later(lastMessage, idleNanos));
            return;
        }
        lastMessage = cell.system.now();
        entry.armAt(Ladder.later(lastMessage, idleNanos));
        ctx.deliver(entry.message);
    }

    private void start(Object key, M message, long delay, long period, boolean fromEnd) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(message, "message");
        cancel(key);
        Entry entry = new Entry(key, message, period, fromEnd);
        entries.put(key, entry);
        entry.armAt(Ladder.later(cell.system.now(), delay));
    }

    private static long positive(Duration d, String what) {
        if (Objects.requireNonNull(d, what).isNegative() || d.isZero()) {
            throw new IllegalArgumentException("The " + what + " must be positive, not " + d);
        }
        return Math.min(Ladder.nanos(d), Long.MAX_VALUE / 2);
    }

    @Override
    public void once(Object key, M message, Duration delay) {
        if (Objects.requireNonNull(delay, "delay").isNegative()) {
            throw new IllegalArgumentException("The delay must not be negative: " + delay);
        }
        start(key, message, Math.min(Ladder.nanos(delay), Long.MAX_VALUE / 2), 0, false);
    }

    @Override
    public void fixedRate(Object key, M message, Duration period) {
        long nanos = positive(period, "period");
        start(key, message, nanos, nanos, false);
    }

    @Override
    public void fixedDelay(Object key, M message, Duration delay) {
        long nanos = positive(delay, "delay");
        start(key, message, nanos, nanos, true);
    }

    @Override
    public void receiveTimeout(M message, Duration idle) {
        Objects.requireNonNull(message, "message"); // before anything is changed
        idleNanos = positive(idle, "idle time");
        idleMessage = message;
        lastMessage = cell.system.now();
        start(RECEIVE_TIMEOUT, message, idleNanos, idleNanos, true);
    }

    @Override
    public void cancelReceiveTimeout() {
        idleMessage = null;
        cancel(RECEIVE_TIMEOUT);
    }

    void messageStarted() {
        if (idleMessage != null) {
            lastMessage = cell.system.now();
        }
    }

    void messageEnded() {
        messageStarted();
    }

    @Override
    public boolean cancel(Object key) {
        Entry old = entries.remove(Objects.requireNonNull(key, "key"));
        if (old != null) {
            old.disarm();
        }
        return old != null;
    }

    @Override
    public void cancelAll() {
        entries.values().forEach(Entry::disarm);
        entries.clear();
        idleMessage = null;
    }

    @Override
    public boolean isActive(Object key) {
        return entries.containsKey(Objects.requireNonNull(key, "key"));
    }
}
