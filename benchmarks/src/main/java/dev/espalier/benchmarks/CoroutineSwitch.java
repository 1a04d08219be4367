package dev.espalier.benchmarks;

import dev.espalier.sync.Coroutine;
import dev.espalier.sync.Generator;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Switches between coroutines, ns for one. The backend is that of the JVM: with `-jvmArgsAppend
/// --add-exports=java.base/jdk.internal.vm=ALL-UNNAMED` the JDK's continuation. Coroutines are made in each invocation:
/// those over a continuation stay on their thread.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CoroutineSwitch {
    private static final int SWITCHES = 20_000;

    /// Whether the root is a green thread.
    @Param({"true", "false"})
    public boolean green;

    /// To a coroutine and back to the root: two switches.
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void rootAndCoroutine() throws InterruptedException {
        onRoot(() -> {
            try (Coroutine<Integer, Integer> echo = Coroutine.of("echo", CoroutineSwitch::echo)) {
                for (int i = 0; i < SWITCHES / 2; i++) {
                    echo.switchTo(i);
                }
            }
        });
    }

    /// Between two coroutines.
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void twoCoroutines() throws InterruptedException {
        onRoot(() -> {
            var pair = new Pair();
            pair.one.switchTo(SWITCHES);
            pair.one.close();
            pair.two.close();
        });
    }

    /// One element of a generator.
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void element() throws InterruptedException {
        onRoot(() -> {
            try (Generator<Integer> numbers = Generator.of("numbers", CoroutineSwitch::count)) {
                for (int i = 0; i < SWITCHES; i++) {
                    numbers.next();
                }
            }
        });
    }

    private static Integer echo(Coroutine<Integer, Integer> self, Integer first) {
        for (int got = first; ; ) {
            got = self.handBack(got + 1);
        }
    }

    private static void count(Consumer<Integer> out) {
        for (int i = 0; ; i++) {
            out.accept(i);
        }
    }

    /// Each switches to the other until the number is used up.
    private static final class Pair {
        final Coroutine<Integer, Integer> one = Coroutine.of("one", (self, first) -> pass(self, first, true));
        final Coroutine<Integer, Integer> two = Coroutine.of("two", (self, first) -> pass(self, first, false));

        private Integer pass(Coroutine<Integer, Integer> self, Integer first, boolean toTwo) {
            Coroutine<Integer, Integer> other = toTwo ? two : one;
            for (int left = first; ; ) {
                left = left == 0 ? self.handBack(0) : other.switchTo(left - 1);
            }
        }
    }

    private void onRoot(Runnable work) throws InterruptedException {
        if (green) {
            Thread.startVirtualThread(work).join();
        } else {
            work.run();
        }
    }
}
