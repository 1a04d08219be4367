package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class QueueTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    @Test
    void shouldDrainAndEndTheLoopWhenClosed() throws Exception {
        VirtualTime.run(() -> {
            Queue<Integer> queue = Queue.unbounded();
            queue.extend(List.of(1, 2, 3));
            assertTrue(queue.close());
            assertFalse(queue.close());
            assertFalse(queue.isEnded());
            var seen = new ArrayList<Integer>();
            for (int each : queue) {
                seen.add(each);
            }
            assertEquals(List.of(1, 2, 3), seen);
            assertTrue(queue.isEnded());
            assertThrows(ClosedException.class, () -> queue.add(4));
            assertThrows(ClosedException.class, () -> queue.tryAdd(4));
            assertEquals(Optional.empty(), queue.pop());
        });
    }

    @Test
    void shouldCountWhatWasTakenAtOnceAsTaken() {
        Queue<Integer> queue = Queue.unbounded();
        queue.extend(List.of(1, 2));
        assertEquals(List.of(1, 2), queue.popAll());
        queue.taskDone();
        queue.taskDone();
        assertEquals(0, queue.openTasks());
        assertThrows(IllegalStateException.class, queue::taskDone);
    }

    @Test
    void shouldWakeItsBlockedProducersAndConsumersWhenClosed() throws Exception {
        VirtualTime.run(() -> {
            Queue<Integer> full = Queue.bounded(1);
            full.add(1);
            Queue<Integer> empty = Queue.unbounded();
            var refused = new AtomicInteger();
            Group.run("waiters", (Group<Integer> group) -> {
                for (int i = 0; i < 3; i++) {
                    group.fork(() -> {
                        assertThrows(ClosedException.class, () -> full.add(2));
                        refused.incrementAndGet();
                    });
                    group.fork(() -> assertEquals(Optional.empty(), empty.pop()));
                    group.fork(() -> assertEquals(Optional.empty(), empty.pop(DAY)));
                }
                Strand.sleep(SECOND);
                assertEquals(3, full.waiting());
                assertEquals(6, empty.waiting());
                full.close();
                empty.close();
            });
            assertEquals(3, refused.get());
            assertEquals(SECOND, VirtualTime.elapsed());
            assertEquals(List.of(1), full.popAll());
        });
    }

    @Test
    void shouldTellTheTruthWhenTheTimeIsOver() throws Exception {
        VirtualTime.run(() -> {
            Queue<Integer> queue = Queue.bounded(1);
            assertEquals(Optional.empty(), queue.pop(SECOND));
            assertFalse(queue.isEnded());
            assertEquals(Optional.empty(), queue.tryPop());
            assertTrue(queue.tryAdd(1));
            assertFalse(queue.tryAdd(2));
            assertFalse(queue.add(2, SECOND));
            assertFalse(queue.add(2, Till.after(SECOND)));
            assertEquals(Duration.ofSeconds(3), VirtualTime.elapsed());
            assertEquals(Optional.of(1), queue.pop(new Signal()));
            assertEquals(Optional.empty(), queue.pop(Till.after(SECOND)));
            assertEquals(0, queue.waiting());
        });
    }

    @Test
    void shouldServeInOrderWhenSeveralWait() throws Exception {
        VirtualTime.run(() -> {
            Queue<Integer> queue = Queue.bounded(1);
            queue.add(0);
            for (int i = 1; i <= 5; i++) {
                int item = i;
                Strand.start("adder", () -> queue.add(item));
            }
            VirtualTime.pause();
            Fork<Integer> given = Fork.start("given up", () -> {
                queue.add(99);
                return 1;
            });
            VirtualTime.pause();
            Strand.start("adder", () -> queue.add(6));
            Strand.sleep(SECOND);
            given.cancel();
            given.done().waitForGo();
            for (int i = 0; i <= 6; i++) {
                assertEquals(Optional.of(i), queue.pop());
            }
            assertEquals(0, queue.size());
        });
    }

    @Test
    void shouldTakeInTheOrderThatWasAskedFor() throws Exception {
        VirtualTime.run(() -> {
            Queue<String> lifo = Queue.<String>builder().lifo().build();
            lifo.extend(List.of("a", "b", "c"));
            assertEquals(List.of("c", "b", "a"), lifo.popAll());
            Queue<String> byLength = Queue.<String>builder()
                    .priority(Comparator.comparingInt(String::length))
                    .build();
            byLength.extend(List.of("ccc", "bb", "x", "aaa", "a", "y"));
            assertEquals(List.of("x", "a", "y", "bb", "ccc", "aaa"), byLength.popAll());
            Queue<String> unique = Queue.<String>builder().unique().build();
            unique.extend(List.of("a", "b", "a"));
            assertEquals(Optional.of("a"), unique.pop());
            unique.add("a");
            assertEquals(List.of("b", "a"), unique.popAll());
            assertThrows(IllegalArgumentException.class, () -> Queue.bounded(0));
        });
    }

    @Test
    void shouldWaitUntilAllIsDone() throws Exception {
        VirtualTime.run(() -> {
            Queue<Integer> queue = Queue.unbounded();
            queue.join();
            queue.extend(List.of(1, 2, 3));
            assertFalse(queue.join(SECOND));
            assertFalse(queue.join(Till.after(SECOND)));
            assertThrows(IllegalStateException.class, queue::taskDone);
            Strand.start("worker", () -> {
                for (int _ : queue) {
                    Strand.sleep(SECOND);
                    queue.taskDone();
                }
            });
            assertTrue(queue.join(DAY));
            assertEquals(Duration.ofSeconds(5), VirtualTime.elapsed());
            assertEquals(0, queue.openTasks());
            assertThrows(IllegalStateException.class, queue::taskDone);
            queue.close();
        });
    }

    @Test
    void shouldLetProducersInWhenAllIsTaken() throws Exception {
        VirtualTime.run(() -> {
            Queue<Integer> queue = Queue.bounded(2);
            queue.extend(List.of(1, 2));
            Strand.start("adder", () -> queue.extend(List.of(3, 4, 5)));
            VirtualTime.pause();
            assertEquals(List.of(1, 2), queue.popAll());
            Strand.sleep(SECOND);
            assertEquals(List.of(3, 4), queue.popAll());
            Strand.sleep(SECOND);
            assertEquals(List.of(5), queue.popAll());
        });
    }

    @Test
    void shouldBehaveAsItsModelWhenUsedByOneThread() throws Exception {
        long first = System.nanoTime();
        System.out.println("QueueTest seed " + first);
        for (long seed = first; seed < first + 200; seed++) {
            var random = new SplittableRandom(seed);
            VirtualTime.run(seed, () -> model(random));
        }
    }

    private static void model(SplittableRandom random) {
        int bound = random.nextInt(1, 6);
        boolean unique = random.nextBoolean();
        Queue.Builder<Integer> builder = Queue.<Integer>builder().bound(bound);
        Queue<Integer> queue = unique ? builder.unique().build() : builder.build();
        var model = new ArrayDeque<Integer>();
        int out = 0;
        int open = 0;
        for (int i = 0; i < 100; i++) {
            int item = random.nextInt(8);
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    boolean dropped = unique && model.contains(item);
                    boolean fits = dropped || model.size() < bound;
                    assertEquals(fits, queue.tryAdd(item));
                    if (fits && !dropped) {
                        model.add(item);
                        open++;
                    }
                }
                case 2 -> {
                    Optional<Integer> expected = Optional.ofNullable(model.poll());
                    out += expected.isPresent() ? 1 : 0;
                    assertEquals(expected, queue.pop(Duration.ofNanos(random.nextInt(3))));
                }
                default -> {
                    if (out > 0) {
                        queue.taskDone();
                        out--;
                        open--;
                    }
                }
            }
            assertEquals(model.size(), queue.size());
            assertEquals(open, queue.openTasks());
        }
    }

    @Test
    @Tag("slow")
    void shouldLoseAndDoubleNothingWhenWaitsAreCancelledAtRandom() throws Exception {
        long seed = System.nanoTime();
        System.out.println("QueueTest seed " + seed);
        int items = 50_000;
        Queue<Integer> queue = Queue.bounded(3);
        var got = new ConcurrentLinkedQueue<Integer>();
        var cancels = new AtomicInteger();
        Group.run("race", (Group<Integer> group) -> {
            for (int i = 0; i < 4; i++) {
                int part = i;
                group.fork(() -> {
                    var random = new SplittableRandom(seed + part);
                    for (int n = part; n < items; n += 4) {
                        while (!added(queue, n, random)) {
                            cancels.incrementAndGet();
                        }
                    }
                });
            }
            for (int i = 0; i < 4; i++) {
                boolean platform = i == 0;
                Task<Integer, RuntimeException> loop = () -> {
                    var random = new SplittableRandom(seed - platformNumber(platform));
                    while (!queue.isEnded()) {
                        taken(queue, random, cancels).ifPresent(got::add);
                    }
                    return 0;
                };
                group.fork(platform ? () -> Compute.call(loop) : loop);
            }
            while (group.running() > 4) {
                Strand.sleep(Duration.ofMillis(1));
            }
            queue.close();
        });
        assertEquals(items, got.size());
        assertEquals(items, new HashSet<>(got).size());
        // With one processor a wait is mostly over before its cancel comes.
        assertTrue(cancels.get() > 0 || Runtime.getRuntime().availableProcessors() == 1);
        assertEquals(0, queue.waiting());
    }

    private static int platformNumber(boolean platform) {
        return platform ? 1 : 2;
    }

    /// Adds it, or is cancelled before.
    private static boolean added(Queue<Integer> queue, int item, SplittableRandom random) {
        if (random.nextInt(8) > 0) {
            queue.add(item);
            return true;
        }
        var scope = new CancelScope("add");
        Strand.current().schedule(Strand.now() + random.nextInt(20_000), scope::cancel);
        try {
            scope.run(() -> queue.add(item));
            return true;
        } catch (CancelledException e) {
            return false;
        }
    }

    private static Optional<Integer> taken(Queue<Integer> queue, SplittableRandom random, AtomicInteger cancels) {
        if (random.nextInt(8) > 0) {
            return queue.pop(Duration.ofMillis(1));
        }
        var scope = new CancelScope("pop");
        Strand.current().schedule(Strand.now() + random.nextInt(20_000), scope::cancel);
        try {
            return scope.call(() -> queue.pop());
        } catch (CancelledException e) {
            cancels.incrementAndGet();
            return Optional.empty();
        }
    }

    @Test
    void shouldTellAProducerThatWaitedWhatItsItemThrew() throws Exception {
        VirtualTime.run(() -> {
            Queue<Object> queue = Queue.builder()
                    .bound(1)
                    .priority((a, b) -> Integer.compare((int) a, (int) b))
                    .build();
            Queue<Object> two = Queue.builder()
                    .bound(2)
                    .priority((a, b) -> Integer.compare((int) a, (int) b))
                    .build();
            two.add(1);
            two.add(2);
            var thrown = new ArrayList<Throwable>();
            Strand bad = Strand.start("bad", () -> {
                try {
                    two.add("three");
                } catch (ClassCastException e) {
                    thrown.add(e);
                }
            });
            Strand good = Strand.start("good", () -> two.add(4));
            Strand.giveWay(1);
            assertEquals(2, two.waiting());
            assertEquals(Optional.of(1), two.pop(), "the taker has nothing to do with it");
            assertTrue(bad.join(Duration.ofSeconds(1)));
            assertTrue(good.join(Duration.ofSeconds(1)));
            assertEquals(1, thrown.size());
            assertEquals(List.of(2, 4), two.popAll());
            assertEquals(3, two.openTasks());
            assertThrows(ClassCastException.class, () -> queue.add("one"));
            assertEquals(0, queue.size());
        });
    }

    @Test
    void shouldLoseNoItemWhenTheOrderThrows() {
        for (int bad = 0; bad < 40; bad++) {
            var left = new int[] {bad};
            Queue<Integer> queue = Queue.<Integer>builder()
                    .priority((a, b) -> {
                        if (left[0]-- == 0) {
                            throw new IllegalStateException("the order throws");
                        }
                        return Integer.compare(a, b);
                    })
                    .build();
            var expected = new ArrayList<Integer>();
            for (int item = 20; item > 0; item--) {
                try {
                    queue.add(item);
                    expected.addFirst(item);
                } catch (IllegalStateException e) {
                    assertEquals(expected.size(), queue.size());
                }
            }
            assertEquals(19, expected.size());
            assertEquals(expected, queue.popAll());
        }
    }

    @Test
    void shouldCountATaskThatWasHandedOver() throws Exception {
        VirtualTime.run(() -> {
            Queue<String> queue = Queue.unbounded();
            Strand.start("worker", () -> {
                queue.pop();
                Strand.sleep(Duration.ofSeconds(1));
                queue.taskDone();
            });
            Strand.sleep(Duration.ofSeconds(1));
            queue.add("task");
            assertEquals(1, queue.openTasks());
            queue.join();
            assertEquals(Duration.ofSeconds(2), VirtualTime.elapsed());
            assertEquals(0, queue.openTasks());
        });
    }

    private record Moody(int number, AtomicInteger bad) {
        @Override
        public int hashCode() {
            if (bad.get() == number) {
                throw new IllegalStateException("no hash");
            }
            return number;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Moody moody && moody.number == number;
        }
    }

    @Test
    void shouldLoseNoItemWhenItsHashThrowsLater() {
        var bad = new AtomicInteger();
        Queue<Moody> queue = Queue.<Moody>builder().unique().build();
        for (int i = 1; i <= 3; i++) {
            queue.add(new Moody(i, bad));
        }
        bad.set(2);
        assertEquals(1, queue.pop().orElseThrow().number);
        assertThrows(IllegalStateException.class, queue::pop);
        assertEquals(2, queue.size());
        bad.set(3);
        assertEquals(List.of(2, 3), queue.popAll().stream().map(Moody::number).toList());
        assertEquals(3, queue.openTasks());
        queue.add(new Moody(2, bad));
        assertEquals(1, queue.size(), "nothing is remembered of those that were taken");
    }

    @Test
    void shouldTellWhatBecameOfAWaitWithAnEnd() throws Exception {
        VirtualTime.run(() -> {
            Queue<Integer> queue = Queue.bounded(1);
            var never = new Signal("never");
            assertTrue(queue.add(1, SECOND));
            assertFalse(queue.add(2, SECOND));
            assertFalse(queue.add(2, Till.after(SECOND)));
            assertFalse(queue.tryAdd(2));
            assertFalse(queue.join(Till.after(SECOND)));
            assertFalse(queue.join(SECOND));
            Strand adder = Strand.start("adder", () -> assertTrue(queue.add(2, DAY)));
            Strand.sleep(SECOND);
            assertEquals(1, queue.waiting());
            assertEquals(Optional.of(1), queue.tryPop());
            assertTrue(adder.join(SECOND));
            assertEquals(Optional.of(2), queue.pop(never));
            assertEquals(Optional.empty(), queue.tryPop());
            queue.taskDone();
            queue.taskDone();
            assertTrue(queue.join(never));
            assertTrue(queue.join(SECOND));
            assertTrue(queue.add(3, never));
        });
    }

    @Test
    void shouldSayThatItIsClosed() throws Exception {
        VirtualTime.run(() -> {
            Queue<Integer> queue = Queue.unbounded();
            assertFalse(queue.isClosed());
            assertEquals("Queue[0]", queue.toString());
            queue.add(1);
            queue.close();
            Strand.start("other", () -> assertTrue(queue.isClosed())).join(SECOND);
            assertEquals("Queue[1, closed]", queue.toString());
        });
    }
}
