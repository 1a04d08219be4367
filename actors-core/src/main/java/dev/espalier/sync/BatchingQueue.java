package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A queue in front of a slow sink: items are delivered in batches, by a green thread of its own, in order.
///
/// {@snippet class="dev.espalier.actor.GroupsGuideTest" region="batching"}
///
/// A batch is delivered when it is full, when its first item has waited for the *age*, at [#flush] and at
/// [#close]; what has grown old while the sink was busy goes with the next batch, at once. If the sink throws,
/// the batch is tried again, with growing waits in between; after the last attempt the error callback gets it.
/// So every item that was added is delivered, or told to that callback, once.
///
/// Close it: until then its thread lives. An actor does so in `onStop`. The sink and the callback may close it,
/// too; they would wait for themselves, so [#close] and [#flush] only begin there, and return at once.
///
/// *Failure.* Adding to a closed one throws [ClosedException]. Without an error callback a batch that was given up is
/// logged as an error. What the callback throws is logged.
/// *Threads.* Thread-safe; the sink and the callback are called by one thread at a time.
/// *Memory.* As many items as the bound, 24 bytes more for each, and one batch.
/// *Cost.* To add, a short lock and a look at the clock.
///
/// *Source.* `ThreadedQueue` of mo-threads.
///
/// @param <T> the items
public final class BatchingQueue<T> implements AutoCloseable {
    /// Where the batches go.
    ///
    /// @param <T> the items
    @FunctionalInterface
    public interface Sink<T> {
        /// Takes a batch, all or nothing; may block.
        ///
        /// @param batch at least one item; immutable
        /// @throws Exception if it is to be tried again
        void accept(List<T> batch) throws Exception;
    }

    /// Gets the batches that were given up.
    ///
    /// @param <T> the items
    @FunctionalInterface
    public interface Loss<T> {
        /// Takes a batch that was not delivered.
        ///
        /// @param batch at least one item; immutable
        /// @param cause what the sink threw last
        void accept(List<T> batch, Throwable cause);
    }

    /// What became of the items so far.
    ///
    /// @param added how many were added
    /// @param delivered how many the sink has taken
    /// @param lost how many were given up
    /// @param retries how often a batch was tried again
    public record Statistics(long added, long delivered, long lost, long retries) {}

    /// How it is set up. Mutable; confined to one thread.
    ///
    /// @param <T> the items
    public static final class Builder<T> {
        private final String name;
        private final Sink<T> sink;
        private int size = 1_000;
        private Duration age = Duration.ofSeconds(1);
        private int bound = 100_000;
        private int attempts = 3;
        private Duration firstWait = Duration.ofMillis(100);
        private Duration longestWait = Duration.ofSeconds(10);
        private Loss<T> loss;

        private Builder(String name, Sink<T> sink) {
            this.name = requireNonNull(name, "name");
            this.sink = requireNonNull(sink, "sink");
            this.loss = (batch, cause) -> Report.error(name + " has lost " + batch.size() + " items", cause);
        }

        /// How many items a batch has at most. Default: 1,000.
        ///
        /// @param items at least 1
        public Builder<T> size(int items) {
            size = atLeastOne(items, "size");
            return this;
        }

        /// How long an item waits for others at most, from when it is added. Default: 1 s.
        ///
        /// @param wait not negative; zero: a batch is what is there
        public Builder<T> age(Duration wait) {
            age = notNegative(wait);
            return this;
        }

        /// How many items may wait; then adding does. Default: 100,000.
        ///
        /// @param items at least 1
        public Builder<T> bound(int items) {
            bound = atLeastOne(items, "bound");
            return this;
        }

        /// How often the sink gets a batch, and how long it rests after a failure: twice as long after each, give or
        /// take a tenth. Default: 3 times; 100 ms to 10 s.
        ///
        /// @param times at least 1
        /// @param first the wait after the first failure; not negative
        /// @param longest the longest wait; not negative
        public Builder<T> attempts(int times, Duration first, Duration longest) {
            attempts = atLeastOne(times, "attempts");
            firstWait = notNegative(first);
            longestWait = notNegative(longest);
            return this;
        }

        /// Who gets the batches that were given up. Default: the log.
        public Builder<T> onLoss(Loss<T> callback) {
            loss = requireNonNull(callback, "callback");
            return this;
        }

        /// Starts it, on a green thread with its name.
        public BatchingQueue<T> start() {
            return new BatchingQueue<>(this);
        }

        private static int atLeastOne(int value, String what) {
            if (value < 1) {
                throw new IllegalArgumentException("the " + what + " must be at least 1, not " + value);
            }
            return value;
        }

        private static Duration notNegative(Duration value) {
            if (value.isNegative()) {
                throw new IllegalArgumentException("negative duration: " + value);
            }
            return value;
        }
    }

    /// An item, and when its age is over, on the clock of strands.
    private record Aging<T>(T item, long deadlineNanos) {}

    private final Builder<T> setUp;
    private final Queue<Aging<T>> queue;
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong retries = new AtomicLong();
    private final Progress settled = new Progress();
    private final CancelScope scope;
    private final Signal ended = new Signal("ended");
    /// Up to which item, counted from 1, nothing waits for its age.
    private final AtomicLong flushTo = new AtomicLong();

    private volatile Signal hurry = new Signal();
    /// Where the sink runs; others see this or null.
    private @Nullable Strand self;
    /// What was taken out for the next batch; its thread alone.
    private final List<T> next = new ArrayList<>();
    private long takenOut;

    private BatchingQueue(Builder<T> b) {
        setUp = b;
        queue = Queue.bounded(b.bound);
        scope = new CancelScope(b.name);
        Strand.start(b.name, this::live);
    }

    /// Sets up one.
    ///
    /// @param <T> the items
    /// @param name of its thread
    /// @param sink where the batches go
    /// @return to be started
    public static <T> Builder<T> to(String name, Sink<T> sink) {
        return new Builder<>(name, sink);
    }

    /// Adds an item; waits for room.
    ///
    /// @throws ClosedException if it is closed, or is closed while this waits
    /// @throws CancelledException if cancelled or interrupted while it waits; then it was not added
    public void add(T item) {
        queue.add(aging(item));
    }

    /// Adds an item, but does not wait for ever.
    ///
    /// @param limit how long at most; not negative
    /// @return true if it was added; false if there was no room in time
    /// @throws ClosedException if it is closed, or is closed while this waits
    /// @throws CancelledException if cancelled or interrupted while it waits; then it was not added
    public boolean add(T item, Duration limit) {
        return queue.add(aging(item), limit);
    }

    /// Adds an item, or gives up when the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return true if it was added; false if there was no room before
    /// @throws ClosedException if it is closed, or is closed while this waits
    /// @throws CancelledException if cancelled or interrupted while it waits; then it was not added
    public boolean add(T item, Signal till) {
        return queue.add(aging(item), till);
    }

    private Aging<T> aging(T item) {
        return new Aging<>(requireNonNull(item, "item"), Strand.deadlineAfter(setUp.age));
    }

    /// Delivers what was added before this call, without waiting for more, and waits for that.
    ///
    /// @param limit how long at most; not negative
    /// @return true if each of these items was delivered or given up in time
    /// @throws CancelledException if cancelled or interrupted meanwhile
    public boolean flush(Duration limit) {
        Strand.refuseNegative(limit);
        long target = beginFlush();
        return settled.waitFor(target, isOwn() ? Duration.ZERO : limit);
    }

    /// As [#flush(Duration)], until the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return true if each of these items was delivered or given up before
    /// @throws CancelledException if cancelled or interrupted meanwhile
    public boolean flush(Signal till) {
        requireNonNull(till, "till");
        long target = beginFlush();
        return isOwn() ? settled.value() >= target : settled.waitFor(target, till);
    }

    private long beginFlush() {
        long target = queue.addedItems();
        flushTo.accumulateAndGet(target, Math::max);
        hurry.go();
        return target;
    }

    /// Whether the sink or the callback calls.
    @SuppressWarnings("ReferenceEquality") // the same, not an equal one
    private boolean isOwn() {
        return Strand.current() == self;
    }

    /// Takes no more items, delivers what is there, and waits for that, attempts and all.
    ///
    /// @throws CancelledException if the caller is cancelled or interrupted meanwhile; the delivery goes on
    @Override
    public void close() {
        beginClose();
        if (!isOwn()) {
            ended.waitForGo();
        }
    }

    /// As [#close()], but not for ever: when the time is over, the sink is cancelled, and what is left is given up.
    ///
    /// @param limit how long at most; not negative
    /// @return true if it has ended in time
    /// @throws CancelledException if the caller is cancelled or interrupted meanwhile; the delivery goes on
    public boolean close(Duration limit) {
        Strand.refuseNegative(limit);
        beginClose();
        if (isOwn()) {
            return false;
        }
        boolean inTime = ended.waitForGo(limit);
        if (!inTime) {
            scope.cancel();
        }
        return inTime;
    }

    private void beginClose() {
        queue.close();
        hurry.go();
    }

    /// What became of the items so far; exact when nobody adds and it is flushed.
    ///
    /// @return a snapshot
    public Statistics statistics() {
        return new Statistics(queue.addedItems(), delivered.get(), lost.get(), retries.get());
    }

    // Its thread.

    private void live() {
        self = Strand.current();
        try {
            scope.run(this::deliverAll);
        } catch (Throwable thrown) { // it was cancelled, or the memory is out
            giveUp(thrown);
        } finally {
            ended.go();
        }
    }

    private void giveUp(Throwable cause) {
        queue.close();
        List<T> rest = new ArrayList<>(next);
        queue.popAll().forEach(each -> rest.add(each.item));
        if (!rest.isEmpty()) {
            lose(List.copyOf(rest), cause);
        }
    }

    private void deliverAll() {
        while (fillNext()) {
            List<T> batch = List.copyOf(next);
            next.clear(); // from here on it is told what becomes of it
            deliver(batch);
            if (scope.isCancelled()) { // also if the sink has swallowed that
                throw new CancelledException(setUp.name + " was not closed in time");
            }
        }
    }

    /// @return false at the end
    private boolean fillNext() {
        Optional<Aging<T>> item = queue.pop();
        long deadline = item.isPresent() ? item.get().deadlineNanos : 0;
        while (item.isPresent()) {
            next.add(item.get().item);
            item = next.size() < setUp.size ? nextItem(deadline) : Optional.empty();
        }
        takenOut += next.size();
        return !next.isEmpty();
    }

    private Optional<Aging<T>> nextItem(long deadline) {
        Optional<Aging<T>> there = queue.tryPop();
        return there.isPresent() ? there : awaitItem(takenOut + next.size(), deadline);
    }

    /// No flush is missed: `hurry` is written before `flushTo` is read, and a flush does it the other way round.
    private Optional<Aging<T>> awaitItem(long have, long deadline) {
        Signal mine = new Signal();
        hurry = mine;
        return have <= flushTo.get() ? Optional.empty() : queue.pop(deadline, mine);
    }

    private void deliver(List<T> batch) {
        try {
            attempt(batch);
        } catch (Throwable failure) {
            lose(batch, failure);
            return;
        }
        delivered.addAndGet(batch.size());
        settled.advance(batch.size());
    }

    private void attempt(List<T> batch) throws Exception {
        Duration wait = setUp.firstWait;
        for (int left = setUp.attempts - 1; ; left--) {
            Exception failure = tryOnce(batch);
            if (failure == null) {
                return;
            }
            wait = wait.compareTo(setUp.longestWait) < 0 ? wait : setUp.longestWait;
            if (left == 0 || !rest(wait)) {
                throw failure;
            }
            wait = wait.multipliedBy(2);
        }
    }

    private @Nullable Exception tryOnce(List<T> batch) {
        try {
            setUp.sink.accept(batch);
            return null;
        } catch (Exception e) {
            return e;
        } finally {
            Thread.interrupted(); // what the sink leaves behind would end the thread's next wait
        }
    }

    /// Waits before the next attempt.
    ///
    /// @return false if there is to be none
    private boolean rest(Duration wait) {
        if (scope.isCancelled()) {
            return false;
        }
        try {
            Strand.sleep(jittered(wait));
        } catch (CancelledException notInTime) {
            return false;
        }
        retries.incrementAndGet();
        return true;
    }

    private static Duration jittered(Duration wait) {
        return Duration.ofNanos(
                (long) (wait.toNanos() * ThreadLocalRandom.current().nextDouble(0.9, 1.1)));
    }

    private void lose(List<T> batch, Throwable cause) {
        lost.addAndGet(batch.size());
        try {
            CancelScope.shield(() -> setUp.loss.accept(batch, cause));
        } catch (Throwable t) {
            Report.error("the error callback of " + setUp.name + " failed", t);
        } finally {
            settled.advance(batch.size());
        }
    }

    @Override
    public String toString() {
        return "BatchingQueue[" + setUp.name + ", " + queue.size() + " waiting]";
    }
}
