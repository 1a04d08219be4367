package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class BatchingQueueTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final List<List<Integer>> batches = new ArrayList<>();
    private final List<List<Integer>> lost = new ArrayList<>();

    private BatchingQueue.Builder<Integer> queue() {
        return BatchingQueue.<Integer>to("sink", batches::add).size(3).age(SECOND);
    }

    @Test
    void shouldDeliverWhenFullOrOldOrClosed() throws Exception {
        VirtualTime.run(() -> {
            var queue = queue().start();
            for (int i = 1; i <= 4; i++) {
                queue.add(i);
            }
            VirtualTime.pause();
            VirtualTime.pause();
            assertEquals(List.of(List.of(1, 2, 3)), batches);
            Strand.sleep(SECOND.plusMillis(1));
            assertEquals(List.of(List.of(1, 2, 3), List.of(4)), batches);
            queue.add(5);
            queue.close();
            assertEquals(List.of(List.of(1, 2, 3), List.of(4), List.of(5)), batches);
            assertEquals(SECOND.plusMillis(1), VirtualTime.elapsed());
            assertThrows(ClosedException.class, () -> queue.add(6));
            assertEquals(new BatchingQueue.Statistics(5, 5, 0, 0), queue.statistics());
        });
    }

    @Test
    void shouldDeliverAtOnceWhenFlushed() throws Exception {
        for (long seed = 0; seed < 100; seed++) {
            batches.clear();
            VirtualTime.run(seed, () -> {
                var queue = queue().age(DAY).start();
                queue.add(1);
                queue.add(2);
                assertTrue(queue.flush(SECOND));
                assertEquals(
                        List.of(1, 2), batches.stream().flatMap(List::stream).toList());
                assertTrue(queue.flush(SECOND));
                queue.close();
                assertEquals(Duration.ZERO, VirtualTime.elapsed());
            });
        }
    }

    @Test
    void shouldTryAgainAndThenGiveUp() throws Exception {
        VirtualTime.run(() -> {
            int[] calls = new int[1];
            var queue = BatchingQueue.<Integer>to("sink", batch -> {
                        calls[0]++;
                        if (batch.contains(2) || calls[0] == 1) {
                            throw new IOException("no");
                        }
                        batches.add(batch);
                    })
                    .size(1)
                    .attempts(3, SECOND, SECOND.multipliedBy(10))
                    .onLoss((batch, cause) -> {
                        assertEquals("no", cause.getMessage());
                        lost.add(batch);
                        throw new IllegalStateException("the callback fails, too");
                    })
                    .start();
            queue.add(1);
            queue.add(2);
            queue.add(3);
            queue.close();
            assertEquals(List.of(List.of(1), List.of(3)), batches);
            assertEquals(List.of(List.of(2)), lost);
            assertEquals(new BatchingQueue.Statistics(3, 2, 1, 3), queue.statistics());
            long millis = VirtualTime.elapsed().toMillis(); // 1 s; 1 s and 2 s; a tenth more or less each
            assertTrue(millis >= 3_600 && millis <= 4_400, "took " + millis);
        });
    }

    @Test
    void shouldHoldUpProducersWhenTheSinkIsSlow() throws Exception {
        VirtualTime.run(() -> {
            var queue = BatchingQueue.<Integer>to("sink", batch -> Strand.sleep(SECOND))
                    .size(1)
                    .bound(2)
                    .start();
            for (int i = 0; i < 3; i++) {
                queue.add(i);
                VirtualTime.pause();
            }
            assertFalse(queue.add(3, Duration.ofMillis(1)));
            assertTrue(queue.add(3, DAY));
            queue.close();
            assertEquals(Duration.ofSeconds(4), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldGiveUpWhatIsLeftWhenTheCloseTakesTooLong() throws Exception {
        VirtualTime.run(() -> {
            var queue = BatchingQueue.<Integer>to("sink", batch -> Strand.sleep(DAY))
                    .size(1)
                    .onLoss((batch, cause) -> lost.add(batch))
                    .start();
            queue.add(1);
            queue.add(2);
            queue.add(3);
            assertFalse(queue.close(SECOND));
            assertTrue(queue.close(SECOND));
            assertEquals(List.of(List.of(1), List.of(2, 3)), lost);
            assertEquals(3, queue.statistics().lost());
            assertEquals(SECOND, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldHaveDeliveredWhatWasAddedBeforeTheFlushWhoeverElseAdds() throws Exception {
        for (long seed = 0; seed < 100; seed++) {
            batches.clear();
            VirtualTime.run(seed, () -> {
                BatchingQueue.Sink<Integer> slow = batch -> {
                    Strand.sleep(SECOND);
                    batches.add(batch);
                };
                var queue =
                        BatchingQueue.<Integer>to("sink", slow).size(3).bound(1).start();
                Group.run("adders", (Group<Integer> group) -> {
                    for (int i = 0; i < 6; i++) {
                        int item = i;
                        group.fork(() -> {
                            queue.add(item);
                            assertTrue(queue.flush(DAY));
                            assertTrue(
                                    batches.stream().anyMatch(batch -> batch.contains(item)),
                                    () -> item + " is not in " + batches);
                        });
                    }
                });
                queue.close();
            });
        }
    }

    @Test
    void shouldTryAsOftenAsItWasTold() throws Exception {
        VirtualTime.run(() -> {
            int[] calls = new int[1];
            var queue = BatchingQueue.<Integer>to("sink", batch -> {
                        calls[0]++;
                        throw new IOException("no");
                    })
                    .attempts(200, Duration.ofMillis(1), Duration.ofMillis(2))
                    .onLoss((batch, cause) -> {
                        assertEquals("no", cause.getMessage());
                        lost.add(batch);
                    })
                    .start();
            queue.add(1);
            queue.close();
            assertEquals(200, calls[0]);
            assertEquals(List.of(List.of(1)), lost);
            assertEquals(199, queue.statistics().retries());
        });
    }

    @Test
    void shouldGiveUpWhatIsLeftWhenTheSinkSwallowsTheCancel() throws Exception {
        VirtualTime.run(() -> {
            int[] calls = new int[1];
            var queue = BatchingQueue.<Integer>to("sink", batch -> {
                        calls[0]++;
                        try {
                            Strand.sleep(DAY);
                        } catch (CancelledException e) {
                            throw new IOException("wrapped", e);
                        }
                    })
                    .size(1)
                    .onLoss((batch, cause) -> {
                        Strand.sleep(SECOND); // is not disturbed
                        lost.add(batch);
                    })
                    .start();
            queue.add(1);
            queue.add(2);
            assertFalse(queue.close(SECOND));
            assertTrue(queue.close(DAY));
            assertEquals(1, calls[0]);
            assertEquals(List.of(List.of(1), List.of(2)), lost);
            assertEquals(Duration.ofSeconds(3), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldGoOnWhenTheSinkLeavesAnInterruptOrACancelOfItsOwn() throws Exception {
        VirtualTime.run(() -> {
            int[] calls = new int[1];
            var queue = BatchingQueue.<Integer>to("sink", batch -> {
                        calls[0]++;
                        Thread.currentThread().interrupt();
                        if (calls[0] == 1) {
                            throw new CancelledException("of something else");
                        }
                        batches.add(batch);
                    })
                    .size(1)
                    .start();
            queue.add(1);
            assertTrue(queue.flush(DAY));
            Strand.sleep(SECOND); // it waits for more
            queue.add(2);
            queue.close();
            assertEquals(List.of(List.of(1), List.of(2)), batches);
            assertEquals(new BatchingQueue.Statistics(2, 2, 0, 1), queue.statistics());
        });
    }

    @Test
    void shouldDeliverAtOnceWhatHasGrownOldWhileTheSinkWasBusy() throws Exception {
        VirtualTime.run(() -> {
            List<Duration> times = new ArrayList<>();
            var queue = BatchingQueue.<Integer>to("sink", batch -> {
                        batches.add(batch);
                        times.add(VirtualTime.elapsed());
                        Strand.sleep(SECOND.multipliedBy(5));
                    })
                    .size(10)
                    .age(SECOND)
                    .start();
            queue.add(1);
            Strand.sleep(SECOND.multipliedBy(2));
            queue.add(2); // old at 3 s, but the sink is busy until 6 s
            Strand.sleep(Duration.ofMillis(3_500));
            queue.add(3); // goes along
            Strand.sleep(SECOND.multipliedBy(5));
            queue.add(4); // at 10.5 s, when the sink is busy until 11 s: half a second is left
            Strand.sleep(SECOND.multipliedBy(2));
            assertEquals(List.of(List.of(1), List.of(2, 3), List.of(4)), batches);
            assertEquals(List.of(SECOND, SECOND.multipliedBy(6), Duration.ofMillis(11_500)), times);
            queue.close();
        });
    }

    @Test
    void shouldNotWaitForItselfWhenItsSinkOrCallbackClosesIt() throws Exception {
        VirtualTime.run(() -> {
            var queue = new AtomicReference<BatchingQueue<Integer>>();
            queue.set(BatchingQueue.<Integer>to("sink", batch -> {
                        batches.add(batch);
                        assertFalse(queue.get().flush(DAY));
                        assertFalse(queue.get().flush(new Signal()));
                        throw new IOException("no");
                    })
                    .size(1)
                    .attempts(1, SECOND, SECOND)
                    .onLoss((batch, cause) -> {
                        lost.add(batch);
                        assertFalse(queue.get().close(DAY));
                        queue.get().close();
                    })
                    .start());
            queue.get().add(1);
            queue.get().add(2);
            queue.get().close();
            assertEquals(List.of(List.of(1), List.of(2)), batches);
            assertEquals(batches, lost);
            assertTrue(queue.get().flush(Duration.ZERO));
            assertEquals(Duration.ZERO, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldGiveUpWhenTheSignalGoes() throws Exception {
        VirtualTime.run(() -> {
            var queue = BatchingQueue.<Integer>to("sink", batch -> Strand.sleep(SECOND))
                    .size(1)
                    .bound(1)
                    .start();
            queue.add(1);
            VirtualTime.pause();
            assertTrue(queue.add(2, Till.after(SECOND)));
            assertFalse(queue.add(3, Till.after(Duration.ofMillis(500))));
            assertFalse(queue.flush(Till.after(SECOND)));
            assertTrue(queue.flush(Till.after(SECOND)));
            assertEquals(SECOND.multipliedBy(2), VirtualTime.elapsed());
            queue.close();
            assertEquals(2, queue.statistics().delivered());
        });
    }

    @Test
    @Tag("slow")
    @Tag("once") // simulated time
    void shouldDeliverOrGiveUpEachItemOnceInOrderWhateverHappens() throws Exception {
        long first = System.nanoTime();
        System.out.println("BatchingQueueTest seed " + first);
        for (long seed = first; seed < first + 100; seed++) {
            long now = seed;
            VirtualTime.run(seed, () -> new Storm(new SplittableRandom(now)).run());
        }
    }

    /// Producers whose waits end in all ways, a sink that is slow and fails, flushes in between, an end with or without
    /// a limit.
    private static final class Storm {
        private static final int PRODUCERS = 3;
        private static final int ITEMS = 30;

        private final SplittableRandom random;
        private final List<Integer> added = new ArrayList<>();
        private final List<Integer> settled = new ArrayList<>();
        private final BatchingQueue<Integer> queue;
        private int lost;

        Storm(SplittableRandom random) {
            this.random = random;
            SplittableRandom own = random.split();
            queue = BatchingQueue.<Integer>to("sink", batch -> deliver(own, batch))
                    .size(random.nextInt(1, 6))
                    .age(millis(random, 6))
                    .bound(random.nextInt(1, 5))
                    .attempts(random.nextInt(1, 3), millis(random, 3), millis(random, 3))
                    .onLoss((batch, cause) -> {
                        settled.addAll(batch);
                        lost += batch.size();
                    })
                    .start();
        }

        private static Duration millis(SplittableRandom random, int bound) {
            return Duration.ofMillis(random.nextInt(bound));
        }

        private void deliver(SplittableRandom own, List<Integer> batch) throws IOException {
            Strand.sleep(millis(own, 4));
            if (own.nextInt(4) == 0) {
                throw new IOException("planned");
            }
            settled.addAll(batch);
        }

        void run() {
            Group.run("producers", (Group<Void> group) -> {
                for (int i = 0; i < PRODUCERS; i++) {
                    int producer = i;
                    SplittableRandom own = random.split();
                    group.fork(() -> produce(own, producer));
                }
            });
            if (random.nextBoolean() || !queue.close(millis(random, 10))) {
                queue.close();
            }
            assertEquals(Set.copyOf(added), Set.copyOf(settled));
            assertEquals(added.size(), settled.size());
            for (int i = 0; i < PRODUCERS; i++) {
                int producer = i;
                List<Integer> inTurn = settled.stream()
                        .filter(item -> item / ITEMS == producer)
                        .toList();
                assertEquals(inTurn.stream().sorted().toList(), inTurn);
            }
            BatchingQueue.Statistics counts = queue.statistics();
            assertEquals(added.size(), counts.added());
            assertEquals(lost, counts.lost());
            assertEquals(added.size() - lost, counts.delivered());
        }

        private void produce(SplittableRandom own, int producer) {
            for (int i = 0; i < ITEMS; i++) {
                int item = producer * ITEMS + i;
                Duration limit = millis(own, 4);
                boolean done = switch (own.nextInt(4)) {
                    case 0 -> queue.add(item, limit);
                    case 1 -> queue.add(item, Till.after(limit));
                    case 2 -> CancelScope.runAtMost(limit, () -> queue.add(item));
                    default -> {
                        queue.add(item);
                        yield true;
                    }
                };
                if (done) {
                    added.add(item);
                }
                if (own.nextInt(10) == 0) {
                    queue.flush(limit);
                }
            }
        }
    }
}
