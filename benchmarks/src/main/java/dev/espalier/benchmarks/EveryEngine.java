package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Engines;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// A workload that every engine can run.
@State(Scope.Benchmark)
public abstract class EveryEngine extends Workload {
    /// The engine's name.
    @Param({
        Engines.ESPALIER,
        Engines.ESPALIER_DEDICATED,
        Engines.PEKKO,
        Engines.PEKKO_TUNED,
        Engines.JOX,
        Engines.KOTLIN,
        Engines.THREADS
    })
    public String engine = Engines.ESPALIER;

    @Override
    String engineName() {
        return engine;
    }
}
