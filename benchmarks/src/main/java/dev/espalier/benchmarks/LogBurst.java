package dev.espalier.benchmarks;

import dev.espalier.benchmarks.log.Log;
import java.util.ArrayList;
import java.util.List;
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
/// all lines are written. (A paced load: `samples/run logging`.)
@SuppressWarnings("NullAway.Init") // by start()
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(value = 3, jvmArgsAppend = "-Xmx1g")
public class LogBurst {
    private static final int THREADS = 4;
    private static final int EACH = 12_000;
    private static final int LINES = THREADS * EACH;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

    /// Which log.
    @Param({"espalier", "async", "log4j2", "sync"})
    public String log;

    private Log running;
    private long logged;

    /// Starts it.
    @Setup(Level.Trial)
    public void start() {
        running = Log.start(log);
    }

    /// Ends it.
    @TearDown(Level.Trial)
    public void stop() {
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
    public void callers() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Integer producer = i;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int n = 0; n < EACH; n++) {
                    running.log(producer, n);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        logged += LINES;
    }

    /// Until the last line is written.
    @Benchmark
    @OperationsPerInvocation(LINES)
    public void written() throws InterruptedException {
        callers();
        awaitWritten();
    }
}
