package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Work that threads hand to others by reference, which can be closed, and of which one can wait until it is done.
///
/// {@snippet class="dev.espalier.actor.GroupsGuideTest" region="queue"}
///
/// Adding waits while it is full, taking while it is empty; both are served first come, first served. [#close] ends it:
/// nothing more can be added, what is in it can still be taken, then takers find it ended, and the loop over it ends.
///
/// Each item that was added is *open* until [#taskDone] is called for it; [#join] waits until none is.
///
/// A [Channel] has several ends and the rendezvous; a queue has the order ([Builder]), the account of what is done, and
/// takes all at once.
///
/// *Failure.* Adding to a closed queue throws [ClosedException], also for those that wait for room when it is closed;
/// a wait that was given up has neither added nor taken anything. What a comparator or an `equals` throws comes out
/// where the item is added, which then was not.
/// *Threads.* Thread-safe, for green and platform threads; an iterator belongs to one thread, each may have its own.
/// *Memory.* What a thread does before it adds an item happens before what another one does after it took it.
/// *Cost.* A short lock for each call.
///
/// *Source.* The queues of mo-threads and thredo.
///
/// *State.* All with the guard. *Invariant 1.* Somebody waits to take only while it is empty and open. *Invariant 2.*
/// Somebody waits to add only while it is full and open.
///
/// @param <T> the items
public final class Queue<T> implements Iterable<T> {
    private static final Object END = new Object();

    private final Guard guard = new Guard();
    final Line adders = new Line(guard);
    final Line takers = new Line(guard);
    private final OpenItems account = new OpenItems(guard);
    private final QueueStore<T> store;
    private boolean closed;

    /// Where somebody waits to add an item. `refused` with the guard.
    static final class Adding extends Place {
        final Object item;
        private @Nullable Throwable refused;

        Adding(Line line, Wait wait, Object item) {
            super(line, wait);
            this.item = item;
        }
    }

    private Queue(Builder<T> b) {
        store = new QueueStore<>(b.bound, b.lifo, b.unique, b.order);
    }

    /// How a queue is set up. Mutable; confined to one thread.
    ///
    /// @param <T> the items
    public static final class Builder<T> {
        private int bound = Integer.MAX_VALUE;
        private boolean lifo;
        private boolean unique;
        private @Nullable Comparator<? super T> order;

        private Builder() {}

        /// How many items fit. Default: no bound.
        ///
        /// @param items at least 1
        /// @throws IllegalArgumentException if it is less than 1
        public Builder<T> bound(int items) {
            if (items < 1) {
                throw new IllegalArgumentException("the bound must be at least 1, not " + items);
            }
            bound = items;
            return this;
        }

        /// The newest item is taken first. Default: the oldest.
        public Builder<T> lifo() {
            lifo = true;
            order = null;
            return this;
        }

        /// The least item is taken first, of equal ones the oldest. The comparator runs with the queue's lock held,
        /// when an item is added, at O(log n).
        public Builder<T> priority(Comparator<? super T> least) {
            order = requireNonNull(least, "least");
            lifo = false;
            return this;
        }

        /// An item that equals one in the queue is dropped when it is added, as if it had been taken with that one. Its
        /// `equals` and `hashCode` run with the queue's lock held.
        public Builder<T> unique() {
            unique = true;
            return this;
        }

        /// Makes it.
        public Queue<T> build() {
            return new Queue<>(this);
        }
    }

    /// Sets up a queue; first in, first out and without a bound unless told otherwise.
    public static <T> Builder<T> builder() {
        return new Builder<>();
    }

    /// A queue, first in, first out, with a bound.
    ///
    /// @param items how many fit; at least 1
    public static <T> Queue<T> bounded(int items) {
        return Queue.<T>builder().bound(items).build();
    }

    /// A queue, first in, first out, without a bound. Prefer a bound where items can come faster than they go.
    public static <T> Queue<T> unbounded() {
        return Queue.<T>builder().build();
    }

    // ---- With the guard

    boolean addNow(T item) {
        if (closed) {
            throw new ClosedException("the queue is closed");
        }
        if (store.hasEqual(item)) {
            return true;
        }
        if (takers.handOver(item) != null) {
            account.add();
            account.take(1);
            return true;
        }
        if (!store.hasRoom()) {
            return false;
        }
        store.put(item);
        account.add();
        return true;
    }

    @Nullable
    T takeNow() {
        T item = store.take();
        if (item != null) {
            account.take(1);
            admit();
        }
        return item;
    }

    /// There is room now: those that wait to add go on.
    @SuppressWarnings("unchecked") // adders bring T
    private void admit() {
        while (!adders.isEmpty() && store.hasRoom()) {
            if (adders.call() instanceof Adding place) {
                try {
                    addNow((T) place.item);
                } catch (Throwable thrown) { // by the user's comparator or equals: it concerns who brought the item
                    place.refused = thrown;
                }
            }
        }
    }

    /// What a granted place of an adder means.
    @SuppressWarnings("ReferenceEquality") // a mark
    boolean added(Place place) {
        if (place.value == END) {
            throw new ClosedException("the queue was closed");
        }
        Throwable refused = place instanceof Adding adding ? refused(adding) : null;
        if (refused instanceof Error error) {
            throw error;
        }
        if (refused instanceof RuntimeException exception) {
            throw exception;
        }
        return true;
    }

    /// Who was called may be awake before its item was added; with the guard it is not too early.
    private @Nullable Throwable refused(Adding place) {
        guard.lock();
        try {
            return place.refused;
        } finally {
            guard.leave();
        }
    }

    boolean isClosedNow() {
        return closed;
    }

    // ---- Add

    /// Adds an item; waits for room.
    ///
    /// @throws ClosedException if it is closed, or is closed while this waits
    /// @throws CancelledException if cancelled or interrupted while it waits; then it was not added
    public void add(T item) {
        add(item, Long.MAX_VALUE, null);
    }

    /// Adds an item, but does not wait for ever.
    ///
    /// @param limit how long at most; not negative
    /// @return true if it was added; false if there was no room in time
    /// @throws ClosedException if it is closed, or is closed while this waits
    /// @throws CancelledException if cancelled or interrupted while it waits; then it was not added
    public boolean add(T item, Duration limit) {
        return add(item, Strand.deadlineAfter(limit), null);
    }

    /// Adds an item, or gives up when the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return true if it was added; false if there was no room before
    /// @throws ClosedException if it is closed, or is closed while this waits
    /// @throws CancelledException if cancelled or interrupted while it waits; then it was not added
    public boolean add(T item, Signal till) {
        return add(item, Long.MAX_VALUE, requireNonNull(till, "till"));
    }

    /// Adds an item if there is room at once.
    ///
    /// @return true if it was added
    /// @throws ClosedException if it is closed
    public boolean tryAdd(T item) {
        requireNonNull(item, "item");
        guard.lock();
        try {
            return addNow(item);
        } finally {
            guard.leave();
        }
    }

    private boolean add(T item, long deadlineNanos, @Nullable Signal till) {
        requireNonNull(item, "item");
        Place place;
        guard.lock();
        try {
            if (addNow(item)) {
                return true;
            }
            place = new Adding(adders, new Wait(), item);
            adders.join(place);
        } finally {
            guard.leave();
        }
        return place.await(this, deadlineNanos, till) && added(place);
    }

    /// Adds items in order, waiting for room for each; items of others may come in between.
    ///
    /// @throws ClosedException if it is closed, or is closed while this waits; the items before were added
    /// @throws CancelledException if cancelled or interrupted while it waits; the items before were added
    public void extend(Collection<? extends T> items) {
        requireNonNull(items, "items").forEach(this::add);
    }

    // ---- Take

    /// Takes the next item; waits for one.
    ///
    /// @return the item; empty if the queue has ended
    /// @throws CancelledException if cancelled or interrupted while it waits; then nothing was taken
    public Optional<T> pop() {
        return pop(Long.MAX_VALUE, null);
    }

    /// Takes the next item, but does not wait for ever.
    ///
    /// @param limit how long at most; not negative
    /// @return the item; empty if none came in time, or if the queue has ended, which [#isEnded] tells apart
    /// @throws CancelledException if cancelled or interrupted while it waits; then nothing was taken
    public Optional<T> pop(Duration limit) {
        return pop(Strand.deadlineAfter(limit), null);
    }

    /// Takes the next item, or gives up when the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return the item; empty if none came before, or if the queue has ended, which [#isEnded] tells apart
    /// @throws CancelledException if cancelled or interrupted while it waits; then nothing was taken
    public Optional<T> pop(Signal till) {
        return pop(Long.MAX_VALUE, requireNonNull(till, "till"));
    }

    /// Takes the next item if there is one at once.
    ///
    /// @return the item; empty if there is none, or if the queue has ended
    public Optional<T> tryPop() {
        guard.lock();
        try {
            return Optional.ofNullable(takeNow());
        } finally {
            guard.leave();
        }
    }

    Optional<T> pop(long deadlineNanos, @Nullable Signal till) {
        Place place;
        guard.lock();
        try {
            T item = takeNow();
            if (item != null || closed) {
                return Optional.ofNullable(item);
            }
            place = new Place(takers);
            takers.join(place);
        } finally {
            guard.leave();
        }
        return place.await(this, deadlineNanos, till) ? popped(place) : Optional.empty();
    }

    /// What a granted place of a taker means; empty for the end.
    @SuppressWarnings({"unchecked", "ReferenceEquality"}) // only T and END are handed over
    Optional<T> popped(Place place) {
        Object value = requireNonNull(place.value);
        return value == END ? Optional.empty() : Optional.of((T) value);
    }

    /// Takes everything that is in it now; never waits.
    ///
    /// @return the items in their order; empty if there are none
    public List<T> popAll() {
        guard.lock();
        try {
            List<T> all = store.takeAll();
            account.take(all.size());
            admit();
            return all;
        } finally {
            guard.leave();
        }
    }

    /// Takes items until the queue has ended; waits for them. `for (T item : queue)` is the usual worker.
    @Override
    public Iterator<T> iterator() {
        return new UntilEnd<>(this::pop);
    }

    // ---- The account

    /// Says that an item which was taken has been dealt with.
    ///
    /// @throws IllegalStateException if that was said of all that were taken
    public void taskDone() {
        account.done();
    }

    /// Waits until every item that was added has been declared done; later ones count, too, as long as it waits.
    ///
    /// @throws CancelledException if cancelled or interrupted while it waits
    public void join() {
        account.join(this, Long.MAX_VALUE, null);
    }

    /// As [#join()], but not for ever.
    ///
    /// @param limit how long at most; not negative
    /// @return true if all were done
    /// @throws CancelledException if cancelled or interrupted while it waits
    public boolean join(Duration limit) {
        return account.join(this, Strand.deadlineAfter(limit), null);
    }

    /// As [#join()], until the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return true if all were done
    /// @throws CancelledException if cancelled or interrupted while it waits
    public boolean join(Signal till) {
        return account.join(this, Long.MAX_VALUE, requireNonNull(till, "till"));
    }

    /// How many items were added and not yet declared done.
    ///
    /// @return zero or more; may be out of date at once
    public long openTasks() {
        return account.open();
    }

    /// How many items were ever added; those that were dropped because of an equal one are not counted.
    long addedItems() {
        return account.added();
    }

    // ---- The end

    /// Closes it: nothing more can be added; those that wait for room or for an item learn it now.
    ///
    /// @return true if this call was the first
    public boolean close() {
        guard.lock();
        try {
            if (closed) {
                return false;
            }
            closed = true;
            tellEnd(adders);
            tellEnd(takers);
            return true;
        } finally {
            guard.leave();
        }
    }

    private static void tellEnd(Line line) {
        while (line.handOver(END) != null) {
            // all of them
        }
    }

    /// Tells whether it was closed; there may be items in it still.
    ///
    /// @return true from the first [#close] on
    public boolean isClosed() {
        guard.lock();
        try {
            return closed;
        } finally {
            guard.leave();
        }
    }

    /// Tells whether it was closed and is empty: nothing will ever be taken. Once true, it stays true.
    ///
    /// @return true if it has ended
    public boolean isEnded() {
        guard.lock();
        try {
            return closed && store.size() == 0;
        } finally {
            guard.leave();
        }
    }

    /// How many items are in it.
    ///
    /// @return zero or more; may be out of date at once
    public int size() {
        guard.lock();
        try {
            return store.size();
        } finally {
            guard.leave();
        }
    }

    /// For tests: how many wait here.
    int waiting() {
        guard.lock();
        try {
            return adders.size() + takers.size() + account.joining();
        } finally {
            guard.leave();
        }
    }

    @Override
    public String toString() {
        return "Queue[" + size() + (isClosed() ? ", closed]" : "]");
    }
}
