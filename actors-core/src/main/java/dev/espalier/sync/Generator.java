package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An iterator written as straight code: a coroutine that hands out elements one by one, each when it is
/// asked for.
///
/// {@snippet class="dev.espalier.sync.CoroutineGuideTest" region="generator"}
///
/// *End.* One that is not used to its end stays suspended: [#close] it, so that its `finally` blocks run.
/// *Failure.* What the body throws comes out of `hasNext` or `next`, as from [Coroutine#switchTo]; there is
/// nothing after it. *Threads.* May be used by one thread after the other. The body runs for the consumer, see
/// [Coroutine]; it must not use its own generator. *Cost.* Two switches per element.
///
/// @param <T> the elements
public final class Generator<T extends @Nullable Object> implements Iterator<T>, AutoCloseable {
    /// What makes the elements.
    ///
    /// @param <T> the elements
    @FunctionalInterface
    public interface Body<T extends @Nullable Object> {
        /// Runs on the coroutine's own stack.
        ///
        /// @param out takes an element, and returns when the next one is asked for
        /// @throws Exception goes to the consumer
        void run(Consumer<T> out) throws Exception;
    }

    private static final Object NOTHING = new Object();

    private final Coroutine<@Nullable Object, @Nullable Object> coroutine;
    private @Nullable Object ahead = NOTHING;

    private Generator(String name, Body<T> body) {
        requireNonNull(body, "body");
        coroutine = Coroutine.of(name, (self, first) -> {
            body.run(self::handBack);
            return NOTHING;
        });
    }

    /// A generator. The body begins to run when the first element is asked for.
    ///
    /// @param name for messages
    /// @param body makes the elements
    /// @return the generator
    public static <T extends @Nullable Object> Generator<T> of(String name, Body<T> body) {
        return new Generator<>(name, body);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // NOTHING is one object
    public boolean hasNext() {
        if (ahead == NOTHING && !coroutine.dead()) {
            ahead = coroutine.resume(Ring.ofCaller(), null);
        }
        return ahead != NOTHING;
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // only elements are handed back
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Object element = ahead;
        ahead = NOTHING;
        return (T) element;
    }

    /// Gives up what has not been asked for: unwinds the body, see [Coroutine#close].
    @Override
    public void close() {
        ahead = NOTHING;
        coroutine.close();
    }
}
