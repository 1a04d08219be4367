package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Address;
import dev.espalier.benchmarks.engine.Engines;
import dev.espalier.benchmarks.engine.Handler;
import dev.espalier.benchmarks.engine.Self;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Stops an idle tree with 100,000 leaves and waits until all have ended; to build it is not timed. The score is ns per
/// leaf. Either all leaves are children of one actor, or every actor has ten children.
///
/// Each engine stops in its default manner: Espalier one child after the other in reverse start order, Pekko all
/// children at once, threads by interrupt and join. jox and kotlin know no such stop beyond that of their threads and
/// jobs.
@BenchmarkMode(Mode.SingleShotTime)
@Warmup(iterations = 8)
@Measurement(iterations = 8)
@State(Scope.Benchmark)
public class StopTree extends Workload {
    private static final int LEAVES = 100_000;
    private static final int TEN = 10;

    private record Node(int leaves, int width, Finish started, Finish ended) implements Handler<Object> {
        @Override
        public void start(Self<Object> self) {
            started.done(1);
            if (leaves > 1) {
                int each = Math.max(1, leaves / width);
                for (int i = 0; i < width; i++) {
                    self.spawn(i, () -> new Node(each, width, started, ended));
                }
            }
        }

        @Override
        public void on(Object message, Self<Object> self) {
            throw new IllegalStateException("nobody sends anything");
        }

        @Override
        public void stopped() {
            ended.done(1);
        }
    }

    /// The engine's name.
    @Param({Engines.ESPALIER, Engines.ESPALIER_DEDICATED, Engines.PEKKO, Engines.PEKKO_TUNED, Engines.THREADS})
    public String engine = Engines.ESPALIER;

    /// The form of the tree: `flat` or `10-ary`.
    @Param({"flat", "10-ary"})
    public String shape = "flat";

    private Address<Object> top = message -> {};
    private Finish stopped = new Finish(0);
    private int actors;

    @Override
    String engineName() {
        return engine;
    }

    /// Builds a tree for one run.
    @Setup(Level.Invocation)
    public void build() {
        int leaves = shareOf(LEAVES);
        int width = shape.equals("flat") ? leaves : TEN;
        actors = 0;
        for (int level = leaves; level > 1; level /= width) {
            actors += level;
        }
        actors++;
        Finish started = new Finish(actors);
        stopped = new Finish(actors);
        top = engine().spawn(() -> new Node(leaves, width, started, stopped));
        started.await(actors);
    }

    /// One run.
    @Benchmark
    @OperationsPerInvocation(LEAVES)
    public void actor() {
        engine().stop(top);
        engine().awaitStopped(top);
        stopped.await(actors);
    }
}
