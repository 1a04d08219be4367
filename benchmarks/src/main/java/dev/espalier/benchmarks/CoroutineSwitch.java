package dev.espalier.benchmarks;

import dev.espalier.sync.Coroutine;
import dev.espalier.sync.Generator;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Switches between coroutines, ns for one. The backend is that of the JVM: with `-jvmArgsAppend
/// --add-exports=java.base/jdk.internal.vm=ALL-UNNAMED` the JDK's continuation.
@SuppressWarnings("NullAway.Init") // by make()
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class CoroutineSwitch {
    private static final int SWITCHES = 10_000;

    /// Whether the root is a green thread.
    @Param({"true", "false"})
    public boolean green;

    private Coroutine<Integer, Integer> echo;
    private Coroutine<Integer, Integer> one;
    private Coroutine<Integer, Integer> two;
    private Generator<Integer> numbers;

    /// Makes them.
    @Setup(Level.Trial)
    public void make() {
        echo = Coroutine.of("echo", (self, first) -> {
            for (int got = first; ; ) {
                got = self.handBack(got + 1);
            }
        });
        one = Coroutine.of("one", (self, first) -> {
            for (int left = first; ; ) {
                left = left == 0 ? self.handBack(0) : two.switchTo(left - 1);
            }
        });
        two = Coroutine.of("two", (self, first) -> {
            for (int left = first; ; ) {
                left = left == 0 ? self.handBack(0) : one.switchTo(left - 1);
            }
        });
        numbers = Generator.of("numbers", out -> {
            for (int i = 0; ; i++) {
                out.accept(i);
            }
        });
    }

    /// Unwinds them.
    @TearDown(Level.Trial)
    public void close() {
        echo.close();
        one.close();
        two.close();
        numbers.close();
    }

    /// To a coroutine and back to the root: two switches.
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void rootAndCoroutine() throws InterruptedException {
        onRoot(() -> {
            for (int i = 0; i < SWITCHES / 2; i++) {
                echo.switchTo(i);
            }
        });
    }

    /// Between two coroutines.
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void twoCoroutines() throws InterruptedException {
        onRoot(() -> one.switchTo(SWITCHES));
    }

    /// One element of a generator.
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void element() throws InterruptedException {
        onRoot(() -> {
            for (int i = 0; i < SWITCHES; i++) {
                numbers.next();
            }
        });
    }

    private void onRoot(Runnable work) throws InterruptedException {
        if (green) {
            Thread.startVirtualThread(work).join();
        } else {
            work.run();
        }
    }
}
