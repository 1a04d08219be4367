package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class GroupTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    private static Duration seconds(long n) {
        return Duration.ofSeconds(n);
    }

    @Test
    void shouldGiveTheResultsInOrderWhenAllHaveEnded() throws Exception {
        VirtualTime.run(() -> {
            List<Integer> results = Group.call("squares", (Group<Integer> group) -> {
                for (int i = 0; i < 100; i++) {
                    int n = i;
                    group.fork(() -> {
                        Strand.sleep(seconds(100 - n));
                        return n * n;
                    });
                }
                assertEquals(100, group.running());
                return group.joinAll();
            });
            assertEquals(IntStream.range(0, 100).map(i -> i * i).boxed().toList(), results);
            assertEquals(seconds(100), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldWaitForAllAndTellEveryFailureWhenSomeFail() throws Exception {
        VirtualTime.run(() -> {
            var ended = new AtomicInteger();
            var error = assertThrows(
                    FailedException.class,
                    () -> Group.run("job", (Group<Integer> group) -> {
                        for (int i = 0; i < 100; i++) {
                            int n = i;
                            group.fork(() -> {
                                Strand.sleep(seconds(100 - n));
                                ended.incrementAndGet();
                                if (n % 10 == 3) {
                                    throw new IOException("no " + n);
                                }
                                return n;
                            });
                        }
                        group.joinAll();
                    }));
            assertEquals(100, ended.get());
            assertEquals(
                    List.of("no 3", "no 13", "no 23", "no 33", "no 43", "no 53", "no 63", "no 73", "no 83", "no 93"),
                    error.failures().stream().map(Throwable::getMessage).toList());
            assertSame(error.failures().getFirst(), error.getCause());
            assertEquals(error.failures().subList(1, 10), Arrays.asList(error.getSuppressed()));
            assertEquals(seconds(100), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldGoOnWhenTheFailuresWereTold() throws Exception {
        VirtualTime.run(() -> Group.run("job", (Group<Integer> group) -> {
            group.fork(GroupTest::fails);
            assertThrows(FailedException.class, group::joinAll);
            Strand.sleep(SECOND); // not cancelled any more
            group.fork(() -> 5);
            assertEquals(List.of(5), group.joinAll());
            assertEquals(List.of(), group.joinAll());
        }));
    }

    private static int fails() throws IOException {
        throw new IOException("no");
    }

    @Test
    void shouldWaitForTheRestWhenTheBodyHasEnded() throws Exception {
        VirtualTime.run(() -> {
            Fork<Integer> slow = Group.call(
                    "job",
                    (Group<Integer> group) -> group.fork(() -> {
                        Strand.sleep(SECOND);
                        return 3;
                    }));
            assertTrue(slow.isDone());
            assertEquals(3, slow.get());
            assertEquals(SECOND, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldWakeTheSleepingBodyWhenAForkFails() throws Exception {
        VirtualTime.run(() -> {
            var cancelled = new AtomicInteger();
            var error = assertThrows(
                    FailedException.class,
                    () -> Group.run("job", (Group<Integer> group) -> {
                        group.fork(() -> sleeper(cancelled));
                        group.fork(() -> {
                            Strand.sleep(SECOND);
                            return fails();
                        });
                        new Signal().waitForGo();
                    }));
            assertEquals("no", error.getCause().getMessage());
            assertEquals(1, error.failures().size());
            assertEquals(1, cancelled.get());
            assertEquals(SECOND, VirtualTime.elapsed());
            CancelScope.check();
        });
    }

    private static void sleeper(AtomicInteger cancelled) {
        try {
            Strand.sleep(DAY);
        } catch (CancelledException e) {
            cancelled.incrementAndGet();
            throw e;
        }
    }

    @Test
    void shouldCancelTheRestWhenOneFailsAfterTheBodyHasEnded() throws Exception {
        VirtualTime.run(() -> {
            var cancelled = new AtomicInteger();
            assertThrows(
                    FailedException.class,
                    () -> Group.run("job", (Group<Integer> group) -> {
                        group.fork(() -> sleeper(cancelled));
                        group.fork(GroupTest::fails);
                    }));
            assertEquals(1, cancelled.get());
            assertEquals(Duration.ZERO, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldReportBothWhenTwoFailAtOnce() throws Exception {
        VirtualTime.run(() -> {
            var error = assertThrows(
                    FailedException.class,
                    () -> Group.run("job", (Group<Integer> group) -> {
                        group.fork(GroupTest::fails);
                        group.fork(GroupTest::fails);
                        new Signal().waitForGo();
                    }));
            assertEquals(2, error.failures().size());
            assertEquals("group job: java.io.IOException: no (and 1 more)", error.getMessage());
        });
    }

    @Test
    void shouldCancelAndWaitWhenTheBodyThrows() throws Exception {
        VirtualTime.run(() -> {
            var ended = new AtomicInteger();
            var error = assertThrows(
                    IOException.class,
                    () -> Group.call("job", (Group<Integer> group) -> {
                        group.fork(() -> {
                            try {
                                Strand.sleep(DAY);
                            } finally {
                                CancelScope.shield(() -> Strand.sleep(SECOND));
                                ended.incrementAndGet();
                            }
                        });
                        group.fork(() -> {
                            try {
                                Strand.sleep(DAY);
                            } catch (CancelledException e) {
                                throw new IllegalStateException("while it unwound", e);
                            }
                        });
                        Strand.sleep(SECOND);
                        return fails();
                    }));
            assertEquals(1, ended.get());
            assertEquals("while it unwound", error.getSuppressed()[0].getMessage());
            assertEquals(seconds(2), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldCancelTheForksWhenTheCallerIsCancelled() throws Exception {
        VirtualTime.run(() -> {
            var cancelled = new AtomicInteger();
            for (boolean joins : new boolean[] {true, false}) {
                var error = assertThrows(
                        TimedOutException.class,
                        () -> CancelScope.timeout(
                                SECOND,
                                () -> Group.run("job", (Group<Integer> group) -> {
                                    group.fork(() -> sleeper(cancelled));
                                    group.fork(() -> sleeper(cancelled));
                                    if (joins) {
                                        group.joinAll();
                                    }
                                })));
                assertEquals("not done within PT1S", error.getMessage());
            }
            assertEquals(4, cancelled.get());
            assertEquals(seconds(2), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldCancelTheOthersWhenOneFailsAndAllAreNeeded() throws Exception {
        VirtualTime.run(() -> Group.run("job", (Group<Integer> group) -> {
            var cancelled = new AtomicInteger();
            group.fork(() -> sleeper(cancelled));
            group.fork(GroupTest::fails);
            var error = assertThrows(FailedException.class, group::joinAllOrNone);
            assertEquals(1, error.failures().size());
            assertEquals(1, cancelled.get());
            group.fork(() -> 1);
            group.fork(() -> 2);
            assertEquals(List.of(1, 2), group.joinAllOrNone());
        }));
    }

    @Test
    void shouldTakeTheFirstToEndWhenAnyWillDo() throws Exception {
        VirtualTime.run(() -> Group.run("job", (Group<Integer> group) -> {
            var cancelled = new AtomicInteger();
            group.fork(() -> sleeper(cancelled));
            group.fork(() -> 7);
            assertEquals(7, group.joinAny());
            assertEquals(1, cancelled.get());
            group.fork(GroupTest::fails);
            group.fork(() -> sleeper(cancelled));
            assertThrows(FailedException.class, group::joinAny);
            assertEquals(2, cancelled.get());
            assertThrows(IllegalStateException.class, group::joinAny);
            assertThrows(IllegalStateException.class, group::joinFirst);
        }));
    }

    @Test
    void shouldTakeTheFirstSuccessWhenOthersFail() throws Exception {
        VirtualTime.run(() -> Group.run("job", (Group<Integer> group) -> {
            var cancelled = new AtomicInteger();
            group.fork(GroupTest::fails);
            group.fork(() -> sleeper(cancelled));
            group.fork(() -> {
                Strand.sleep(SECOND);
                return 9;
            });
            assertEquals(9, group.joinFirst());
            assertEquals(1, cancelled.get());
            group.fork(GroupTest::fails);
            group.fork(GroupTest::fails);
            assertEquals(
                    2,
                    assertThrows(FailedException.class, group::joinFirst)
                            .failures()
                            .size());
        }));
    }

    @Test
    void shouldCancelAllWhenToldTo() throws Exception {
        VirtualTime.run(() -> Group.run("workers", (Group<Integer> group) -> {
            var cancelled = new AtomicInteger();
            group.fork(() -> sleeper(cancelled));
            group.fork(() -> sleeper(cancelled));
            VirtualTime.pause();
            group.cancel();
            assertTrue(assertThrows(FailedException.class, group::joinAll).wasCancelled());
            assertEquals(2, cancelled.get());
        }));
    }

    @Test
    void shouldLetForksForkAndOnlyTheOwnerJoin() throws Exception {
        VirtualTime.run(() -> {
            var names = Collections.synchronizedList(new ArrayList<String>());
            Group<Integer> kept = Group.call("tree", (Group<Integer> group) -> {
                group.fork(() -> {
                    assertThrows(IllegalStateException.class, group::joinAll);
                    group.fork(() -> {
                        Strand.sleep(SECOND);
                        names.add(Thread.currentThread().getName());
                    });
                });
                return group;
            });
            assertEquals(List.of("tree-2"), names);
            assertThrows(IllegalStateException.class, () -> kept.fork(() -> 1));
            assertEquals(0, kept.running());
        });
    }

    @Test
    void shouldCancelLateForksToo() throws Exception {
        VirtualTime.run(() -> {
            assertFalse(CancelScope.runAtMost(
                    SECOND,
                    () -> Group.run("tree", (Group<Integer> group) -> {
                        group.fork(() -> {
                            try {
                                Strand.sleep(DAY);
                            } finally {
                                group.fork(() -> Strand.sleep(DAY));
                            }
                        });
                    })));
            assertEquals(SECOND, VirtualTime.elapsed());
        });
    }

    @Test
    @Tag("slow")
    @Tag("once")
    void shouldUnwindWhenThousandsOfNestedGroupsAreCancelled() throws Exception {
        var deepest = new AtomicInteger();
        var ended = new AtomicInteger();
        var isThere = new Signal();
        Fork<Void> top = Fork.start("top", () -> nest(5_000, deepest, ended, isThere));
        assertTrue(isThere.waitForGo(seconds(60)));
        assertTrue(top.cancel());
        assertTrue(
                assertThrows(FailedException.class, () -> top.get(seconds(60))).wasCancelled());
        assertEquals(5_000, deepest.get());
        assertEquals(5_000, ended.get());
    }

    private static void nest(int left, AtomicInteger deepest, AtomicInteger ended, Signal isThere) {
        if (left == 0) {
            isThere.go();
            new Signal().waitForGo();
        }
        deepest.incrementAndGet();
        try {
            Group.run("level", (Group<Void> group) -> {
                group.fork(() -> nest(left - 1, deepest, ended, isThere));
            });
        } finally {
            ended.incrementAndGet();
        }
    }

    @Test
    @Tag("slow")
    void shouldLoseNothingWhenEverythingIsRandom() throws Exception {
        long first = System.nanoTime();
        System.out.println("GroupTest seed " + first);
        for (long seed = first; seed < first + 300; seed++) {
            long now = seed;
            VirtualTime.run(seed, () -> randomRound(new SplittableRandom(now)));
        }
    }

    /// Forks sleep, then fail or end; the limit comes at some time: whoever has begun has ended, and what failed is
    /// told.
    private static void randomRound(SplittableRandom random) {
        int count = random.nextInt(1, 12);
        long limit = random.nextLong(1, 12);
        boolean joins = random.nextBoolean();
        var begun = new AtomicInteger();
        var ended = new AtomicInteger();
        var failed = Collections.synchronizedList(new ArrayList<Throwable>());
        List<Throwable> told = new ArrayList<>();
        try {
            CancelScope.timeout(
                    seconds(limit),
                    () -> Group.run("job", (Group<Integer> group) -> {
                        for (int i = 0; i < count; i++) {
                            long sleep = random.nextLong(10);
                            boolean fails = random.nextInt(3) == 0;
                            group.fork(() -> {
                                begun.incrementAndGet();
                                try {
                                    Strand.sleep(seconds(sleep));
                                    if (fails) {
                                        throw noted(failed);
                                    }
                                    return 1;
                                } finally {
                                    ended.incrementAndGet();
                                }
                            });
                        }
                        if (joins) {
                            assertEquals(count, group.joinAll().size());
                        }
                    }));
        } catch (FailedException e) {
            told.addAll(e.failures());
        } catch (TimedOutException e) {
            told.addAll(Arrays.asList(e.getCause().getSuppressed()));
        }
        told.removeIf(Fork::isCancel);
        assertEquals(begun.get(), ended.get());
        assertEquals(count, ended.get());
        assertEquals(failed.size(), told.size());
        assertTrue(told.containsAll(failed));
    }

    private static IllegalStateException noted(List<Throwable> failed) {
        var failure = new IllegalStateException("planned");
        failed.add(failure);
        return failure;
    }

    @Test
    void shouldTellWhatFailedWhileACancelledForkUnwound() throws Exception {
        VirtualTime.run(() -> {
            var error = assertThrows(
                    FailedException.class,
                    () -> Group.run("outer", (Group<Integer> outer) -> {
                        outer.fork(() -> Group.run("inner", (Group<Integer> inner) -> {
                            inner.fork(() -> failsWhenCancelled(1));
                            inner.fork(() -> failsWhenCancelled(2));
                        }));
                        outer.fork(() -> Strand.sleep(DAY));
                        Strand.sleep(SECOND);
                        outer.cancel();
                    }));
            assertFalse(error.wasCancelled());
            assertEquals(1, error.failures().size());
            Throwable cancel = error.getCause();
            assertTrue(cancel instanceof CancelledException, cancel::toString);
            assertEquals(
                    List.of("clean-up 1", "clean-up 2"),
                    Arrays.stream(cancel.getSuppressed())
                            .map(Throwable::getMessage)
                            .toList());
            assertEquals(SECOND, VirtualTime.elapsed());
        });
    }

    private static int failsWhenCancelled(int number) {
        Closing resource = () -> {
            throw new IllegalStateException("clean-up " + number);
        };
        try (resource) {
            Strand.sleep(DAY);
        } catch (CancelledException e) {
            throw (IllegalStateException) e.getSuppressed()[0];
        }
        return number;
    }

    private interface Closing extends AutoCloseable {
        @Override
        void close();
    }

    /// Interrupts that are suppressed in a cancel are part of the end, not failures.
    @Test
    void shouldTellNothingWhenOnlyCancelsAreSuppressedInACancel() throws Exception {
        VirtualTime.run(() -> Group.run("job", (Group<Integer> group) -> {
            group.fork(() -> {
                Closing resource = () -> {
                    throw new CancelledException("the clean-up, too");
                };
                try (resource) {
                    Strand.sleep(DAY);
                }
            });
            Strand.sleep(SECOND);
            group.cancel();
        }));
    }
}
