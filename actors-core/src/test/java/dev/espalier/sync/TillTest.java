package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TillTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldGoExactlyAtItsTimeWhenTheClockIsVirtual() throws Exception {
        VirtualTime.run(() -> {
            var till = Till.after(SECOND);
            assertEquals(SECOND, till.remaining());
            Strand.sleep(SECOND.minusNanos(1));
            assertFalse(till.isGo());
            assertEquals(Duration.ofNanos(1), till.remaining());
            till.waitForGo();
            assertEquals(SECOND, VirtualTime.elapsed());
            assertEquals(Duration.ZERO, till.remaining());
        });
    }

    @Test
    @Tag("slow")
    void shouldNeverBeEarlyWhenTheClockIsReal() {
        for (int i = 0; i < 40; i++) {
            Duration duration = Duration.ofNanos(100_000L * i + 1);
            long begin = System.nanoTime();
            Till.after(duration).waitForGo();
            long took = System.nanoTime() - begin;
            assertTrue(took >= duration.toNanos(), () -> took + " ns instead of " + duration);
        }
    }

    @Test
    void shouldGoAtOnceWhenItsTimeHasCome() throws Exception {
        VirtualTime.run(() -> {
            assertTrue(Till.after(Duration.ZERO).isGo());
            assertTrue(Till.at(Strand.now() - 1).isGo());
            assertEquals(0, VirtualTime.pendingAlarms());
        });
    }

    @Test
    void shouldNotGoByTimeWhenRemoved() throws Exception {
        VirtualTime.run(() -> {
            var till = Till.after(SECOND);
            assertTrue(till.remove());
            assertFalse(till.remove());
            assertEquals(0, VirtualTime.pendingAlarms());
            Strand.sleep(SECOND.multipliedBy(2));
            assertFalse(till.isGo());
            assertTrue(till.go());
        });
    }

    @Test
    void shouldLeaveTheTimerWhenMadeToGo() throws Exception {
        VirtualTime.run(() -> {
            var till = Till.after(SECOND);
            assertTrue(till.go());
            assertFalse(till.remove());
            assertEquals(0, VirtualTime.pendingAlarms());
        });
    }

    /// By default, the executor below would keep a task that was cancelled until its time.
    @Test
    void shouldNotStayInTheRealTimerWhenRemoved() {
        Set<Runnable> before = PendingTimers.now();
        for (int i = 0; i < 1_000; i++) {
            assertTrue(Till.after(Duration.ofHours(1)).remove());
        }
        Set<Runnable> after = new HashSet<>(PendingTimers.now());
        after.removeAll(before);
        assertTrue(after.size() < 100, () -> after.size() + " stay"); // some of others may have come
    }

    @Test
    void shouldNeverGoWhenTheDurationIsEndless() throws Exception {
        VirtualTime.run(() -> {
            var till = Till.after(Duration.ofSeconds(Long.MAX_VALUE));
            assertFalse(till.isGo());
            assertEquals(0, VirtualTime.pendingAlarms());
            assertTrue(till.remaining().compareTo(Duration.ofDays(100_000)) > 0);
            assertFalse(Till.at(Long.MAX_VALUE).isGo());
        });
        var real = Till.after(Duration.ofDays(365 * 200));
        assertFalse(real.isGo());
        assertTrue(real.remove());
    }

    @Test
    void shouldRejectWhatIsNoDuration() {
        assertThrows(IllegalArgumentException.class, () -> Till.after(Duration.ofNanos(-1)));
        assertEquals(
                "duration",
                assertThrows(NullPointerException.class, () -> Till.after(null)).getMessage());
    }

    @Test
    void shouldKeepTheTimeWhenTheClockWraps() throws Exception {
        for (long start : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 500_000_000, Long.MIN_VALUE, -1}) {
            VirtualTime.configure().startAt(start).execute(() -> {
                var order = new ArrayList<Integer>();
                for (int i : List.of(3, 1, 2)) {
                    Till.after(SECOND.multipliedBy(i)).onGo(() -> order.add(i));
                }
                var till = Till.after(SECOND);
                assertFalse(till.isGo());
                till.waitForGo();
                assertEquals(SECOND, VirtualTime.elapsed());
                assertFalse(new Signal().waitForGo(SECOND));
                Strand.sleep(SECOND);
                assertEquals(SECOND.multipliedBy(3), VirtualTime.elapsed());
                Strand.sleep(Duration.ofNanos(1));
                assertEquals(List.of(1, 2, 3), order);
            });
        }
    }

    @Test
    void shouldNotMistakeADeadlineForNeverWhenItIsTheLargestNumber() throws Exception {
        VirtualTime.configure().startAt(Long.MAX_VALUE - 1000).execute(() -> {
            assertFalse(new Signal().waitForGo(Duration.ofNanos(1000)));
            assertEquals(Duration.ofNanos(1001), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldTellWhichCameFirst() throws Exception {
        VirtualTime.run(() -> {
            for (boolean stopFirst : new boolean[] {true, false}) {
                var pleaseStop = new Signal("pleaseStop");
                var till = Till.after(SECOND.multipliedBy(2));
                Strand.current().schedule(Strand.deadlineAfter(SECOND.multipliedBy(stopFirst ? 1 : 3)), pleaseStop::go);
                till.or(pleaseStop).waitForGo();
                assertEquals(stopFirst, pleaseStop.isGo());
                assertEquals(!stopFirst, till.isGo());
            }
        });
    }

    @Test
    @Tag("slow")
    void shouldFireOrRemoveEachOfAMillionTimersWhenTheyRace() throws Exception {
        int count = 1_000_000;
        var fired = new AtomicInteger();
        var early = new AtomicInteger();
        var removed = new AtomicInteger();
        SignalFixture.inThreads(2, thread -> {
            Strand self = Strand.current();
            var random = new SplittableRandom(thread);
            var recent = new Registration[1000];
            for (int i = 0; i < count / 2; i++) {
                long deadline = self.nanoTime() + random.nextLong(2_000_000);
                int slot = i % recent.length;
                if (recent[slot] != null && recent[slot].remove()) {
                    removed.incrementAndGet();
                }
                recent[slot] = self.schedule(deadline, () -> {
                    fired.incrementAndGet();
                    if (System.nanoTime() - deadline < 0) {
                        early.incrementAndGet();
                    }
                });
            }
        });
        long giveUp = System.nanoTime() + 20_000_000_000L;
        while (fired.get() + removed.get() < count && System.nanoTime() - giveUp < 0) {
            Strand.sleep(Duration.ofMillis(5));
        }
        Strand.sleep(Duration.ofMillis(20));
        assertEquals(count, fired.get() + removed.get());
        assertTrue(fired.get() > 1000 && removed.get() > 1000, () -> fired + " fired, " + removed + " removed");
        assertEquals(0, early.get());
    }

    @Test
    void shouldKeepTheTimerWhenATaskThrows() throws Exception {
        VirtualTime.run(this::throwInTimer);
        throwInTimer();
    }

    private void throwInTimer() {
        Strand.current().schedule(Strand.now(), () -> {
            throw new AssertionError("expected in this test");
        });
        assertTrue(Till.after(Duration.ofMillis(1)).waitForGo(Duration.ofSeconds(20)));
    }
}
