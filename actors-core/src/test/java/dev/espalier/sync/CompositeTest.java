package dev.espalier.sync;

import static dev.espalier.sync.SignalFixture.SECOND;
import static dev.espalier.sync.SignalFixture.inThreads;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Signals made of signals.
class CompositeTest {
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
}
