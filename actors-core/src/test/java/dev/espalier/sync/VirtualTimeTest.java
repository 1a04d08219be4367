package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {
    @Test
    void shouldJumpToTheDeadlineWhenAllAreParked() throws Exception {
        VirtualTime.run(() -> {
            assertTrue(Strand.current().isVirtualTime());
            Strand.sleep(Duration.ofDays(365));
            assertEquals(Duration.ofDays(365), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldTakeTurnsInOrderWhenThereIsNoSeed() throws Exception {
        assertEquals(List.of("a0", "b0", "a1", "b1", "a2", "b2"), interleave(VirtualTime.configure()));
    }

    @Test
    void shouldRepeatTheOrderOfASeedAndVaryItBetweenSeeds() throws Exception {
        Set<List<String>> orders = new HashSet<>();
        for (long seed = 0; seed < 30; seed++) {
            var order = interleave(VirtualTime.configure().seed(seed));
            assertEquals(order, interleave(VirtualTime.configure().seed(seed)));
            orders.add(order);
        }
        assertTrue(orders.size() > 5, () -> "only " + orders);
    }

    private static List<String> interleave(VirtualTime time) throws Exception {
        var order = new ArrayList<String>();
        time.execute(() -> {
            for (String name : List.of("a", "b")) {
                Strand.start(name, () -> {
                    for (int i = 0; i < 3; i++) {
                        order.add(name + i);
                        VirtualTime.pause();
                    }
                });
            }
        });
        return order;
    }

    @Test
    void shouldNameTheStrandsWhenTheyDeadlock() {
        var error = assertThrows(
                AssertionError.class,
                () -> VirtualTime.run(() -> {
                    Strand.start("other", () -> new Signal().waitForGo());
                    new Signal().waitForGo();
                }));
        assertTrue(error.getMessage().contains("deadlock"), error::getMessage);
        assertTrue(error.getMessage().contains("strand test"), error::getMessage);
        assertTrue(error.getMessage().contains("strand other"), error::getMessage);
        assertTrue(error.getMessage().contains("VirtualTimeTest"), error::getMessage);
    }

    @Test
    void shouldFailWhenAStrandIsLeft() {
        var error = assertThrows(
                AssertionError.class,
                () -> VirtualTime.run(() -> Strand.start("forgotten", () -> new Signal().waitForGo())));
        assertTrue(error.getMessage().contains("left after the test"), error::getMessage);
        assertTrue(error.getMessage().contains("strand forgotten"), error::getMessage);
    }

    @Test
    void shouldLetStrandsEndAfterTheTest() throws Exception {
        var done = new AtomicInteger();
        VirtualTime.run(() -> Strand.start("late", () -> {
            Strand.sleep(Duration.ofHours(1));
            done.incrementAndGet();
        }));
        assertEquals(1, done.get());
    }

    @Test
    void shouldThrowWhatTheTestThrows() {
        var failure = new Exception("mine");
        assertSame(
                failure,
                assertThrows(
                        Exception.class,
                        () -> VirtualTime.run(() -> {
                            throw failure;
                        })));
    }

    @Test
    void shouldFailWhenAnotherStrandHasAnUncaughtException() {
        var error = assertThrows(
                AssertionError.class,
                () -> VirtualTime.run(() -> Strand.start("bad", () -> {
                    throw new IllegalStateException("boom");
                })));
        assertEquals("boom", error.getCause().getMessage());
    }

    @Test
    void shouldFailWhenThereAreTooManySteps() {
        var error = assertThrows(
                AssertionError.class,
                () -> VirtualTime.configure().maxSteps(1000).execute(() -> {
                    while (true) {
                        VirtualTime.pause();
                    }
                }));
        assertTrue(error.getMessage().contains("no end after 1000 steps"), error::getMessage);
    }

    @Test
    void shouldRunTheBodyAfterExactlyThatManySteps() throws Exception {
        for (long step = 2; step < 20; step++) {
            long k = step;
            var seen = new AtomicInteger(-1);
            VirtualTime.run(() -> {
                VirtualTime.atStep(k, () -> seen.set((int) VirtualTime.steps()));
                for (int i = 0; i < 30; i++) {
                    VirtualTime.pause();
                }
            });
            assertEquals(k, seen.get());
        }
    }

    @Test
    void shouldKeepTheInterruptFlagWhenAStrandWaitsForItsTurn() throws Exception {
        VirtualTime.run(() -> {
            var flags = new ArrayList<Boolean>();
            Strand other = Strand.start("other", () -> {
                VirtualTime.pause();
                VirtualTime.pause();
                flags.add(Thread.interrupted());
                flags.add(Thread.interrupted());
            });
            VirtualTime.pause();
            other.interrupt();
            other.join(Duration.ofSeconds(1));
            assertEquals(List.of(true, false), flags);
        });
    }

    @Test
    void shouldUseTheRealClockOutside() {
        assertThrows(IllegalStateException.class, VirtualTime::pause);
        long now = Strand.now();
        assertNotEquals(0, now);
    }

    @Test
    @Tag("slow")
    void shouldDoManyStepsPerSecond() throws Exception {
        int turns = 300_000;
        long[] nanos = {Long.MAX_VALUE};
        for (int round = 0; round < 3; round++) {
            VirtualTime.run(() -> {
                long begin = System.nanoTime();
                Runnable body = () -> {
                    for (int i = 0; i < turns / 2; i++) {
                        VirtualTime.pause();
                    }
                };
                Strand a = Strand.start("a", body);
                Strand b = Strand.start("b", body);
                a.join(Duration.ofDays(1));
                b.join(Duration.ofDays(1));
                nanos[0] = Math.min(nanos[0], System.nanoTime() - begin);
            });
        }
        double perSecond = turns * 1e9 / nanos[0];
        System.out.printf("VirtualTime: %,.0f steps a second%n", perSecond);
        assertTrue(perSecond > 20_000, () -> "only " + perSecond + " steps a second");
    }
}
