package dev.espalier.benchmarks;

import com.softwaremill.jox.Channel;
import dev.espalier.sync.Lock;
import dev.espalier.sync.MVar;
import dev.espalier.sync.Semaphore;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// The primitives of `dev.espalier.sync` against their nearest relatives. `…Alone`: one thread, nobody waits;
/// `…Fight`: four threads want the same. Relatives are fair where ours are.
@State(Scope.Group)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@Threads(1)
public class Primitives {
    private static final int FIGHTERS = 4;
    private static final Integer VALUE = 1;

    private final Semaphore semaphore = new Semaphore(1);
    private final java.util.concurrent.Semaphore jucSemaphore = new java.util.concurrent.Semaphore(1, true);
    private final Lock lock = new Lock();
    private final ReentrantLock jucLock = new ReentrantLock(true);
    private final MVar<Integer> box = new MVar<>();
    private final ArrayBlockingQueue<Integer> jucBox = new ArrayBlockingQueue<>(1, true);
    private final dev.espalier.sync.Channel<Integer> bounded = dev.espalier.sync.Channel.bounded(64);
    private final ArrayBlockingQueue<Integer> jucBounded = new ArrayBlockingQueue<>(64);
    private final Channel<Integer> joxBounded = Channel.newBufferedChannel(64);
    private final dev.espalier.sync.Channel<Integer> unbounded = dev.espalier.sync.Channel.unbounded();
    private final LinkedBlockingQueue<Integer> jucUnbounded = new LinkedBlockingQueue<>();
    private final dev.espalier.sync.Channel<Integer> meeting = dev.espalier.sync.Channel.rendezvous();
    private final SynchronousQueue<Integer> jucMeeting = new SynchronousQueue<>(true);
    private int counter;

    @Benchmark
    @Group("semaphoreAlone")
    public void semaphore() {
        semaphore.acquire();
        semaphore.release();
    }

    @Benchmark
    @Group("semaphoreAloneJuc")
    public void semaphoreJuc() throws InterruptedException {
        jucSemaphore.acquire();
        jucSemaphore.release();
    }

    @Benchmark
    @Group("semaphoreFight")
    @GroupThreads(FIGHTERS)
    public void semaphoreFight() {
        semaphore();
    }

    @Benchmark
    @Group("semaphoreFightJuc")
    @GroupThreads(FIGHTERS)
    public void semaphoreFightJuc() throws InterruptedException {
        semaphoreJuc();
    }

    @Benchmark
    @Group("lockAlone")
    public int lock() {
        lock.lock();
        try {
            return ++counter;
        } finally {
            lock.unlock();
        }
    }

    @Benchmark
    @Group("lockAloneJuc")
    public int lockJuc() {
        jucLock.lock();
        try {
            return ++counter;
        } finally {
            jucLock.unlock();
        }
    }

    @Benchmark
    @Group("lockFight")
    @GroupThreads(FIGHTERS)
    public int lockFight() {
        return lock();
    }

    @Benchmark
    @Group("lockFightJuc")
    @GroupThreads(FIGHTERS)
    public int lockFightJuc() {
        return lockJuc();
    }

    @Benchmark
    @Group("boxAlone")
    public int box() {
        box.put(VALUE);
        return box.take();
    }

    @Benchmark
    @Group("boxAloneJuc")
    public int boxJuc() throws InterruptedException {
        jucBox.put(VALUE);
        return jucBox.take();
    }

    @Benchmark
    @Group("boundedAlone")
    public int bounded() {
        bounded.send(VALUE);
        return bounded.receive().orElseThrow();
    }

    @Benchmark
    @Group("boundedAloneJuc")
    public int boundedJuc() throws InterruptedException {
        jucBounded.put(VALUE);
        return jucBounded.take();
    }

    @Benchmark
    @Group("boundedAloneJox")
    public int boundedJox() throws InterruptedException {
        joxBounded.send(VALUE);
        return joxBounded.receive();
    }

    @Benchmark
    @Group("unboundedAlone")
    public int unbounded() {
        unbounded.send(VALUE);
        return unbounded.receive().orElseThrow();
    }

    @Benchmark
    @Group("unboundedAloneJuc")
    public int unboundedJuc() throws InterruptedException {
        jucUnbounded.put(VALUE);
        return jucUnbounded.take();
    }

    @Benchmark
    @Group("rendezvousFight")
    @GroupThreads(1)
    public void meetingSend() {
        meeting.send(VALUE, java.time.Duration.ofMillis(100));
    }

    @Benchmark
    @Group("rendezvousFight")
    @GroupThreads(1)
    public Object meetingReceive() {
        return meeting.receive(java.time.Duration.ofMillis(100));
    }

    @Benchmark
    @Group("rendezvousFightJuc")
    @GroupThreads(1)
    public void meetingSendJuc() throws InterruptedException {
        jucMeeting.offer(VALUE, 100, TimeUnit.MILLISECONDS);
    }

    @Benchmark
    @Group("rendezvousFightJuc")
    @GroupThreads(1)
    public Object meetingReceiveJuc() throws InterruptedException {
        return jucMeeting.poll(100, TimeUnit.MILLISECONDS);
    }
}
