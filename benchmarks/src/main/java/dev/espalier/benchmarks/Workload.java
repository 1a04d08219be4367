package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Engine;
import dev.espalier.benchmarks.engine.Engines;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// A workload with an engine to run on. One call of its benchmark method is one run with many messages; the score is
/// ns per message, or whatever the method's `@OperationsPerInvocation` counts.
///
/// A subclass has the parameter `engine` with the engines that it can run on.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xms4g", "-Xmx4g", "-XX:+AlwaysPreTouch"})
public abstract class Workload {
    /// The work is divided by this; more than 1 only to test it.
    int share = 1;

    private @Nullable Engine running;

    /// The name of the engine to run on.
    abstract String engineName();

    /// Makes the actors that serve all runs.
    void prepare() {}

    /// Starts the engine and what is to be there before the first run.
    @Setup(Level.Trial)
    public void setUp() {
        use(Engines.start(engineName()));
    }

    /// Ends the engine.
    @TearDown(Level.Trial)
    public void tearDown() {
        engine().close();
    }

    void use(Engine engine) {
        running = engine;
        prepare();
    }

    Engine engine() {
        if (running == null) {
            throw new IllegalStateException("no engine has been started");
        }
        return running;
    }

    int shareOf(int whole) {
        return Math.max(1, whole / share);
    }
}
