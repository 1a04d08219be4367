package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Cycles of waits without actors: what is found, what is ended, what is reported.
class DeadlockTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration TICK = Duration.ofMillis(1);

    /// Runs a test in a simulation, and gives it what was found meanwhile.
    private static void watched(Consumer<List<Deadlock>> test) throws Exception {
        int others = DeadlockWatch.listed(); // of the same JVM; they may end, but no other comes
        VirtualTime.run(() -> {
            List<Deadlock> found = new CopyOnWriteArrayList<>();
            Registration listener = DeadlockWatch.onFound(found::add);
            try {
                test.accept(found);
            } finally {
                listener.remove();
            }
            assertTrue(DeadlockWatch.listed() <= others, "nobody waits any more");
        });
    }

    private static Set<String> names(Deadlock deadlock) {
        return new TreeSet<>(
                deadlock.members().stream().map(Deadlock.Member::name).toList());
    }

    /// Strands that take each its own lock and then the next one's; the last closes the cycle.
    private static List<Strand> ring(List<Lock> locks, List<Throwable> thrown) {
        List<Strand> strands = new ArrayList<>();
        for (int i = 0; i < locks.size(); i++) {
            int number = i;
            strands.add(Strand.start(
                    "strand-" + i,
                    () -> locks.get(number).run(() -> {
                        Strand.sleep(TICK.multipliedBy(number + 1L));
                        try {
                            locks.get((number + 1) % locks.size()).run(() -> {});
                        } catch (DeadlockException e) {
                            thrown.add(e);
                            assertEquals(
                                    "strand-" + number, e.deadlock().ended().name());
                        }
                    })));
        }
        return strands;
    }

    private static void shouldOpenARing(int size) throws Exception {
        watched(found -> {
            List<Throwable> thrown = new ArrayList<>();
            List<Lock> locks = Collections.nCopies(size, 0).stream()
                    .map(zero -> new Lock())
                    .toList();
            for (Strand each : ring(locks, thrown)) {
                assertTrue(each.join(SECOND));
            }
            assertEquals(1, thrown.size());
            assertEquals(1, found.size());
            Deadlock deadlock = found.getFirst();
            assertEquals(size, names(deadlock).size());
            assertEquals("strand-" + (size - 1), deadlock.ended().name(), "the youngest");
            assertFalse(deadlock.limited());
            for (Deadlock.Member each : deadlock.members()) {
                assertTrue(each.stack().stream()
                        .anyMatch(frame -> frame.getMethodName().equals("lock")));
                assertTrue(each.what().startsWith("waits for Lock[held by strand-"), each.what());
                assertTrue(deadlock.toString().contains("\n  " + each.name() + " " + each.what()));
            }
        });
    }

    @Test
    void shouldFailTheYoungestWaitOfTwoLocks() throws Exception {
        shouldOpenARing(2);
    }

    @Test
    void shouldFailTheYoungestWaitOfSevenLocks() throws Exception {
        shouldOpenARing(7);
    }

    @Test
    void shouldFindMonitorsLikewise() throws Exception {
        watched(found -> {
            var one = new Monitor();
            var two = new Monitor();
            Strand other = Strand.start("other", () -> two.run(() -> one.run(() -> {})));
            one.run(() -> {
                Strand.sleep(TICK);
                assertThrows(DeadlockException.class, () -> two.enter());
                assertFalse(two.isInside());
            });
            assertTrue(other.join(SECOND));
            assertEquals(1, found.size());
        });
    }

    @Test
    void shouldNotDisturbWhoHasToHoldItsLockAgain() throws Exception {
        watched(found -> {
            var one = new Lock();
            var two = new Lock();
            var changed = one.newCondition();
            var failed = new AtomicInteger();
            Strand waiter = Strand.start(
                    "waiter",
                    () -> one.run(() -> two.run(() -> {
                        changed.await(); // gives one away, but not two
                        assertTrue(one.isHeld());
                    })));
            Strand waker = Strand.start("waker", () -> {
                Strand.sleep(TICK);
                one.lock();
                changed.wakeOne();
                try {
                    two.lock();
                } catch (DeadlockException e) {
                    failed.incrementAndGet();
                }
                Strand.sleep(TICK); // the waiter wants its lock now
                try {
                    two.lock();
                } catch (DeadlockException e) {
                    failed.incrementAndGet();
                }
                one.unlock();
            });
            assertTrue(waiter.join(SECOND));
            assertTrue(waker.join(SECOND));
            assertEquals(2, failed.get());
            assertEquals(2, found.size());
            for (Deadlock each : found) {
                assertEquals("waker", each.ended().name(), "not the one that retakes, though it was younger once");
            }
        });
    }

    @Test
    void shouldOnlyTellOfACycleThatEndsByItself() throws Exception {
        watched(found -> {
            var one = new Lock();
            var two = new Lock();
            Strand other = Strand.start("other", () -> two.run(() -> one.run(() -> {})));
            one.run(() -> {
                Strand.sleep(TICK);
                assertFalse(two.lock(SECOND));
            });
            assertTrue(other.join(SECOND));
            assertEquals(SECOND.plus(TICK), VirtualTime.elapsed());
            assertEquals(1, found.size());
            assertTrue(found.getFirst().limited());
            assertNull(found.getFirst().ended());
        });
    }

    @Test
    void shouldFindWhoModifiesAValueInItself() throws Exception {
        watched(found -> {
            var box = new MVar<>(1);
            assertThrows(DeadlockException.class, () -> box.modify(value -> value + box.take()));
            assertEquals(1, box.take(), "the old value is back");
            assertEquals(1, found.size());
        });
    }

    @Test
    void shouldFindTwoThatModifyInEachOther() throws Exception {
        watched(found -> {
            var one = new MVar<>(1);
            var two = new MVar<>(2);
            Strand other = Strand.start("other", () -> two.with(value -> one.read()));
            one.with(value -> {
                Strand.sleep(TICK);
                return assertThrows(DeadlockException.class, () -> two.put(3));
            });
            assertTrue(other.join(SECOND));
            assertEquals(1, found.size());
        });
    }

    @Test
    void shouldFindForksThatWaitForEachOther() throws Exception {
        watched(found -> {
            List<Fork<String>> forks = new ArrayList<>();
            forks.add(Fork.start("one", () -> {
                Strand.sleep(TICK);
                return forks.get(1).get();
            }));
            forks.add(Fork.start("two", () -> forks.get(0).get()));
            FailedException failed =
                    assertThrows(FailedException.class, () -> forks.get(0).get());
            assertTrue(failed.getCause() instanceof DeadlockException, failed::toString);
            assertThrows(FailedException.class, () -> forks.get(1).get());
            assertEquals(Set.of("one", "two"), names(found.getFirst()));
            assertEquals(1, found.size());
        });
    }

    /// The owner of a group holds a lock and waits for its forks, of which one wants that lock.
    private static void joined(Consumer<Group<Integer>> join, int rest, List<Deadlock> found) {
        var lock = new Lock();
        FailedException failed = assertThrows(
                FailedException.class,
                () -> Group.<Integer>run(
                        "g",
                        group -> lock.run(() -> {
                            for (int i = 0; i < rest; i++) {
                                group.fork(() -> {
                                    Strand.sleep(SECOND);
                                    throw new IllegalStateException("too late");
                                });
                            }
                            group.fork(() -> {
                                Strand.sleep(TICK);
                                lock.run(() -> {});
                                return 1;
                            });
                            join.accept(group);
                        })));
        assertTrue(failed.failures().stream().anyMatch(DeadlockException.class::isInstance), failed::toString);
        assertEquals(1, found.size());
        assertTrue(
                found.getFirst().members().stream().anyMatch(each -> each.what().equals("waits for the forks of g")));
    }

    @Test
    void shouldFindAForkThatWantsALockOfWhoJoinsAll() throws Exception {
        watched(found -> {
            joined(Group::joinAll, 3, found);
            assertEquals(SECOND, VirtualTime.elapsed());
        });
        watched(found -> {
            joined(Group::joinAllOrNone, 3, found);
            assertEquals(TICK, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldFindTheLastForkThatCouldEndAWaitForAny() throws Exception {
        watched(found -> {
            joined(Group::joinFirst, 3, found);
            assertEquals(SECOND, VirtualTime.elapsed(), "as long as others ran, one of them could have done well");
        });
    }

    @Test
    void shouldFindAComputeSectionThatWantsALockOfItsCaller() throws Exception {
        watched(found -> {
            var lock = new Lock();
            Strand caller = Strand.start(
                    "caller",
                    () -> lock.run(() -> Compute.run(() -> assertThrows(DeadlockException.class, lock::lock))));
            assertTrue(caller.join(SECOND));
            assertEquals(1, found.size());
            assertEquals(2, found.getFirst().members().size());
        });
    }

    @Test
    void shouldGoOnWhenAListenerThrows() throws Exception {
        watched(found -> {
            Registration bad = DeadlockWatch.onFound(deadlock -> {
                throw new IllegalStateException("listener");
            });
            Registration later = DeadlockWatch.onFound(found::add);
            var box = new MVar<>(1);
            assertThrows(DeadlockException.class, () -> box.with(value -> box.read()));
            assertEquals(2, found.size());
            later.remove();
            bad.remove();
            assertThrows(DeadlockException.class, () -> box.with(value -> box.read()));
            assertEquals(3, found.size());
            assertNotNull(found.getLast().ended());
        });
    }

    /// An edge that a test enters by hand.
    private static final class Edge extends WaitsFor {
        private final Strand target;

        Edge(Remedy remedy, Strand target) {
            super(remedy, true);
            this.target = target;
        }

        @Override
        protected List<Strand> targets() {
            return List.of(target);
        }

        @Override
        protected String what() {
            return "waits for " + target;
        }

        void await(Duration before) {
            enter();
            Strand self = Strand.current();
            self.ground().park(self, this, Strand.deadlineAfter(before)); // entered, but does not wait yet
            try {
                Strand.park(this, Strand.deadlineAfter(SECOND));
                Strand.park(this, Strand.deadlineAfter(SECOND));
            } finally {
                exit();
            }
        }
    }

    @Test
    void shouldTellOnceWhenAWaitThatCannotFailIsKnownBeforeItParks() throws Exception {
        watched(found -> {
            var strands = new Strand[2];
            strands[0] = Strand.start("starts", () -> new Edge(WaitsFor.Remedy.NONE, strands[1]).await(TICK));
            strands[1] = Strand.start("locks", () -> new Edge(WaitsFor.Remedy.FAIL, strands[0]).await(Duration.ZERO));
            assertTrue(strands[0].join(SECOND.multipliedBy(2)));
            assertTrue(strands[1].join(SECOND.multipliedBy(2)));
            assertEquals(1, found.size(), found::toString);
        });
    }

    /// Who hands a lock over writes its next holder before that one's wait has ended.
    @Test
    void shouldNotTakeWhoeverIsGivenALockForSomebodyWhoWaitsForItself() throws Exception {
        watched(found -> {
            var lock = new Lock();
            lock.lock();
            DeadlockWatch.list(Strand.current());
            var wait = new LockWait(lock, new Place(lock.line), WaitsFor.Remedy.FAIL, false);
            assertEquals(List.of(), wait.targets());
            DeadlockWatch.unlist(Strand.current());
        });
    }
}
