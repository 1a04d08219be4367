package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// In real time, for that is what it is about.
@Tag("slow")
class LateTimersTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int THREADS = 200;

    private static void await(Strand strand) {
        try {
            assertTrue(strand.thread().join(Duration.ofSeconds(30)), () -> strand + " goes on");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldNotWakeUpTooEarlyNorMuchTooLate() {
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        List<Strand> all = new ArrayList<>();
        long least = LateTimers.NEAR / 1_000_000;
        for (int i = 0; i < THREADS; i++) {
            long millis = least - 2 + i;
            all.add(Strand.start("sleeper", () -> {
                for (int n = 0; n < 3; n++) {
                    long began = System.nanoTime();
                    Strand.sleep(Duration.ofMillis(millis));
                    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                    if (took < millis || took > millis + 2_000) {
                        wrong.add(millis + " ms took " + took);
                    }
                }
            }));
        }
        all.forEach(LateTimersTest::await);
        assertEquals(List.of(), List.copyOf(wrong));
    }

    @Test
    void shouldLeaveNoTimerWhenTheWaitIsOverBefore() {
        Set<Runnable> before = PendingTimers.now();
        Signal go = new Signal();
        List<Strand> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            all.add(Strand.start("waiter", () -> assertTrue(go.waitForGo(LONG))));
        }
        Awaitility.await().until(() -> PendingTimers.now().size() >= before.size() + THREADS);
        go.go();
        all.forEach(LateTimersTest::await);
        Awaitility.await().until(() -> before.containsAll(PendingTimers.now()));
    }

    /// Waits of about as long as a round, so that strands wake up, and park again, while a round looks at them.
    @Test
    void shouldMissNoDeadlineAndLeaveNoTimerWhenRoundsMeetWaitsThatEnd() {
        long seed = System.nanoTime();
        Set<Runnable> before = PendingTimers.now();
        AtomicLong late = new AtomicLong();
        AtomicReference<Throwable> failed = new AtomicReference<>();
        List<Strand> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = new SplittableRandom(seed + i);
            Strand waiter = Strand.start("waiter", () -> {
                try {
                    live(random, late);
                } catch (Throwable thrown) {
                    failed.set(thrown);
                }
            });
            all.add(waiter);
        }
        all.forEach(LateTimersTest::await);
        assertEquals(null, failed.get(), () -> "seed " + seed);
        assertEquals(0, late.get(), () -> "seed " + seed);
        Awaitility.await().until(() -> before.containsAll(PendingTimers.now()));
    }

    private static void live(SplittableRandom random, AtomicLong late) {
        for (int n = 0; n < 100; n++) {
            Signal signal = new Signal();
            long wake = random.nextLong(2 * LateTimers.ROUND);
            if (random.nextInt(10) == 0) { // nobody wakes it but its timer
                long nanos = LateTimers.NEAR + 1 + wake;
                long began = System.nanoTime();
                assertFalse(signal.waitForGo(Duration.ofNanos(nanos)));
                if (System.nanoTime() - began > nanos + 5_000_000_000L) {
                    late.incrementAndGet();
                }
            } else {
                Till till = Till.after(Duration.ofNanos(wake));
                till.onGo(signal::go);
                assertTrue(signal.waitForGo(LONG));
            }
        }
    }

    /// Does something while a round makes a timer.
    private static Ground ground(Runnable meanwhile) {
        AtomicBoolean done = new AtomicBoolean();
        return (Ground) Proxy.newProxyInstance(
                Ground.class.getClassLoader(), new Class<?>[] {Ground.class}, (proxy, method, args) -> {
                    if (method.getName().equals("schedule") && done.compareAndSet(false, true)) {
                        meanwhile.run();
                    }
                    return method.invoke(RealGround.INSTANCE, args);
                });
    }

    @Test
    void shouldLeaveNoTimerWhenTheStrandWakesUpWhileItIsMade() {
        Set<Runnable> before = PendingTimers.now();
        AtomicReference<Strand> waiter = new AtomicReference<>();
        try (ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1)) {
            LateTimers timers = new LateTimers(
                    ground(() -> {
                        waiter.get().unpark();
                        await(waiter.get());
                    }),
                    executor);
            waiter.set(Strand.start("waiter", () -> {
                timers.park(Strand.current(), timers, Strand.deadlineAfter(LONG));
            }));
            await(waiter.get());
        }
        assertTrue(before.containsAll(PendingTimers.now()));
    }

    @Test
    void shouldMissNoDeadlineWhenTheStrandParksAgainWhileItsTimerIsMade() {
        AtomicReference<Strand> waiter = new AtomicReference<>();
        AtomicBoolean again = new AtomicBoolean();
        try (ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1)) {
            LateTimers timers = new LateTimers(
                    ground(() -> {
                        waiter.get().unpark();
                        Thread thread = waiter.get().thread();
                        Awaitility.await().until(() -> again.get() && thread.getState() == Thread.State.WAITING);
                    }),
                    executor);
            waiter.set(Strand.start("waiter", () -> {
                timers.park(Strand.current(), timers, Strand.deadlineAfter(LONG));
                again.set(true);
                timers.park(Strand.current(), timers, System.nanoTime() + 2 * LateTimers.NEAR);
            }));
            await(waiter.get());
        }
    }

    @Test
    void shouldMakeNoTimerForShortWaits() {
        Set<Runnable> before = PendingTimers.now();
        int rounds = RealGround.INSTANCE.late.rounds();
        AtomicLong most = new AtomicLong();
        long began = System.nanoTime();
        await(Strand.start("pair", () -> {
            Channel<Integer> there = Channel.rendezvous();
            Channel<Integer> back = Channel.rendezvous();
            Strand other = Strand.start("other", () -> there.forEach(back::send));
            for (int i = 0; i < 20_000; i++) {
                assertTrue(there.send(i, LONG));
                assertEquals(i, back.receive(LONG).orElseThrow());
                if (i % 1_000 == 0) {
                    most.accumulateAndGet(PendingTimers.now().size() - before.size(), Math::max);
                }
            }
            there.close();
            await(other);
        }));
        int looked = RealGround.INSTANCE.late.rounds() - rounds;
        long due = (System.nanoTime() - began) / LateTimers.ROUND + 2;
        assertTrue(looked > 0 && looked <= due, () -> looked + " rounds, not " + due);
        assertTrue(most.get() <= 2, () -> most + " timers");
    }
}
