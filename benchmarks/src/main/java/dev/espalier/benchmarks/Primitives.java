package dev.espalier.benchmarks;

import dev.espalier.sync.BinarySemaphore;
import dev.espalier.sync.Compute;
import dev.espalier.sync.Lock;
import dev.espalier.sync.MVar;
import dev.espalier.sync.Monitor;
import dev.espalier.sync.Progress;
import dev.espalier.sync.Promise;
import dev.espalier.sync.Queue;
import dev.espalier.sync.Semaphore;
import dev.espalier.sync.Signal;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// The primitives of `dev.espalier.sync` against their nearest relatives in `java.util.concurrent`. `…Alone`: nobody
/// else wants it; `…Fight`: two platform threads do. Relatives are fair where ours are.
@SuppressWarnings({"NullAway.Init", "LockNotBeforeTry"}) // by choose(); nothing can throw in between
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch"})
public class Primitives {
    private static final int ROUND_TRIPS = 1_000;
    private static final Integer VALUE = 1;

    /// `espalier` or `juc`.
    @Param({"espalier", "juc"})
    public String engine;

    private boolean ours;
    private final Semaphore semaphore = new Semaphore(1);
    private final java.util.concurrent.Semaphore jucSemaphore = new java.util.concurrent.Semaphore(1, true);
    private final BinarySemaphore binary = new BinarySemaphore(true);
    private final Lock lock = new Lock();
    private final Monitor monitor = new Monitor();
    private final ReentrantLock jucLock = new ReentrantLock(true);
    private final Queue<Integer> queue = Queue.bounded(64);
    private final ArrayBlockingQueue<Integer> jucQueue = new ArrayBlockingQueue<>(64, true);
    private final MVar<Integer> box = new MVar<>();
    private final ArrayBlockingQueue<Integer> jucBox = new ArrayBlockingQueue<>(1, true);
    private final Progress progress = new Progress();
    private final AtomicLong jucProgress = new AtomicLong();
    private final ExecutorService platformThreads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());

    /// Chooses the engine.
    @Setup(Level.Trial)
    public void choose() {
        ours = engine.equals("espalier");
    }

    /// Ends the pool.
    @TearDown(Level.Trial)
    public void close() {
        platformThreads.shutdown();
    }

    /// A unit taken and given back; the relative is fair, too.
    @Benchmark
    @Threads(1)
    public void semaphoreAlone() throws InterruptedException {
        if (ours) {
            semaphore.acquire();
            semaphore.release();
        } else {
            jucSemaphore.acquire();
            jucSemaphore.release();
        }
    }

    /// Two threads want it.
    @Benchmark
    @Threads(2)
    public void semaphoreFight() throws InterruptedException {
        if (ours) {
            semaphore.acquire();
            semaphore.release();
        } else {
            jucSemaphore.acquire();
            jucSemaphore.release();
        }
    }

    /// The same with two states.
    @Benchmark
    @Threads(1)
    public void binaryAlone() throws InterruptedException {
        if (ours) {
            binary.acquire();
            binary.release();
        } else {
            jucSemaphore.acquire();
            jucSemaphore.release();
        }
    }

    /// Two threads want it.
    @Benchmark
    @Threads(2)
    public void binaryFight() throws InterruptedException {
        if (ours) {
            binary.acquire();
            binary.release();
        } else {
            jucSemaphore.acquire();
            jucSemaphore.release();
        }
    }

    /// Against a fair `ReentrantLock`.
    @Benchmark
    @Threads(1)
    public void lockAlone() throws InterruptedException {
        if (ours) {
            lock.lock();
            lock.unlock();
        } else {
            jucLock.lock();
            jucLock.unlock();
        }
    }

    /// Two threads want it.
    @Benchmark
    @Threads(2)
    public void lockFight() throws InterruptedException {
        if (ours) {
            lock.lock();
            lock.unlock();
        } else {
            jucLock.lock();
            jucLock.unlock();
        }
    }

    /// Against a fair `ReentrantLock`, which has no waiters that leaving has to look for.
    @Benchmark
    @Threads(1)
    public void monitorAlone() throws InterruptedException {
        if (ours) {
            monitor.enter();
            monitor.leave();
        } else {
            jucLock.lock();
            jucLock.unlock();
        }
    }

    /// Two threads want it.
    @Benchmark
    @Threads(2)
    public void monitorFight() throws InterruptedException {
        if (ours) {
            monitor.enter();
            monitor.leave();
        } else {
            jucLock.lock();
            jucLock.unlock();
        }
    }

    /// Against a fair `ArrayBlockingQueue`.
    @Benchmark
    @Threads(1)
    public void queueAlone() throws InterruptedException {
        if (ours) {
            queue.add(VALUE);
            queue.pop();
        } else {
            jucQueue.put(VALUE);
            jucQueue.take();
        }
    }

    /// Two threads want it.
    @Benchmark
    @Threads(2)
    public void queueFight() throws InterruptedException {
        if (ours) {
            queue.add(VALUE);
            queue.pop();
        } else {
            jucQueue.put(VALUE);
            jucQueue.take();
        }
    }

    /// An `MVar` against a fair `ArrayBlockingQueue` with one place.
    @Benchmark
    @Threads(1)
    public void boxAlone() throws InterruptedException {
        if (ours) {
            box.put(VALUE);
            box.take();
        } else {
            jucBox.put(VALUE);
            jucBox.take();
        }
    }

    /// A step; an `AtomicLong` is no equal, since nobody can wait for it.
    @Benchmark
    public long progressAlone() {
        return ours ? progress.advance() : jucProgress.incrementAndGet();
    }

    /// Made, gone and waited for; against a `CountDownLatch`.
    @Benchmark
    public boolean signalAlone() throws InterruptedException {
        if (ours) {
            Signal signal = new Signal();
            signal.go();
            signal.waitForGo();
            return signal.isGo();
        }
        CountDownLatch latch = new CountDownLatch(1);
        latch.countDown();
        latch.await();
        return latch.getCount() == 0;
    }

    /// Made, kept and read; against a `CompletableFuture`.
    @Benchmark
    public Integer promiseAlone() {
        if (ours) {
            Promise<Integer> promise = new Promise<>();
            promise.complete(VALUE);
            return promise.get();
        }
        CompletableFuture<Integer> future = new CompletableFuture<>();
        future.complete(VALUE);
        return future.join();
    }

    /// From a green thread to a platform thread and back; against a pool that grows and a future.
    @Benchmark
    @OperationsPerInvocation(ROUND_TRIPS)
    public void computeRoundTrip() throws InterruptedException {
        Thread.ofVirtual()
                .start(() -> {
                    for (int i = 0; i < ROUND_TRIPS; i++) {
                        int each = i;
                        if (ours) {
                            Compute.call(() -> each);
                        } else {
                            CompletableFuture.supplyAsync(() -> each, platformThreads)
                                    .join();
                        }
                    }
                })
                .join();
    }
}
