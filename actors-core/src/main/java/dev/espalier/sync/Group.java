package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Forks that end before the code that starts them goes on: a piece of code that does several things at once, and is
/// still one piece.
///
/// {@snippet class="dev.espalier.actor.GroupsGuideTest" region="group"}
///
/// [#call] returns or throws only when every fork has ended, whatever happens. When its body has ended, it waits for
/// the forks that are left. If the body throws or is cancelled, they are cancelled first.
///
/// *Failure.* No failure of a fork is lost, and each is reported once: by the call that waits for the forks
/// ([#joinAll] and the like), else by [#call], in a [FailedException] with all of them; if the body throws something
/// else, suppressed in that. A fork that fails while nobody waits for the group wakes the body: its current or next
/// blocking call throws [CancelledException], the other forks are cancelled, and [#call] reports the failure. That a
/// fork was cancelled is no failure, unless its result is asked for or something failed while it unwound.
///
/// *In an actor* the forks are children of the actor: they are found by their paths, the ladder of a stop reaches them,
/// and the stop report has a line for each. They may be started while the actor stops, for the code that waits for
/// them is still at work. What they throw is no failure of a child.
///
/// *Deadline.* That of [CancelScope#timeout] around it.
/// *Threads.* [#fork] may be called by the code of the group and of its forks, the rest by the strand that called
/// [#call] only.
/// *Memory.* What a fork does happens before what the code does after it has waited for it. Forks are remembered, with
/// their results, until the next join: in a group that runs for ever, join now and then, or fork from a small group
/// for each request.
/// *Cost.* A green thread for each fork, about 1 µs; some µs as the child of an actor.
///
/// *Source.* Trio's nurseries, Curio's and thredo's task groups, Kotlin's `coroutineScope`, `joinAll` of mo-threads.
///
/// @param <T> the results of the forks
public final class Group<T extends @Nullable Object> {
    /// What runs in a group.
    ///
    /// @param <T> the results of the forks
    /// @param <R> the result
    /// @param <X> what it throws; [RuntimeException] for code without checked exceptions
    @FunctionalInterface
    public interface Body<T extends @Nullable Object, R extends @Nullable Object, X extends Exception> {
        /// Runs it.
        ///
        /// @param group where it forks
        /// @return the result
        /// @throws X whatever went wrong
        R run(Group<T> group) throws X;
    }

    private final String name;
    private final Strand owner = Strand.current();
    private final @Nullable Nursery nursery = Fork.nursery();
    private final CancelScope scope;
    private final GroupBook<T> book;

    private Group(String name) {
        this.name = requireNonNull(name, "name");
        this.scope = new CancelScope("group " + name);
        this.book = new GroupBook<>(owner, scope);
    }

    /// Runs code with a group, and waits for all its forks.
    ///
    /// @param <T> the results of the forks
    /// @param <R> the result
    /// @param <X> what the body throws
    /// @param name the forks are called by it and a number
    /// @param body the code
    /// @return the body's result
    /// @throws X what the body throws
    /// @throws FailedException if forks failed and nobody was told yet
    /// @throws CancelledException if the caller is cancelled or interrupted; the forks have ended then
    public static <T extends @Nullable Object, R extends @Nullable Object, X extends Exception> R call(
            String name, Body<T, R, X> body) throws X {
        requireNonNull(body, "body");
        Group<T> group = new Group<>(name);
        return group.scope.call(() -> group.runHere(body));
    }

    /// As [#call], for code without a result.
    ///
    /// @param <T> the results of the forks
    /// @param name the forks are called by it and a number
    /// @param body the code
    /// @throws FailedException if forks failed and nobody was told yet
    /// @throws CancelledException if the caller is cancelled or interrupted; the forks have ended then
    public static <T extends @Nullable Object> void run(String name, Consumer<Group<T>> body) {
        requireNonNull(body, "body");
        Group.<T, @Nullable Void, RuntimeException>call(name, group -> {
            body.accept(group);
            return null;
        });
    }

    private <R extends @Nullable Object, X extends Exception> R runHere(Body<T, R, X> body) throws X {
        R result;
        try {
            result = body.run(this);
            awaitRest();
        } catch (Throwable thrown) {
            endAll();
            report(thrown);
            throw thrown;
        }
        List<Throwable> failures = book.takeFailures();
        if (failures.isEmpty()) {
            return result;
        }
        throw failed(failures);
    }

    /// The body has ended well: waits for the rest, which a failure cancels.
    private void awaitRest() {
        do {
            waitFor(false, () -> book.isIdle() || book.hasFailed());
            if (book.hasFailed()) {
                book.end(name);
            }
        } while (!book.close());
    }

    private void endAll() {
        do {
            book.end(name);
        } while (!book.close());
    }

    /// Adds to what the body has thrown, or says why it was cancelled.
    @SuppressWarnings("ReferenceEquality") // nothing can be suppressed in itself
    private void report(Throwable thrown) {
        List<Throwable> failures = book.takeFailures();
        if (thrown instanceof CancelledException cancelled && cancelled.isFrom(scope) && !failures.isEmpty()) {
            FailedException why = failed(failures);
            if (CancelledException.isFailure(cancelled)) {
                why.addSuppressed(cancelled); // the body has not unwound well
            }
            throw why;
        }
        for (Throwable each : failures) {
            if (each != thrown) {
                thrown.addSuppressed(each);
            }
        }
    }

    private FailedException failed(List<Throwable> failures) {
        return new FailedException("group " + name, failures);
    }

    /// Starts a fork.
    ///
    /// @param task its code
    /// @return the fork
    /// @throws IllegalStateException if the group has ended
    public <U extends T> Fork<U> fork(Task<? extends U, ?> task) {
        requireNonNull(task, "task");
        Fork<U> fork = Fork.of(name, book.nextNumber(), task, book::ended);
        book.add(fork);
        boolean begun = false;
        try {
            fork.begin(owner, nursery);
            begun = true;
        } finally {
            if (!begun) {
                book.forget(fork);
            }
        }
        return fork;
    }

    /// Starts a fork without a result.
    ///
    /// @param body its code
    /// @return the fork; its result is null
    /// @throws IllegalStateException if the group has ended
    @SuppressWarnings("NullAway") // there is no result
    public Fork<T> fork(Runnable body) {
        requireNonNull(body, "body");
        return this.<T>fork(() -> {
            body.run();
            return null;
        });
    }

    /// Waits until all forks have ended, also after some have failed.
    ///
    /// @return the results of the forks since the last join, in the order in which they were forked
    /// @throws FailedException if forks failed or were cancelled, with everything that was thrown, in that order
    /// @throws CancelledException if the caller is cancelled or interrupted meanwhile
    public List<T> joinAll() {
        waitFor(false, book::isIdle);
        return book.takeResults(this::failed);
    }

    /// Waits until all forks have ended well. As soon as one fails, the others are cancelled.
    ///
    /// @return the results of the forks since the last join, in the order in which they were forked
    /// @throws FailedException if a fork failed; all have ended then
    /// @throws CancelledException if the caller is cancelled or interrupted meanwhile
    public List<T> joinAllOrNone() {
        waitFor(false, () -> book.isIdle() || book.hasFailed());
        if (!book.isIdle()) {
            book.end(name);
            throw failed(book.takeFailures());
        }
        return book.takeResults(this::failed);
    }

    /// Waits for the first fork to end, well or not, and cancels the others, whose outcome is dropped.
    ///
    /// @return the result of that fork
    /// @throws FailedException if that fork failed
    /// @throws IllegalStateException if there is no fork since the last join
    /// @throws CancelledException if the caller is cancelled or interrupted meanwhile
    public T joinAny() {
        waitFor(true, () -> book.isIdle() || book.firstEnded() != null);
        Fork<?> first = book.firstEnded();
        book.end(name);
        return outcome(first);
    }

    /// Waits for the first fork that ends well, and cancels the others.
    ///
    /// @return the result of that fork; failures of others are dropped then
    /// @throws FailedException if no fork ended well, with everything that was thrown, in the order of the forks
    /// @throws IllegalStateException if there is no fork since the last join
    /// @throws CancelledException if the caller is cancelled or interrupted meanwhile
    public T joinFirst() {
        waitFor(true, () -> book.isIdle() || book.firstDone() != null);
        Fork<?> first = book.firstDone();
        if (first == null && !book.isEmpty()) {
            book.takeResults(this::failed);
        }
        book.end(name);
        return outcome(first);
    }

    @SuppressWarnings("unchecked") // it is one of ours
    private T outcome(@Nullable Fork<?> first) {
        if (first == null) {
            throw new IllegalStateException("nothing was forked in group " + name);
        }
        book.clear();
        Throwable failure = first.result().failureOrNull();
        if (failure != null) {
            throw failed(List.of(failure));
        }
        return (T) first.result().valueOrNull();
    }

    /// Cancels all forks that run now. What they throw because of that is no failure.
    public void cancel() {
        book.cancelAll();
    }

    /// How many forks have not ended.
    ///
    /// @return zero or more; may be out of date at once
    public int running() {
        return book.running();
    }

    /// @param forAny whether it is enough that one of the forks ends
    private void waitFor(boolean forAny, BooleanSupplier condition) {
        if (Strand.current() != owner) {
            throw new IllegalStateException("only the strand that runs group " + name + " can join it");
        }
        scope.mute(true); // failures are what we wait for
        try {
            if (!condition.getAsBoolean()) {
                GroupWait wait = new GroupWait(book, name, forAny, WaitsFor.Remedy.FAIL);
                wait.await(() -> awaitThat(condition, wait));
            }
        } finally {
            scope.mute(false);
        }
    }

    private void awaitThat(BooleanSupplier condition, GroupWait wait) {
        while (!condition.getAsBoolean()) {
            Strand.park(this, Long.MAX_VALUE);
            wait.lookAgain();
        }
    }

    @Override
    public String toString() {
        return "Group[" + name + ", " + running() + " running]";
    }
}
