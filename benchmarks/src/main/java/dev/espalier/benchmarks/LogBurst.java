package dev.espalier.benchmarks;

import dev.espalier.benchmarks.log.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Four threads log at once, ns for one line: as many lines as fit the queue, until the callers are done, and until
/// all lines are written and flushed. The threads wait at a barrier before; to start them would take as long
/// as to log. (A paced load: `samples/run logging`.)
///
/// What `nothing` takes is Logback's part, the same for all that stand on it.
@SuppressWarnings("NullAway.Init") // by start()
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch"})
public class LogBurst {
    private static final int THREADS = 4;
    private static final int EACH = 12_000;
    private static final int LINES = THREADS * EACH;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

    /// Which log.
    @Param({"espalier", "async", "log4j2", "sync", "nothing"})
    public String log;

    /// Where lines go. To a file it counts how often a log flushes.
    @Param({"file", "memory"})
    public String sink;

    private final CyclicBarrier begin = new CyclicBarrier(THREADS + 1);
    private final CyclicBarrier end = new CyclicBarrier(THREADS + 1);
    private final List<Thread> threads = new ArrayList<>();
    private Log running;
    private long logged;

    /// Starts it and the callers.
    @Setup(Level.Trial)
    public void start() {
        running = Log.start(log, sink);
        for (int i = 0; i < THREADS; i++) {
            Integer producer = i;
            threads.add(Thread.ofPlatform().start(() -> call(producer)));
        }
    }

    private void call(Object producer) {
        try {
            while (true) {
                begin.await();
                for (int n = 0; n < EACH; n++) {
                    running.log(producer, n);
                }
                end.await();
            }
        } catch (InterruptedException | BrokenBarrierException e) {
            // The end of the trial.
        }
    }

    /// Ends them.
    @TearDown(Level.Trial)
    public void stop() {
        threads.forEach(Thread::interrupt);
        running.close();
    }

    /// Lets the queue run empty.
    @Setup(Level.Invocation)
    public void awaitWritten() {
        long begun = System.nanoTime();
        while (running.written() < logged) {
            if (System.nanoTime() - begun > PATIENCE) {
                throw new IllegalStateException(running.written() + " of " + logged + " lines are written");
            }
            LockSupport.parkNanos(20_000);
        }
    }

    /// Until the last caller is done.
    @Benchmark
    @OperationsPerInvocation(LINES)
    public void callers() throws InterruptedException, BrokenBarrierException {
        begin.await();
        end.await();
        logged += LINES;
    }

    /// Until the last line is written.
    @Benchmark
    @OperationsPerInvocation(LINES)
    public void written() throws InterruptedException, BrokenBarrierException {
        callers();
        awaitWritten();
    }
}
