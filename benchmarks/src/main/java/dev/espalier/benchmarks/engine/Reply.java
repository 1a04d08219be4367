package dev.espalier.benchmarks.engine;

/// Where the answer to one ask goes.
///
/// @param <R> the answer
@FunctionalInterface
public interface Reply<R> {
    /// Answers; once.
    void reply(R value);
}
