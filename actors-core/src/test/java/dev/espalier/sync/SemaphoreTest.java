package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SemaphoreTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldNotLetSmallRequestsOvertakeABigOne() throws Exception {
        VirtualTime.run(() -> {
            var semaphore = new Semaphore(2);
            var order = new ArrayList<String>();
            Strand.start("big", () -> {
                semaphore.acquire(3);
                order.add("big");
            });
            Strand.sleep(SECOND);
            assertFalse(semaphore.tryAcquire(), "two are free, but somebody waits");
            assertFalse(semaphore.acquire(SECOND));
            assertFalse(semaphore.acquire(Till.after(SECOND)));
            assertEquals("Semaphore[2 free, 1 waiting]", semaphore.toString());
            semaphore.release();
            Strand.sleep(SECOND);
            assertEquals(List.of("big"), order);
            assertEquals(0, semaphore.available());
        });
    }

    @Test
    void shouldServeThoseBehindWhenABigRequestGivesUp() throws Exception {
        VirtualTime.run(() -> {
            var semaphore = new Semaphore(2);
            Strand.start("big", () -> assertFalse(semaphore.acquire(3, SECOND)));
            Strand small = Strand.start("small", () -> {
                Strand.sleep(Duration.ofMillis(1));
                semaphore.acquire(2);
                assertEquals(SECOND, VirtualTime.elapsed());
            });
            assertTrue(small.join(SECOND.multipliedBy(2)));
            assertEquals(0, semaphore.available());
        });
    }

    @Test
    void shouldReturnAndKeepTheCancelWhenItWasGrantedFirst() throws Exception {
        VirtualTime.run(() -> {
            var semaphore = new Semaphore(0);
            var scope = new CancelScope("acquire");
            Strand strand = Strand.start(
                    "waiter",
                    () -> scope.run(() -> {
                        semaphore.acquire();
                        assertTrue(scope.isCancelled());
                        assertThrows(CancelledException.class, () -> Strand.sleep(SECOND), "it comes at the next call");
                        Strand.sleep(SECOND); // and only once
                        semaphore.release();
                    }));
            Strand.sleep(SECOND);
            semaphore.release(); // granted, but the waiter has not run yet
            scope.cancel();
            assertTrue(strand.join(SECOND.multipliedBy(2)));
            assertEquals(1, semaphore.available());
        });
    }

    @Test
    void shouldReturnAndKeepTheFlagWhenItWasGrantedBeforeAnInterrupt() throws Exception {
        VirtualTime.run(() -> {
            var semaphore = new Semaphore(0);
            Strand strand = Strand.start("waiter", () -> {
                semaphore.acquire();
                assertTrue(Thread.interrupted());
                semaphore.release();
            });
            Strand.sleep(SECOND);
            semaphore.release();
            strand.interrupt();
            assertTrue(strand.join(SECOND));
            assertEquals(1, semaphore.available());
        });
    }

    /// Throws once, when the strand goes on after a park: as a stack does that is too small.
    private static final class Overflow implements Strand.Host {
        final StackOverflowError error = new StackOverflowError("after the park");
        private boolean thrown;

        @Override
        public void tenant(@Nullable Object whose) {}

        @Override
        public @Nullable Object tenant() {
            return null;
        }

        @Override
        public void beforePark(Strand strand) {}

        @Override
        public void afterPark(Strand strand) {
            if (!thrown) {
                thrown = true;
                throw error;
            }
        }
    }

    @Test
    void shouldReturnAndThrowAtTheNextCallWhenItWasGrantedBeforeAnError() throws Exception {
        VirtualTime.run(() -> {
            var semaphore = new Semaphore(0);
            Strand strand = Strand.start("waiter", () -> {
                var overflow = new Overflow();
                Strand.current().host(overflow);
                semaphore.acquire();
                assertSame(
                        overflow.error, assertThrows(StackOverflowError.class, CancelScope::check), "at the next call");
                Strand.sleep(SECOND); // and only once
                semaphore.release();
            });
            Strand.sleep(SECOND);
            semaphore.release();
            assertTrue(strand.join(SECOND.multipliedBy(2)));
            assertEquals(1, semaphore.available());
        });
    }

    @Test
    void shouldThrowAtOnceAndTakeNothingWhenAnErrorCameBeforeTheGrant() throws Exception {
        VirtualTime.run(() -> {
            var semaphore = new Semaphore(0);
            Strand strand = Strand.start("waiter", () -> {
                var overflow = new Overflow();
                Strand.current().host(overflow);
                assertSame(overflow.error, assertThrows(StackOverflowError.class, () -> semaphore.acquire(SECOND)));
                CancelScope.check();
            });
            assertTrue(strand.join(SECOND.multipliedBy(2)));
            assertEquals(0, semaphore.waiting());
            semaphore.release();
            assertEquals(1, semaphore.available());
        });
    }

    @Test
    void shouldRefuseNonsense() {
        assertThrows(IllegalArgumentException.class, () -> new Semaphore(-1));
        var semaphore = new Semaphore(Long.MAX_VALUE);
        assertThrows(IllegalArgumentException.class, () -> semaphore.acquire(-1));
        assertThrows(IllegalArgumentException.class, () -> semaphore.release(-1));
        assertThrows(ArithmeticException.class, semaphore::release);
        semaphore.acquire(0);
        semaphore.acquire(Long.MAX_VALUE);
        assertEquals(0, semaphore.available());
    }

    @Test
    void shouldHaveTwoStatesWhenBinary() throws Exception {
        VirtualTime.run(() -> {
            var flag = new BinarySemaphore(true);
            assertFalse(flag.release());
            flag.acquire();
            assertFalse(flag.tryAcquire());
            assertFalse(flag.acquire(SECOND));
            assertFalse(flag.acquire(Till.after(SECOND)));
            Strand waiter = Strand.start("waiter", flag::acquire);
            Strand.sleep(SECOND);
            assertTrue(flag.release(), "handed over");
            assertFalse(flag.isFree());
            assertTrue(waiter.join(SECOND));
            assertTrue(flag.release());
            assertFalse(flag.release());
            assertTrue(flag.isFree());
        });
    }

    @Test
    void shouldLetGoAllThatWaitForAnEventEvenIfItIsResetAtOnce() throws Exception {
        VirtualTime.run(() -> {
            var event = new Event();
            assertFalse(event.await(SECOND));
            assertFalse(event.await(Till.after(SECOND)));
            var strands = new ArrayList<Strand>();
            for (int i = 0; i < 3; i++) {
                strands.add(Strand.start("waiter", event::await));
            }
            Strand.sleep(SECOND);
            assertEquals(3, event.waiting());
            assertTrue(event.set());
            assertFalse(event.set());
            assertTrue(event.await(SECOND));
            assertTrue(event.reset());
            assertFalse(event.reset());
            strands.forEach(strand -> assertTrue(strand.join(SECOND)));
            assertFalse(event.isSet());
            assertEquals(0, event.waiting());
        });
    }

    /// Who joins the line marks the word in which others count at the same time.
    @Test
    @Tag("slow")
    @Tag("cores")
    void shouldLoseNoUnitWhenSomebodyJoinsTheLineAtTheSameTime() throws Exception {
        long units = Long.MAX_VALUE / 2;
        var semaphore = new Semaphore(units);
        var joining = new AtomicBoolean(true);
        var taken = new long[1];
        SignalFixture.inThreads(2, thread -> {
            if (thread == 0) {
                for (int i = 0; i < 200_000; i++) {
                    assertFalse(semaphore.acquire(Long.MAX_VALUE, Duration.ZERO));
                }
                joining.set(false);
            } else {
                while (joining.get()) {
                    taken[0] += semaphore.tryAcquire() ? 1 : 0;
                }
            }
        });
        assertEquals(units, semaphore.available() + taken[0]);
        assertEquals(0, semaphore.waiting());
    }

    @Test
    void shouldTellWhatBecameOfAWaitWithAnEnd() throws Exception {
        VirtualTime.run(() -> {
            var semaphore = new Semaphore(4);
            var never = new Signal("never");
            assertTrue(semaphore.acquire(SECOND));
            assertTrue(semaphore.acquire(never));
            assertTrue(semaphore.tryAcquire());
            assertTrue(semaphore.tryAcquire(1), "the last one");
            assertTrue(semaphore.tryAcquire(0), "none wanted");
            assertFalse(semaphore.tryAcquire());
            assertFalse(semaphore.acquire(SECOND));
            assertFalse(semaphore.acquire(2, Till.after(SECOND)));
            assertEquals(0, semaphore.available());
            Strand.start("giver", () -> {
                Strand.sleep(SECOND);
                semaphore.release(2);
            });
            assertTrue(semaphore.acquire(2, Duration.ofSeconds(2)));
            assertEquals(0, semaphore.available());
        });
    }

    @Test
    void shouldReleaseUpToTheBoundAndNotAbove() throws Exception {
        VirtualTime.run(() -> {
            var semaphore = new Semaphore(1);
            assertTrue(semaphore.releaseUpTo(2, 3));
            assertFalse(semaphore.releaseUpTo(1, 3));
            assertEquals(3, semaphore.available());
            assertTrue(semaphore.tryAcquire(3));
            Strand waiter = Strand.start("waiter", semaphore::acquire);
            Strand.sleep(SECOND);
            assertEquals(1, semaphore.waiting());
            assertTrue(semaphore.releaseUpTo(1, 3));
            assertTrue(waiter.join(SECOND));
            assertEquals(0, semaphore.available());
        });
    }
}
