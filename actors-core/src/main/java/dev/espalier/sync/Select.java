package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Waits for the first of several things: values to receive, room to send, items of queues, signals and tills. Exactly
/// one of them is done.
///
/// If several can be done at once, one is picked at random, so none starves. Otherwise the caller waits in all
/// lines at the same time, and the first that serves it wins; it leaves the others.
///
/// {@snippet class="dev.espalier.actor.PrimitivesGuideTest" region="choose"}
///
/// A select may be used again and again. What follows a choice runs on the calling thread, after the choice was made.
///
/// *Failure.* [ClosedException] if a channel or queue to send into is closed. A call that was cancelled or in vain has
/// done none of the choices.
/// *Threads.* Confined to one thread at a time.
/// *Memory.* As for the choice that is done: what the other side did before happens before what follows here.
/// *Cost.* O(n) with n choices, with the locks of all channels held for a moment; after choices were added, once
/// O(n log n).
///
/// *Idea.* All guards are taken in their order, so that nothing changes between the look at the first choice and the
/// place in the last line; the one word of [Wait] decides who ends the wait. Signals are listened to
/// afterwards, without a guard: what has gone stays gone, and whoever begins to listen may find that it has to
/// run other listeners.
///
/// @param <R> what the choices make
public final class Select<R> {
    private final List<Choice<R>> choices = new ArrayList<>();
    /// In their order; null until they are needed, for each choice may bring one.
    private @Nullable List<Guard> guards;

    private Select() {}

    /// A select without choices.
    ///
    /// @param <R> what the choices make
    /// @return a new one
    public static <R> Select<R> of() {
        return new Select<>();
    }

    /// To receive a value.
    ///
    /// @param <T> the type of the values
    /// @param channel where from
    /// @param then gets the value; empty if the channel has ended, and that can always be chosen
    /// @return this
    public <T> Select<R> receive(Channel<T> channel, Function<? super Optional<T>, ? extends R> then) {
        return add(new ReceiveChoice<>(requireNonNull(channel, "channel"), requireNonNull(then, "then")));
    }

    /// To send a value.
    ///
    /// @param <T> the type of the values
    /// @param channel where to
    /// @param value the value
    /// @param then runs if it was sent
    /// @return this
    public <T> Select<R> send(Channel<T> channel, T value, Supplier<R> then) {
        return add(new SendChoice<>(
                requireNonNull(channel, "channel").hub(),
                requireNonNull(value, "value"),
                requireNonNull(then, "then")));
    }

    /// To take an item from a queue.
    ///
    /// @param <T> the type of the items
    /// @param queue where from
    /// @param then gets the item; empty if the queue has ended, and that can always be chosen
    /// @return this
    public <T> Select<R> pop(Queue<T> queue, Function<? super Optional<T>, ? extends R> then) {
        return add(new PopChoice<>(requireNonNull(queue, "queue"), requireNonNull(then, "then")));
    }

    /// To add an item to a queue.
    ///
    /// @param <T> the type of the items
    /// @param queue where to
    /// @param item the item
    /// @param then runs if it was added
    /// @return this
    public <T> Select<R> add(Queue<T> queue, T item, Supplier<R> then) {
        return add(new AddChoice<>(
                requireNonNull(queue, "queue"), requireNonNull(item, "item"), requireNonNull(then, "then")));
    }

    /// That a signal goes, or a till.
    ///
    /// @param signal the signal
    /// @param then runs if it has gone
    /// @return this
    public Select<R> onGo(Signal signal, Supplier<R> then) {
        return add(new SignalChoice<>(requireNonNull(signal, "signal"), requireNonNull(then, "then")));
    }

    Select<R> add(Choice<R> choice) {
        choices.add(choice);
        guards = null;
        return this;
    }

    private List<Guard> guards() {
        List<Guard> known = guards;
        if (known == null) {
            known = choices.stream()
                    .map(Choice::guard)
                    .filter(Objects::nonNull)
                    .distinct()
                    .sorted(Comparator.comparingLong(Guard::order))
                    .toList();
            guards = known;
        }
        return known;
    }

    /// Waits for the first.
    ///
    /// @return what it made
    /// @throws IllegalStateException if there is no choice
    /// @throws CancelledException if cancelled or interrupted while it waits
    public R await() {
        return requireNonNull(select(true, Long.MAX_VALUE, null)).get();
    }

    /// Waits for the first, but not for ever.
    ///
    /// @param duration how long at most; not negative
    /// @return what it made; empty if nothing came in time
    /// @throws IllegalStateException if there is no choice
    /// @throws CancelledException if cancelled or interrupted while it waits
    public Optional<R> await(Duration duration) {
        return Optional.ofNullable(select(true, Strand.deadlineAfter(duration), null))
                .map(Supplier::get);
    }

    /// Waits for the first, or gives up when the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return what it made; empty if nothing came in time
    /// @throws IllegalStateException if there is no choice
    /// @throws CancelledException if cancelled or interrupted while it waits
    public Optional<R> await(Signal till) {
        return Optional.ofNullable(select(true, Long.MAX_VALUE, requireNonNull(till, "till")))
                .map(Supplier::get);
    }

    /// Does one of those that can be done at once.
    ///
    /// @return what it made; empty if there is none
    /// @throws IllegalStateException if there is no choice
    public Optional<R> tryNow() {
        return Optional.ofNullable(select(false, 0, null)).map(Supplier::get);
    }

    private @Nullable Supplier<R> select(boolean patient, long deadlineNanos, @Nullable Signal till) {
        if (choices.isEmpty()) {
            throw new IllegalStateException("nothing to choose from");
        }
        List<Guard> all = guards();
        var standings = new Choice.@Nullable Standing[choices.size()];
        try {
            Wait wait;
            all.forEach(Guard::lock);
            try {
                Supplier<R> ready = now();
                if (ready != null || !patient) {
                    return ready;
                }
                wait = new Wait();
                join(wait, standings, true);
            } finally {
                all.forEach(Guard::leave);
            }
            join(wait, standings, false);
            return outcome(wait.await(this, deadlineNanos, till, null), standings);
        } finally {
            for (Choice.Standing each : standings) {
                if (each != null) {
                    each.end();
                }
            }
        }
    }

    /// Joins the lines, or listens to what has none.
    private void join(Wait wait, Choice.@Nullable Standing[] standings, boolean lines) {
        for (int i = 0; i < standings.length; i++) {
            Choice<R> each = choices.get(i);
            if (lines == (each.guard() != null)) {
                standings[i] = each.join(wait);
            }
        }
    }

    /// One of those that can be done now, starting anywhere.
    private @Nullable Supplier<R> now() {
        int count = choices.size();
        int start = Strand.current().roll(count);
        for (int i = 0; i < count; i++) {
            Supplier<R> ready = choices.get((start + i) % count).now();
            if (ready != null) {
                return ready;
            }
        }
        return null;
    }

    private @Nullable Supplier<R> outcome(Object winner, Choice.@Nullable Standing[] standings) {
        for (int i = 0; i < standings.length; i++) {
            Choice.Standing each = standings[i];
            if (each != null && each.is(winner)) {
                return choices.get(i).granted(winner);
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return "Select[" + choices.size() + " choices]";
    }
}
