/// The workloads, each written once for all [engines][dev.espalier.benchmarks.engine.Engine], and what is measured
/// outside JMH. `docs/benchmarks.md` says how they are run and read.
///
/// The ideas of most workloads are those of the Savina suite: S. Imam, V. Sarkar, *Savina – An Actor Benchmark Suite*,
/// AGERE! 2014. The code and the sizes are our own.
@NullMarked
package dev.espalier.benchmarks;

import org.jspecify.annotations.NullMarked;
