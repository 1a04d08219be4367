package dev.espalier.benchmarks;

import com.softwaremill.jox.Channel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A `Channel` against that of jox and against the queues of `java.util.concurrent`, ns for one value. Ours is fair;
/// of the others the `ArrayBlockingQueue` and the `SynchronousQueue` are told to be, jox's channel is, and the
/// `LinkedBlockingQueue` cannot be.
@SuppressWarnings("NullAway.Init") // by choose()
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch"})
public class Channels {
    private static final int VALUES = 10_000;
    private static final int PLACES = 64;
    private static final Integer VALUE = 1;

    /// `espalier`, `jox` or `juc`.
    @Param({"espalier", "jox", "juc"})
    public String engine;

    private Pipe bounded;
    private Pipe unbounded;
    private Pipe rendezvous;

    private interface Pipe {
        void send(Integer value) throws InterruptedException;

        Integer receive() throws InterruptedException;
    }

    private record Ours(dev.espalier.sync.Channel<Integer> channel) implements Pipe {
        @Override
        public void send(Integer value) {
            channel.send(value);
        }

        @Override
        public Integer receive() {
            return channel.receive().orElseThrow();
        }
    }

    private record Jox(Channel<Integer> channel) implements Pipe {
        @Override
        public void send(Integer value) throws InterruptedException {
            channel.send(value);
        }

        @Override
        public Integer receive() throws InterruptedException {
            return channel.receive();
        }
    }

    private record Juc(BlockingQueue<Integer> queue) implements Pipe {
        @Override
        public void send(Integer value) throws InterruptedException {
            queue.put(value);
        }

        @Override
        public Integer receive() throws InterruptedException {
            return queue.take();
        }
    }

    /// Makes those of the engine.
    @Setup(Level.Trial)
    public void choose() {
        switch (engine) {
            case "espalier" ->
                use(
                        new Ours(dev.espalier.sync.Channel.bounded(PLACES)),
                        new Ours(dev.espalier.sync.Channel.unbounded()),
                        new Ours(dev.espalier.sync.Channel.rendezvous()));
            case "jox" ->
                use(
                        new Jox(Channel.newBufferedChannel(PLACES)),
                        new Jox(Channel.newUnlimitedChannel()),
                        new Jox(Channel.newRendezvousChannel()));
            case "juc" ->
                use(
                        new Juc(new ArrayBlockingQueue<>(PLACES, true)),
                        new Juc(new LinkedBlockingQueue<>()),
                        new Juc(new SynchronousQueue<>(true)));
            default -> throw new IllegalArgumentException(engine);
        }
    }

    private void use(Pipe first, Pipe second, Pipe third) {
        bounded = first;
        unbounded = second;
        rendezvous = third;
    }

    /// One thread sends and receives.
    @Benchmark
    public Integer boundedAlone() throws InterruptedException {
        bounded.send(VALUE);
        return bounded.receive();
    }

    /// The same without a bound.
    @Benchmark
    public Integer unboundedAlone() throws InterruptedException {
        unbounded.send(VALUE);
        return unbounded.receive();
    }

    /// A green thread sends, another one receives.
    @Benchmark
    @OperationsPerInvocation(VALUES)
    public void boundedPair() throws InterruptedException {
        pass(bounded);
    }

    /// The same without a bound.
    @Benchmark
    @OperationsPerInvocation(VALUES)
    public void unboundedPair() throws InterruptedException {
        pass(unbounded);
    }

    /// The same without a place.
    @Benchmark
    @OperationsPerInvocation(VALUES)
    public void rendezvousPair() throws InterruptedException {
        pass(rendezvous);
    }

    private static void pass(Pipe pipe) throws InterruptedException {
        Thread sender = each(() -> pipe.send(VALUE));
        each(pipe::receive).join();
        sender.join();
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private static Thread each(Step step) {
        return Thread.startVirtualThread(() -> {
            try {
                for (int i = 0; i < VALUES; i++) {
                    step.run();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e); // nobody interrupts
            }
        });
    }
}
