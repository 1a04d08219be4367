package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldOnlyGrow() {
        var progress = new Progress();
        assertEquals(0, progress.value());
        assertEquals(1, progress.advance());
        assertEquals(5, progress.advance(4));
        assertFalse(progress.advanceTo(5));
        assertFalse(progress.advanceTo(3));
        assertTrue(progress.advanceTo(6));
        assertEquals(6, progress.value());
        assertThrows(IllegalArgumentException.class, () -> progress.advance(0));
        assertThrows(IllegalArgumentException.class, () -> progress.advance(-1));
        assertTrue(progress.advanceTo(Long.MAX_VALUE));
        assertThrows(ArithmeticException.class, progress::advance);
        assertEquals("Progress[" + Long.MAX_VALUE + "]", progress.toString());
    }

    @Test
    void shouldRunWhatIsReachedLowestFirst() {
        var progress = new Progress();
        var order = new ArrayList<String>();
        progress.onReached(3, () -> order.add("3"));
        progress.onReached(1, () -> order.add("1a"));
        progress.onReached(1, () -> order.add("1b"));
        progress.onReached(1, () -> {
            throw new IllegalStateException("expected in this test");
        });
        progress.onReached(4, () -> order.add("4"));
        progress.advance(3);
        assertEquals(List.of("1a", "1b", "3"), order);
        progress.onReached(2, () -> order.add("at once"));
        assertEquals("at once", order.getLast());
        assertEquals(1, progress.listeners());
    }

    @Test
    void shouldKeepNothingWhenListenersAreRemoved() {
        var progress = new Progress();
        for (int i = 1; i <= 10_000; i++) {
            Registration registration = progress.onReached(i, () -> {});
            assertTrue(registration.remove());
            assertFalse(registration.remove());
        }
        assertEquals(0, progress.listeners());
    }

    @Test
    void shouldWaitUntilReachedOrNoLonger() throws Exception {
        VirtualTime.run(() -> {
            var progress = new Progress();
            Strand.start("worker", () -> {
                for (int i = 0; i < 10; i++) {
                    Strand.sleep(SECOND);
                    progress.advance();
                }
            });
            progress.waitFor(3);
            assertEquals(SECOND.multipliedBy(3), VirtualTime.elapsed());
            assertFalse(progress.waitFor(6, SECOND.multipliedBy(2)));
            assertFalse(progress.waitFor(7, Till.after(SECOND)));
            assertTrue(progress.waitFor(7, Till.after(SECOND.multipliedBy(5))));
            assertEquals(SECOND.multipliedBy(7), VirtualTime.elapsed());
            assertTrue(progress.waitFor(10, SECOND.multipliedBy(5)));
            assertEquals(0, progress.listeners());
        });
    }

    @Test
    @Tag("slow")
    void shouldRunEachListenerOnceWhenThreadsRace() throws Exception {
        for (int round = 0; round < 50; round++) {
            var progress = new Progress();
            var runs = new AtomicInteger();
            int each = 500;
            SignalFixture.inThreads(4, thread -> {
                for (int i = 1; i <= each; i++) {
                    if (thread % 2 == 0) {
                        progress.advance();
                    } else {
                        progress.onReached(i * 2L, runs::incrementAndGet);
                    }
                }
            });
            assertEquals(2L * each, progress.value());
            assertEquals(2 * each, runs.get());
            assertEquals(0, progress.listeners());
        }
    }
}
