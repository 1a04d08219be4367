package dev.espalier.sync;

import static dev.espalier.sync.SignalFixture.SECOND;
import static dev.espalier.sync.SignalFixture.inThreads;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SignalTest {
    @Test
    void shouldGoOnlyOnce() {
        var signal = new Signal("stop");
        assertFalse(signal.isGo());
        assertEquals("stop[waiting]", signal.toString());
        assertTrue(signal.go());
        assertFalse(signal.go());
        assertTrue(signal.isGo());
        assertEquals("stop[gone]", signal.toString());
    }

    @Test
    void shouldRunListenersInOrderWhenItGoes() {
        var signal = new Signal();
        var order = new ArrayList<Integer>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            signal.onGo(() -> order.add(number));
        }
        signal.go();
        assertEquals(List.of(0, 1, 2, 3, 4), order);
        signal.onGo(() -> order.add(5));
        assertEquals(6, order.size());
    }

    @Test
    void shouldRunTheOthersWhenAListenerThrows() {
        var signal = new Signal();
        var ran = new AtomicInteger();
        signal.onGo(() -> {
            throw new IllegalStateException("expected in this test");
        });
        signal.onGo(() -> {
            throw new AssertionError("expected in this test");
        });
        signal.onGo(ran::incrementAndGet);
        assertTrue(signal.go());
        assertEquals(1, ran.get());
    }

    @Test
    void shouldRunTheOthersWhenAListenerThrowsAndHasNoName() {
        var signal = new Signal();
        var ran = new AtomicInteger();
        signal.onGo(new Runnable() {
            @Override
            public void run() {
                throw new IllegalStateException("expected in this test");
            }

            @Override
            public String toString() {
                throw new IllegalStateException("no name");
            }
        });
        signal.onGo(ran::incrementAndGet);
        assertTrue(signal.go());
        assertEquals(1, ran.get());
    }

    @Test
    void shouldNotRunAListenerThatWasRemoved() {
        var signal = new Signal();
        var ran = new AtomicInteger();
        Registration removed = signal.onGo(ran::incrementAndGet);
        Registration kept = signal.onGo(ran::incrementAndGet);
        assertTrue(removed.remove());
        assertFalse(removed.remove());
        signal.go();
        assertFalse(kept.remove());
        assertEquals(1, ran.get());
    }

    @Test
    void shouldTellTruthfullyWhetherItWent() throws Exception {
        VirtualTime.run(() -> {
            var signal = new Signal();
            assertFalse(signal.waitForGo(SECOND));
            assertEquals(SECOND, VirtualTime.elapsed());
            assertFalse(signal.waitForGo(Till.after(SECOND)));
            assertEquals(SECOND.multipliedBy(2), VirtualTime.elapsed());
            Strand.current().schedule(Strand.deadlineAfter(SECOND), signal::go);
            assertTrue(signal.waitForGo(Till.after(SECOND.multipliedBy(2))));
            assertEquals(SECOND.multipliedBy(3), VirtualTime.elapsed());
            assertTrue(signal.waitForGo(Duration.ZERO));
            signal.waitForGo();
            assertEquals(0, signal.cells());
        });
    }

    @Test
    void shouldLeaveNoListenerWhenAWaitEnds() throws Exception {
        VirtualTime.run(() -> {
            var signal = new Signal();
            for (int i = 0; i < 1000; i++) {
                assertFalse(signal.waitForGo(Duration.ofNanos(1)));
            }
            assertEquals(0, signal.liveListeners());
            assertTrue(signal.cells() <= 18, () -> "kept " + signal.cells());
        });
    }

    @Test
    @Tag("slow")
    void shouldKeepNothingWhenTenMillionListenersComeAndGo() {
        var signal = new Signal();
        for (int i = 0; i < 100; i++) {
            signal.onGo(() -> {});
        }
        int most = 0;
        for (int i = 0; i < 10_000_000; i++) {
            signal.onGo(() -> {}).remove();
            most = Math.max(most, signal.cells());
        }
        int seen = most;
        assertTrue(seen <= 220, () -> "kept " + seen);
        assertEquals(100, signal.liveListeners());
    }

    @Test
    @Tag("slow")
    void shouldKeepNothingWhenManyThreadsRegisterAndRemove() throws Exception {
        var signal = new Signal();
        inThreads(4, thread -> {
            var open = new ArrayList<Registration>();
            for (int i = 0; i < 300_000; i++) {
                open.add(signal.onGo(() -> {}));
                if (open.size() == 10) {
                    open.forEach(Registration::remove);
                    open.clear();
                }
            }
        });
        assertEquals(0, signal.liveListeners());
        assertTrue(signal.cells() <= 100, () -> "kept " + signal.cells());
    }

    @Test
    @Tag("slow")
    void shouldRunEachListenerExactlyOnceWhenThreadsRace() throws Exception {
        for (int round = 0; round < 300; round++) {
            var signal = new Signal();
            int each = 100;
            var runs = new AtomicIntegerArray(4 * each);
            var removed = new AtomicIntegerArray(4 * each);
            var wins = new AtomicInteger();
            inThreads(4, thread -> {
                for (int i = 0; i < each; i++) {
                    int id = thread * each + i;
                    Registration registration = signal.onGo(() -> runs.incrementAndGet(id));
                    if (i % 3 == 0 && registration.remove()) {
                        removed.incrementAndGet(id);
                    }
                    if (i == 60 && signal.go()) {
                        wins.incrementAndGet();
                    }
                }
            });
            assertEquals(1, wins.get());
            for (int id = 0; id < 4 * each; id++) {
                assertEquals(1, runs.get(id) + removed.get(id), "listener " + id);
            }
        }
    }

    @Test
    void shouldLoseNoWakeUpWhenWaitersAndTheGoingInterleave() throws Exception {
        for (long seed = 0; seed < 300; seed++) {
            VirtualTime.run(seed, () -> {
                Signal[] signals = {new Signal(), new Signal(), new Signal()};
                Signal composite = signals[0].or(signals[1].and(signals[2]));
                for (int i = 0; i < 4; i++) {
                    Strand.start("waiter" + i, composite::waitForGo);
                }
                Strand.start("one", () -> {
                    VirtualTime.pause();
                    signals[1].go();
                });
                Strand.start("two", () -> {
                    VirtualTime.pause();
                    signals[2].go();
                });
            });
        }
    }

    @Test
    @Tag("slow")
    void shouldLoseNoWakeUpWhenRealThreadsWait() throws Exception {
        for (int round = 0; round < 3000; round++) {
            var a = new Signal();
            var b = new Signal();
            inThreads(3, thread -> {
                if (thread == 0) {
                    a.go();
                } else {
                    assertTrue((thread == 1 ? a : a.or(b)).waitForGo(Duration.ofSeconds(20)));
                }
            });
            assertEquals(0, b.liveListeners());
        }
    }

    @Test
    @Tag("slow")
    void shouldLoseNoListenerWhenPruningRacesWithRegisteringAndGoing() throws Exception {
        for (int round = 0; round < 200; round++) {
            var signal = new Signal();
            var kept = new AtomicInteger();
            var runs = new AtomicInteger();
            inThreads(3, thread -> {
                for (int i = 0; i < 2000; i++) {
                    if (i % 50 == 0) {
                        kept.incrementAndGet();
                        signal.onGo(runs::incrementAndGet);
                    } else {
                        signal.onGo(() -> {}).remove();
                    }
                    if (thread == 0 && i == 1500) {
                        signal.go();
                    }
                }
            });
            assertTrue(signal.isGo());
            assertEquals(kept.get(), runs.get());
        }
    }
}
