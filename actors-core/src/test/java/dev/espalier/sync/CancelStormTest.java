package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Random cancels, from outside and on real threads, green and platform: none takes anything with it.
@Tag("slow")
class CancelStormTest {
    private static final int WORKERS = 6;
    /// The second run of this test, with one processor, is a shorter one.
    private static final int CANCELS = Runtime.getRuntime().availableProcessors() > 1 ? 100_000 : 20_000;

    /// Runs the call in cancel scopes again and again, until so many were cancelled in it.
    private static int storm(int cancels, IntConsumer call) throws Exception {
        var cancelled = new AtomicInteger();
        var scopes = new AtomicReferenceArray<CancelScope>(WORKERS);
        var working = new AtomicInteger(WORKERS);
        long seed = ThreadLocalRandom.current().nextLong();
        System.out.println("CancelStormTest: the seed is " + seed + "L");
        SignalFixture.inThreads(WORKERS + 2, thread -> {
            if (thread >= WORKERS) {
                var random = new SplittableRandom(seed + thread);
                while (working.get() > 0) {
                    CancelScope victim = scopes.get(random.nextInt(WORKERS));
                    if (victim != null) {
                        victim.cancel();
                    }
                    Strand.giveWay(5_000); // shorter ones do not park, and this may be the only carrier
                }
                return;
            }
            try {
                for (int calls = 0; cancelled.get() < cancels; calls++) {
                    if (calls % 16 == 0) {
                        Strand.giveWay(5_000); // calls that never wait would keep the only carrier
                    }
                    var scope = new CancelScope("call");
                    scopes.set(thread, scope);
                    try {
                        scope.run(() -> call.accept(thread));
                    } catch (CancelledException e) {
                        assertTrue(e.isFrom(scope));
                        cancelled.incrementAndGet();
                    }
                }
            } finally {
                working.decrementAndGet();
            }
        });
        return cancelled.get();
    }

    @Tag("long")
    @Test
    void shouldLoseNoUnitOfASemaphore() throws Exception {
        var semaphore = new Semaphore(2);
        int cancelled = storm(CANCELS, thread -> {
            int units = 1 + thread % 2;
            semaphore.acquire(units);
            try {
                Strand.giveWay(5_000);
            } finally {
                semaphore.release(units);
            }
        });
        assertTrue(cancelled >= CANCELS);
        assertEquals(2, semaphore.available());
        assertEquals(0, semaphore.waiting());
    }

    @Test
    void shouldLoseNoValueOfABox() throws Exception {
        var box = new MVar<>(0);
        var taken = new AtomicInteger();
        storm(CANCELS / 10, thread -> {
            if (thread % 2 == 0) {
                int value = box.take();
                taken.incrementAndGet();
                CancelScope.shield(() -> box.put(value + 1));
            } else {
                box.modify(value -> {
                    Strand.giveWay(5_000);
                    taken.incrementAndGet();
                    return value + 1;
                });
            }
        });
        assertEquals(taken.get(), box.take());
        assertEquals(0, box.waiting());
    }

    @Test
    void shouldLeaveALockFreeAndLetOneInAtATime() throws Exception {
        var lock = new Lock();
        var inside = new int[1];
        var entered = new AtomicInteger();
        storm(CANCELS / 10, thread -> {
            boolean has = true;
            switch (thread % 3) {
                case 0 -> lock.lock();
                case 1 -> has = lock.lock(Duration.ofNanos(1_000));
                default -> has = lock.tryLock();
            }
            if (has) {
                inside[0]++;
                entered.incrementAndGet();
                Strand.giveWay(1_000);
                lock.unlock();
            }
        });
        assertEquals(entered.get(), inside[0]);
        assertNull(lock.owner());
        assertEquals(0, lock.waiting());
        assertTrue(lock.tryLock());
    }

    @Tag("long")
    @Test
    void shouldLoseNoValueOfAChannelAndNoWakeUpOfASelect() throws Exception {
        Channel<Integer> channel = Channel.bounded(1);
        Channel<Integer> meeting = Channel.rendezvous();
        var sent = new AtomicInteger();
        var received = new AtomicInteger();
        storm(CANCELS / 10, thread -> {
            switch (thread) {
                case 0 -> {
                    channel.send(1);
                    sent.incrementAndGet();
                }
                case 1 ->
                    sent.addAndGet(Select.<Integer>of()
                            .send(meeting, 1, () -> 1)
                            .send(channel, 1, () -> 1)
                            .await());
                case 2 -> received.addAndGet(channel.receive().orElseThrow());
                case 3 ->
                    received.addAndGet(channel.receive(Duration.ofNanos(100)).orElse(0));
                default ->
                    received.addAndGet(Select.<Integer>of()
                            .receive(meeting, value -> value.orElse(0))
                            .receive(channel, value -> value.orElse(0))
                            .await());
            }
        });
        assertTrue(sent.get() > 0);
        assertEquals(sent.get(), received.get() + channel.size());
        assertEquals(0, channel.hub().waiting() + meeting.hub().waiting());
    }

    @Test
    void shouldKeepNothingOfAMillionWaits() throws Exception {
        var semaphore = new Semaphore(0);
        Channel<Integer> channel = Channel.rendezvous();
        var never = new Signal();
        VirtualTime.run(() -> {
            waits(1_000, semaphore, channel, never); // what is made once
            long before = used();
            waits(1_000_000, semaphore, channel, never);
            long kept = used() - before;
            assertTrue(kept < 2_000_000, () -> kept + " bytes are kept");
        });
        assertEquals(0, semaphore.waiting() + channel.hub().waiting());
        assertTrue(never.cells() < 100);
    }

    private static void waits(int count, Semaphore semaphore, Channel<Integer> channel, Signal never) {
        var nanosecond = Duration.ofNanos(1);
        var select = Select.<Integer>of()
                .receive(channel, value -> value.orElse(0))
                .send(channel, 1, () -> 1)
                .onGo(never, () -> 0);
        for (int i = 0; i < count; i++) {
            boolean none = switch (i % 3) {
                case 0 -> !semaphore.acquire(nanosecond);
                case 1 -> channel.receive(nanosecond).isEmpty();
                default -> select.await(nanosecond).isEmpty();
            };
            assertTrue(none);
        }
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
