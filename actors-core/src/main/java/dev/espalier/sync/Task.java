package dev.espalier.sync;

import org.jspecify.annotations.Nullable;

/// A piece of code with a result; as [java.util.concurrent.Callable], but the compiler knows what it throws.
///
/// @param <T> the result
/// @param <X> what it throws; [RuntimeException] for code without checked exceptions
@FunctionalInterface
public interface Task<T extends @Nullable Object, X extends Exception> {
    /// Runs it.
    ///
    /// @return the result
    /// @throws X whatever went wrong
    T run() throws X;
}
