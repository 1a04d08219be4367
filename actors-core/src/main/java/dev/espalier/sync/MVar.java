package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A box for one value, empty or full: to take empties it, to put fills it, and both wait until they can.
///
/// One value goes to one taker, first come, first served. Readers see a value without taking it; those that wait
/// are served before the first taker. A wait that was given up neither takes nor leaves a value.
///
/// {@snippet class="dev.espalier.actor.PrimitivesGuideTest" region="box"}
///
/// While a value is being modified it is on loan: takers, readers and putters wait, so a modification is atomic, and
/// giving the value back never waits, whatever happens.
///
/// *Failure.* If the function of [#modify] or [#with] throws, the old value is back, and what it threw comes out. A
/// function that waits for the same box waits for itself, which is found: [DeadlockException], see [DeadlockWatch].
/// *Threads.* Thread-safe. Functions run on the calling thread with no lock held.
/// *Memory.* What a thread does before it puts a value happens before what another one does after it took or read it.
/// *Cost.* A short lock. About 250 bytes.
///
/// *Source.* Conpig's and Haskell's `MVar`.
///
/// *State.* All with the guard. EMPTY: `value` null. FULL: `value` there. LENT: `value` null and `lent`.
/// *Invariant 1.* Putters wait only while it is FULL or LENT, takers and readers only while it is EMPTY or LENT.
/// *Invariant 2.* A value that is put goes to all readers in line, then to the first taker, or into the box.
///
/// @param <T> the type of the values
public final class MVar<T> {
    private final Guard guard = new Guard();
    private final Line readers = new Line(guard);
    private final Line takers = new Line(guard);
    private final Line putters = new Line(guard);
    private @Nullable T value;
    private boolean lent;
    private @Nullable Strand borrower;

    /// What is done with a value that somebody gets.
    private enum Use {
        READ,
        TAKE,
        BORROW
    }

    /// A taker who will give back.
    private static final class Borrower extends Place {
        Borrower(Line line) {
            super(line);
        }
    }

    /// An empty box.
    public MVar() {}

    /// A full box.
    ///
    /// @param value what is in it
    public MVar(T value) {
        this.value = requireNonNull(value, "value");
    }

    // ---- Put

    /// Puts a value; waits until the box is empty.
    ///
    /// @param value the value
    /// @throws CancelledException if cancelled or interrupted while it waits; then it was not put
    public void put(T value) {
        put(value, Long.MAX_VALUE, null);
    }

    /// Puts a value, but does not wait for ever.
    ///
    /// @param value the value
    /// @param duration how long at most; not negative
    /// @return true if it was put
    /// @throws CancelledException if cancelled or interrupted while it waits; then it was not put
    public boolean put(T value, Duration duration) {
        return put(value, Strand.deadlineAfter(duration), null);
    }

    /// Puts a value, or gives up when the signal goes.
    ///
    /// @param value the value
    /// @param till ends the wait as well
    /// @return true if it was put
    /// @throws CancelledException if cancelled or interrupted while it waits; then it was not put
    public boolean put(T value, Signal till) {
        return put(value, Long.MAX_VALUE, requireNonNull(till, "till"));
    }

    /// Puts a value if the box is empty.
    ///
    /// @param value the value
    /// @return true if it was put
    public boolean tryPut(T value) {
        requireNonNull(value, "value");
        guard.lock();
        try {
            return putNow(value);
        } finally {
            guard.leave();
        }
    }

    private boolean put(T value, long deadlineNanos, @Nullable Signal till) {
        requireNonNull(value, "value");
        Place place;
        guard.lock();
        try {
            if (putNow(value)) {
                return true;
            }
            place = new Place(putters);
            place.value = value;
            putters.join(place);
        } finally {
            guard.leave();
        }
        return await(place, deadlineNanos, till);
    }

    private boolean putNow(T given) {
        if (value != null || lent) {
            return false;
        }
        fill(given);
        return true;
    }

    /// The box is empty and gets a value, and then those of the putters in line; with the guard.
    private void fill(T given) {
        for (T next = given; next != null; next = nextPut()) {
            while (readers.handOver(next) != null) {
                // all of them
            }
            Place taker = takers.handOver(next);
            if (taker == null) {
                value = next;
                return;
            }
            if (taker instanceof Borrower) {
                lend(taker.standing.strand);
                return;
            }
        }
    }

    /// What the first putter in line brings, which is put now; with the guard.
    @SuppressWarnings("unchecked") // putters bring T
    private @Nullable T nextPut() {
        Place putter = putters.call();
        return putter == null ? null : (T) requireNonNull(putter.value);
    }

    // ---- Take and read

    /// Takes the value; waits until there is one.
    ///
    /// @return the value
    /// @throws CancelledException if cancelled or interrupted while it waits; then nothing was taken
    public T take() {
        return requireNonNull(get(Use.TAKE, Long.MAX_VALUE, null));
    }

    /// Takes the value, but does not wait for ever.
    ///
    /// @param duration how long at most; not negative
    /// @return the value; empty if there was none in time
    /// @throws CancelledException if cancelled or interrupted while it waits; then nothing was taken
    public Optional<T> take(Duration duration) {
        return Optional.ofNullable(get(Use.TAKE, Strand.deadlineAfter(duration), null));
    }

    /// Takes the value, or gives up when the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return the value; empty if there was none in time
    /// @throws CancelledException if cancelled or interrupted while it waits; then nothing was taken
    public Optional<T> take(Signal till) {
        return Optional.ofNullable(get(Use.TAKE, Long.MAX_VALUE, requireNonNull(till, "till")));
    }

    /// Takes the value if there is one.
    ///
    /// @return the value; empty if there is none
    public Optional<T> tryTake() {
        guard.lock();
        try {
            return Optional.ofNullable(getNow(Use.TAKE));
        } finally {
            guard.leave();
        }
    }

    /// Reads the value and leaves it there; waits until there is one, before all takers.
    ///
    /// @return the value
    /// @throws CancelledException if cancelled or interrupted while it waits
    public T read() {
        return requireNonNull(get(Use.READ, Long.MAX_VALUE, null));
    }

    /// Reads the value, but does not wait for ever.
    ///
    /// @param duration how long at most; not negative
    /// @return the value; empty if there was none in time
    /// @throws CancelledException if cancelled or interrupted while it waits
    public Optional<T> read(Duration duration) {
        return Optional.ofNullable(get(Use.READ, Strand.deadlineAfter(duration), null));
    }

    /// Reads the value, or gives up when the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return the value; empty if there was none in time
    /// @throws CancelledException if cancelled or interrupted while it waits
    public Optional<T> read(Signal till) {
        return Optional.ofNullable(get(Use.READ, Long.MAX_VALUE, requireNonNull(till, "till")));
    }

    /// Reads the value if there is one.
    ///
    /// @return the value; empty if there is none
    public Optional<T> tryRead() {
        guard.lock();
        try {
            return Optional.ofNullable(getNow(Use.READ));
        } finally {
            guard.leave();
        }
    }

    @SuppressWarnings("unchecked") // only T is handed over
    private @Nullable T get(Use use, long deadlineNanos, @Nullable Signal till) {
        Place place;
        guard.lock();
        try {
            T found = getNow(use);
            if (found != null) {
                return found;
            }
            place = placeFor(use);
            place.line.join(place);
        } finally {
            guard.leave();
        }
        return await(place, deadlineNanos, till) ? (T) requireNonNull(place.value) : null;
    }

    private @Nullable T getNow(Use use) {
        T found = value;
        if (found != null && use != Use.READ) {
            if (use == Use.BORROW) {
                value = null;
                lend(Strand.current());
            } else {
                value = nextPut();
            }
        }
        return found;
    }

    private void lend(Strand to) {
        lent = true;
        borrower = to;
    }

    private boolean await(Place place, long deadlineNanos, @Nullable Signal till) {
        return new LoanWait(this, place, till != null || deadlineNanos != Long.MAX_VALUE).await(deadlineNanos, till);
    }

    private Place placeFor(Use use) {
        return switch (use) {
            case READ -> new Place(readers);
            case TAKE -> new Place(takers);
            case BORROW -> new Borrower(takers);
        };
    }

    // ---- Modify

    /// Replaces the value by what a function makes of it; waits until there is one.
    ///
    /// @param function gets the old value and returns the new one
    /// @return the new value
    /// @throws CancelledException if cancelled or interrupted while it waits; then nothing has changed
    public T modify(UnaryOperator<T> function) {
        return modify(function, Long.MAX_VALUE, null).orElseThrow();
    }

    /// Replaces the value by what a function makes of it, but does not wait for ever for one.
    ///
    /// @param function gets the old value and returns the new one
    /// @param duration how long to wait at most; not negative; the function may take longer
    /// @return the new value; empty if there was none in time
    /// @throws CancelledException if cancelled or interrupted while it waits; then nothing has changed
    public Optional<T> modify(UnaryOperator<T> function, Duration duration) {
        return modify(function, Strand.deadlineAfter(duration), null);
    }

    /// Replaces the value by what a function makes of it, or gives up when the signal goes before there is one.
    ///
    /// @param function gets the old value and returns the new one
    /// @param till ends the wait as well
    /// @return the new value; empty if there was none in time
    /// @throws CancelledException if cancelled or interrupted while it waits; then nothing has changed
    public Optional<T> modify(UnaryOperator<T> function, Signal till) {
        return modify(function, Long.MAX_VALUE, requireNonNull(till, "till"));
    }

    private Optional<T> modify(UnaryOperator<T> function, long deadlineNanos, @Nullable Signal till) {
        requireNonNull(function, "function");
        T old = get(Use.BORROW, deadlineNanos, till);
        if (old == null) {
            return Optional.empty();
        }
        T next = old;
        try {
            next = requireNonNull(function.apply(old), "the function's result");
            return Optional.of(next);
        } finally {
            giveBack(next);
        }
    }

    /// Takes the value, uses it and puts it back; waits until there is one.
    ///
    /// @param <R> the type of the result
    /// @param function gets the value
    /// @return the function's result
    /// @throws CancelledException if cancelled or interrupted while it waits
    public <R extends @Nullable Object> R with(Function<? super T, R> function) {
        requireNonNull(function, "function");
        T old = requireNonNull(get(Use.BORROW, Long.MAX_VALUE, null));
        try {
            return function.apply(old);
        } finally {
            giveBack(old);
        }
    }

    /// Takes the value, uses it and puts it back, but does not wait for ever for one.
    ///
    /// @param <R> the type of the result
    /// @param function gets the value; its result must not be null
    /// @param duration how long to wait at most; not negative; the function may take longer
    /// @return the function's result; empty if there was no value in time
    /// @throws CancelledException if cancelled or interrupted while it waits
    public <R> Optional<R> with(Function<? super T, ? extends R> function, Duration duration) {
        return with(function, Strand.deadlineAfter(duration), null);
    }

    /// Takes the value, uses it and puts it back, or gives up when the signal goes before there is one.
    ///
    /// @param <R> the type of the result
    /// @param function gets the value; its result must not be null
    /// @param till ends the wait as well
    /// @return the function's result; empty if there was no value in time
    /// @throws CancelledException if cancelled or interrupted while it waits
    public <R> Optional<R> with(Function<? super T, ? extends R> function, Signal till) {
        return with(function, Long.MAX_VALUE, requireNonNull(till, "till"));
    }

    private <R> Optional<R> with(Function<? super T, ? extends R> function, long deadlineNanos, @Nullable Signal till) {
        requireNonNull(function, "function");
        T old = get(Use.BORROW, deadlineNanos, till);
        if (old == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(function.apply(old));
        } finally {
            giveBack(old);
        }
    }

    private void giveBack(T given) {
        guard.lock();
        try {
            lent = false;
            borrower = null;
            fill(given);
        } finally {
            guard.leave();
        }
    }

    /// Who has the value on loan; null if nobody.
    @Nullable
    Strand borrower() {
        guard.lock();
        try {
            return borrower;
        } finally {
            guard.leave();
        }
    }

    /// How many wait here; for displays and tests.
    int waiting() {
        guard.lock();
        try {
            return readers.size() + takers.size() + putters.size();
        } finally {
            guard.leave();
        }
    }

    @Override
    public String toString() {
        return "MVar[" + content() + "]"; // the text of the value is the user's, so without the guard
    }

    private Object content() {
        guard.lock();
        try {
            return lent ? "on loan" : value == null ? "empty" : value;
        } finally {
            guard.leave();
        }
    }
}
