package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LockTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldBeReentrantAndBelongToItsThread() throws Exception {
        VirtualTime.run(() -> {
            var lock = new Lock();
            assertThrows(IllegalMonitorStateException.class, lock::unlock);
            lock.lock();
            assertTrue(lock.lock(SECOND));
            assertTrue(lock.lock(new Signal()));
            assertTrue(lock.tryLock());
            assertSame(Thread.currentThread(), lock.owner());
            Strand other = Strand.start("other", () -> {
                assertFalse(lock.isHeld());
                assertFalse(lock.tryLock());
                assertFalse(lock.lock(SECOND));
                assertFalse(lock.lock(Till.after(SECOND)));
                assertThrows(IllegalMonitorStateException.class, lock::unlock);
            });
            assertTrue(other.join(SECOND.multipliedBy(3)));
            for (int i = 0; i < 4; i++) {
                assertTrue(lock.isHeld());
                lock.unlock();
            }
            assertFalse(lock.isHeld());
            assertNull(lock.owner());
            assertEquals("Lock[free]", lock.toString());
        });
    }

    @Test
    void shouldGoToWhoHasWaitedLongest() throws Exception {
        VirtualTime.run(7, () -> {
            var lock = new Lock();
            var order = new ArrayList<Integer>();
            lock.lock();
            for (int i = 0; i < 10; i++) {
                int number = i;
                Strand.start("strand-" + i, () -> {
                    Strand.sleep(Duration.ofMillis(number));
                    lock.run(() -> order.add(number));
                });
            }
            Strand.sleep(SECOND);
            assertEquals(10, lock.waiting());
            lock.unlock();
            assertFalse(lock.tryLock()); // handed over: no newcomer comes first
            lock.run(() -> order.add(10));
            assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), order);
        });
    }

    @Test
    void shouldHoldTheLockAgainWhenAConditionWasAwaited() throws Exception {
        VirtualTime.run(() -> {
            var lock = new Lock();
            var full = lock.newCondition();
            var items = new ArrayDeque<String>();
            assertThrows(IllegalMonitorStateException.class, full::await);
            assertThrows(IllegalMonitorStateException.class, full::wakeOne);
            Strand.start("producer", () -> {
                Strand.sleep(SECOND);
                lock.run(() -> {
                    items.add("one");
                    assertTrue(full.wakeOne());
                    Strand.sleep(SECOND); // the woken one has to wait for the lock
                });
            });
            lock.lock();
            lock.lock();
            assertFalse(full.await(Duration.ofMillis(10)));
            assertFalse(full.await(Till.after(Duration.ofMillis(10))));
            assertFalse(full.awaitThat(() -> !items.isEmpty(), Duration.ofMillis(10)));
            full.awaitThat(() -> !items.isEmpty());
            assertEquals(SECOND.multipliedBy(2), VirtualTime.elapsed());
            lock.unlock();
            assertTrue(lock.isHeld(), "both holds are back");
            assertEquals(0, full.waiting());
            assertEquals(0, full.wakeAll());
            lock.unlock();
        });
    }

    @Test
    void shouldHoldTheLockWhenAWaitForAConditionIsCancelled() throws Exception {
        VirtualTime.run(() -> {
            var lock = new Lock();
            var never = lock.newCondition();
            var scope = new CancelScope("wait");
            Strand holder = Strand.start("holder", () -> {
                Strand.sleep(SECOND);
                lock.run(() -> {
                    scope.cancel();
                    Strand.sleep(SECOND);
                });
            });
            lock.lock();
            var cancelled = assertThrows(CancelledException.class, () -> scope.run(never::await));
            assertTrue(cancelled.isFrom(scope));
            assertTrue(lock.isHeld());
            assertEquals(SECOND.multipliedBy(2), VirtualTime.elapsed(), "it had to wait for the lock");
            assertEquals(0, never.waiting());
            lock.unlock();
            assertTrue(holder.join(SECOND));
        });
    }

    @Test
    void shouldPassTheWakeUpOnWhenTheOldestWaiterHasGivenUp() throws Exception {
        VirtualTime.run(() -> {
            var lock = new Lock();
            var condition = lock.newCondition();
            var woken = new ArrayList<String>();
            var scope = new CancelScope("first");
            Strand.start("first", () -> {
                lock.lock();
                try {
                    scope.run(condition::await);
                    woken.add("first");
                } catch (CancelledException e) {
                    woken.add("cancelled");
                } finally {
                    lock.unlock();
                }
            });
            Strand.start(
                    "second",
                    () -> lock.run(() -> {
                        condition.await();
                        woken.add("second");
                    }));
            Strand.sleep(SECOND);
            lock.lock();
            scope.cancel();
            assertTrue(condition.wakeOne()); // before the cancelled one could run
            lock.unlock();
            Strand.sleep(SECOND);
            lock.lock();
            condition.wakeOne();
            lock.unlock();
            Strand.sleep(SECOND);
            assertTrue(woken.contains("second"), woken::toString);
            assertEquals(2, woken.size(), woken::toString);
            assertEquals(0, condition.waiting());
        });
    }

    @Test
    @Tag("slow")
    void shouldLetOneInAtATimeWhenThreadsRace() throws Exception {
        var lock = new Lock();
        var counter = new int[1];
        SignalFixture.inThreads(4, thread -> {
            for (int i = 0; i < 20_000; i++) {
                if (i % 3 == 0) {
                    if (!lock.lock(Duration.ofSeconds(20))) {
                        throw new AssertionError("no lock in 20 s");
                    }
                } else {
                    lock.lock();
                }
                counter[0]++;
                lock.unlock();
            }
        });
        assertEquals(80_000, counter[0]);
        assertNull(lock.owner());
    }

    @Test
    void shouldWakeOneOnlyWhenOneIsToWake() throws Exception {
        VirtualTime.run(() -> {
            var lock = new Lock();
            var condition = lock.newCondition();
            var woken = new ArrayList<Integer>();
            for (int i = 0; i < 3; i++) {
                int number = i;
                Strand.start("strand-" + i, () -> {
                    Strand.sleep(Duration.ofMillis(number));
                    lock.run(() -> {
                        condition.await();
                        woken.add(number);
                    });
                });
            }
            Strand.sleep(SECOND);
            lock.run(() -> assertTrue(condition.wakeOne()));
            Strand.sleep(SECOND);
            assertEquals(List.of(0), woken);
            lock.run(() -> assertEquals(2, condition.wakeAll()));
            Strand.sleep(SECOND);
            assertEquals(Set.of(0, 1, 2), Set.copyOf(woken));
        });
    }

    @Test
    void shouldHoldTheLockWhenACancelComesWhileItIsTakenBack() throws Exception {
        VirtualTime.run(() -> {
            var lock = new Lock();
            var condition = lock.newCondition();
            var scope = new CancelScope("wait");
            Strand.start("holder", () -> {
                Strand.sleep(SECOND);
                lock.run(() -> {
                    assertTrue(condition.wakeOne());
                    Strand.sleep(SECOND);
                    scope.cancel(); // it is awake by now, and waits for the lock
                    Strand.sleep(SECOND);
                });
            });
            lock.lock();
            scope.run(() -> {
                condition.await();
                assertTrue(lock.isHeld());
                assertEquals(SECOND.multipliedBy(3), VirtualTime.elapsed());
                assertThrows(CancelledException.class, () -> Strand.sleep(SECOND));
            });
            lock.unlock();
        });
    }

    @Test
    void shouldBeFreeAgainWhateverTheCalledCodeThrows() throws Exception {
        var lock = new Lock();
        int length = lock.call(() -> lock.isHeld() ? "held".length() : 0); // no checked exception to catch
        assertEquals(4, length);
        var error = new IOException("no");
        assertSame(
                error,
                assertThrows(
                        IOException.class,
                        () -> lock.call(() -> {
                            throw error;
                        })));
        assertFalse(lock.isHeld());
    }
}
