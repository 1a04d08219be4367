package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SignalTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

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
    void shouldGoWithEitherSourceWhenOr() {
        for (int which = 0; which < 2; which++) {
            Signal[] sources = {new Signal(), new Signal()};
            Signal or = sources[0].or(sources[1]);
            var ran = new AtomicInteger();
            or.onGo(ran::incrementAndGet);
            assertFalse(or.isGo());
            sources[which].go();
            assertTrue(or.isGo());
            assertFalse(or.go());
            assertEquals(1, ran.get());
            assertEquals(0, sources[1 - which].liveListeners());
            sources[1 - which].go();
            assertEquals(1, ran.get());
        }
    }

    @Test
    void shouldGoWithTheLastSourceWhenAnd() {
        for (int first = 0; first < 2; first++) {
            Signal[] sources = {new Signal(), new Signal()};
            Signal and = sources[0].and(sources[1]);
            var ran = new AtomicInteger();
            and.onGo(ran::incrementAndGet);
            sources[first].go();
            assertFalse(and.isGo());
            assertEquals(0, ran.get());
            sources[1 - first].go();
            assertTrue(and.isGo());
            assertEquals(1, ran.get());
        }
    }

    @Test
    void shouldKeepTheIdentities() {
        var a = new Signal();
        var gone = new Signal();
        gone.go();
        assertSame(a, a.or(a));
        assertSame(a, a.and(a));
        assertTrue(a.or(gone).isGo());
        assertTrue(gone.or(a).isGo());
        assertFalse(a.and(gone).isGo());
        assertTrue(gone.and(gone.or(a)).isGo());
        assertFalse(Signal.any().isGo());
        assertTrue(Signal.all().isGo());
        Signal and = a.and(gone);
        a.go();
        assertTrue(and.isGo());
    }

    @Test
    void shouldNotMakeTheSourcesGoWhenTheCompositeDoes() {
        var a = new Signal();
        var b = new Signal();
        Signal inner = a.or(b);
        Signal outer = inner.and(new Signal()).or(new Signal()).or(inner);
        var ran = new AtomicInteger();
        outer.onGo(ran::incrementAndGet);
        assertTrue(inner.go());
        assertTrue(outer.isGo());
        assertEquals(1, ran.get());
        assertFalse(a.isGo() || b.isGo());
        assertEquals(0, a.liveListeners() + b.liveListeners());
    }

    @Test
    void shouldRemoveTheTriggersWhenAListenerOfACompositeIsRemoved() {
        var a = new Signal();
        var b = new Signal();
        Registration registration = a.or(b).and(a).onGo(() -> {});
        assertTrue(a.liveListeners() > 0);
        assertTrue(registration.remove());
        assertFalse(registration.remove());
        assertEquals(0, a.liveListeners() + b.liveListeners());
    }

    @Test
    void shouldAgreeWithAModelWhenTreesAreRandom() {
        for (long seed = 0; seed < 2000; seed++) {
            compareWithModel(seed);
        }
    }

    private static void compareWithModel(long seed) {
        var random = new java.util.SplittableRandom(seed);
        int leaves = 6;
        int nodes = 14;
        Signal[] signals = new Signal[nodes];
        int[][] sources = new int[nodes][];
        boolean[] gone = new boolean[nodes];
        int[] runs = new int[nodes];
        for (int i = 0; i < nodes; i++) {
            if (i < leaves) {
                signals[i] = new Signal();
                continue;
            }
            int left = random.nextInt(i);
            int right = (left + 1 + random.nextInt(i - 1)) % i;
            boolean both = random.nextBoolean();
            sources[i] = new int[] {left, right, both ? 1 : 0};
            signals[i] = both ? signals[left].and(signals[right]) : signals[left].or(signals[right]);
            int node = i;
            if (random.nextInt(3) > 0) {
                signals[i].onGo(() -> runs[node]++);
            } else {
                runs[i] = -1;
            }
        }
        while (!allTrue(gone)) {
            int which = random.nextInt(nodes);
            assertEquals(!gone[which], signals[which].go(), () -> "go, seed " + seed);
            gone[which] = true;
            for (int i = leaves; i < nodes; i++) {
                boolean left = gone[sources[i][0]];
                boolean right = gone[sources[i][1]];
                gone[i] |= sources[i][2] == 1 ? left && right : left || right;
            }
            for (int i = 0; i < nodes; i++) {
                int node = i;
                assertEquals(gone[i], signals[i].isGo(), () -> "node " + node + ", seed " + seed);
                if (i >= leaves && runs[i] >= 0) {
                    assertEquals(gone[i] ? 1 : 0, runs[i], () -> "runs of " + node + ", seed " + seed);
                }
            }
        }
    }

    private static boolean allTrue(boolean[] values) {
        for (boolean value : values) {
            if (!value) {
                return false;
            }
        }
        return true;
    }

    @Test
    @Tag("slow")
    void shouldReleaseALongChainOfTillsWhenItWent() throws Exception {
        VirtualTime.run(() -> {
            var collected = new ReferenceQueue<Till>();
            var first = new WeakReference<>(Till.after(Duration.ofHours(1)), collected);
            Signal chain = chain(first.get());
            var ran = new AtomicInteger();
            chain.onGo(ran::incrementAndGet);
            assertFalse(chain.isGo());
            Strand.sleep(Duration.ofHours(2));
            assertEquals(1, ran.get());
            assertTrue(chain.isGo());
            assertSame(first, afterCollection(collected));
            assertTrue(chain.isGo());
        });
    }

    /// The reference that the collector hands over; null if it finds none to clear.
    private static Reference<?> afterCollection(ReferenceQueue<?> collected) throws InterruptedException {
        Reference<?> cleared = null;
        for (int i = 0; i < 10 && cleared == null; i++) {
            System.gc();
            cleared = collected.remove(1_000); // the collector enqueues it on a thread of its own
        }
        return cleared;
    }

    private static Signal chain(Till first) {
        Signal chain = first;
        for (int i = 0; i < 100_000; i++) {
            chain = chain.or(Till.after(Duration.ofHours(1).plusNanos(i)));
        }
        return chain;
    }

    @Test
    @Tag("slow")
    void shouldGoOnceWithTheLastWhenAllOfManyRace() throws Exception {
        for (int round = 0; round < 100; round++) {
            Signal[] sources = new Signal[1000];
            Arrays.setAll(sources, i -> new Signal());
            var ran = new AtomicInteger();
            Signal all = Signal.all(sources);
            all.onGo(ran::incrementAndGet);
            inThreads(4, thread -> {
                for (int i = thread; i < sources.length; i += 4) {
                    assertFalse(all.isGo());
                    sources[i].go();
                    if (i >= sources.length - 4) {
                        return;
                    }
                }
            });
            assertTrue(all.isGo());
            assertEquals(1, ran.get());
        }
    }

    @Test
    void shouldKeepAtMostOneListenerWhenCompositesAreMadeInALoop() throws Exception {
        VirtualTime.run(() -> {
            var pleaseStop = new Signal("pleaseStop");
            for (int i = 0; i < 1000; i++) {
                var till = Till.after(SECOND);
                assertTrue(pleaseStop.liveListeners() <= 1);
                if (i < 500) {
                    till.or(pleaseStop).waitForGo();
                    assertTrue(till.isGo());
                } else {
                    till.or(pleaseStop).isGo();
                    till.remove();
                }
                assertFalse(pleaseStop.isGo());
            }
            assertEquals(0, pleaseStop.liveListeners());
            assertTrue(pleaseStop.cells() <= 18);
            assertEquals(0, VirtualTime.pendingAlarms());
        });
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

    @Test
    @Tag("slow")
    void shouldMissNoSourceWhenItGoesWhileAListenerIsRegistered() throws Exception {
        int count = 20_000;
        Signal[] sources = new Signal[count];
        Signal[] composites = new Signal[count];
        for (int i = 0; i < count; i++) {
            sources[i] = new Signal();
            composites[i] = sources[i].or(new Signal()).or(new Signal());
        }
        var runs = new AtomicIntegerArray(count);
        var turn = new AtomicInteger();
        inThreads(2, thread -> {
            for (int i = 0; i < count; i++) {
                int number = i;
                turn.incrementAndGet(); // keeps the two together
                while (turn.get() < 2 * (i + 1)) {
                    Thread.onSpinWait();
                }
                if (thread == 0) {
                    sources[i].go();
                } else {
                    composites[i].onGo(() -> runs.incrementAndGet(number));
                }
            }
        });
        for (int i = 0; i < count; i++) {
            assertEquals(1, runs.get(i));
            assertEquals(0, sources[i].cells());
        }
    }

    interface ThreadBody {
        void run(int number) throws Exception;
    }

    /// Runs the body in that many strands at once, green and platform by turns, and fails if one fails.
    static void inThreads(int count, ThreadBody body) throws Exception {
        var ready = new CountDownLatch(count);
        var errors = new java.util.concurrent.ConcurrentLinkedQueue<Throwable>();
        var strands = new ArrayList<Strand>();
        for (int i = 0; i < count; i++) {
            int number = i;
            Runnable worker = () -> {
                try {
                    ready.countDown();
                    assertTrue(ready.await(20, TimeUnit.SECONDS));
                    body.run(number);
                } catch (Throwable error) {
                    errors.add(error);
                }
            };
            String name = "worker-" + i;
            strands.add(i % 2 == 0 ? Strand.start(name, worker) : Strand.startPlatform(name, true, worker));
        }
        for (Strand strand : strands) {
            assertTrue(strand.join(Duration.ofSeconds(50)), strand::toString);
        }
        if (!errors.isEmpty()) {
            throw new AssertionError(errors.toString(), errors.peek());
        }
    }
}
