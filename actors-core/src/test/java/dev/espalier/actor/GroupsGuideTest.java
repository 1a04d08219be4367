package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.espalier.sync.BatchingQueue;
import dev.espalier.sync.CancelScope;
import dev.espalier.sync.Compute;
import dev.espalier.sync.Fork;
import dev.espalier.sync.Group;
import dev.espalier.sync.Promise;
import dev.espalier.sync.Queue;
import dev.espalier.sync.Strand;
import dev.espalier.sync.TimedOutException;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The code of `docs/guide/groups.md` and `docs/guide/queues.md`, compiled and run.
class GroupsGuideTest {
    private final List<String> stored = new ArrayList<>();

    private static int price(String shop) {
        Strand.sleep(Duration.ofMillis(10));
        return shop.length();
    }

    @Test
    void shouldFetchInAGroup() throws Exception {
        VirtualTime.run(1, () -> {
            // @start region="group"
            List<Integer> prices = Group.call("prices", (Group<Integer> group) -> {
                for (String shop : List.of("north", "south", "west")) {
                    group.fork(() -> price(shop));
                }
                return group.joinAll();
            }); // all forks have ended here
            // @end
            assertEquals(List.of(5, 5, 4), prices);
        });
    }

    @Test
    void shouldTakeTheFastest() throws Exception {
        VirtualTime.run(1, () -> {
            // @start region="first"
            int price = Group.call("prices", (Group<Integer> group) -> {
                group.fork(() -> price("north"));
                group.fork(() -> price("south"));
                return group.joinFirst(); // the other one is cancelled
            });
            // @end
            assertEquals(5, price);
        });
    }

    @Test
    void shouldLimitTheTime() throws Exception {
        VirtualTime.run(1, () -> {
            // @start region="timeout"
            int price = CancelScope.timeout(Duration.ofSeconds(2), () -> price("north"));
            // @end
            assertEquals(5, price);
            assertThrows(TimedOutException.class, () -> CancelScope.timeout(Duration.ZERO, () -> price("north")));
        });
    }

    @Test
    void shouldForkAndCancel() throws Exception {
        VirtualTime.run(1, () -> {
            // @start region="fork"
            Fork<Integer> north = Fork.start("north", () -> price("north"));
            Fork<Integer> south = Fork.start("south", () -> price("south"));
            int price = north.get();
            south.cancel(); // its next or current blocking call throws
            // @end
            assertEquals(5, price);
        });
    }

    private static long sum(int[] numbers) {
        long sum = 0;
        for (int each : numbers) {
            sum += each;
        }
        return sum;
    }

    @Test
    void shouldCompute() throws Exception {
        VirtualTime.run(1, () -> {
            int[] numbers = {1, 2, 3};
            // @start region="compute"
            long sum = Compute.call(() -> sum(numbers)); // on a platform thread; this one waits
            // @end
            assertEquals(6, sum);
        });
    }

    @Test
    void shouldPromise() throws Exception {
        VirtualTime.run(1, () -> {
            // @start region="promise"
            Promise<Integer> answer = new Promise<>();
            Strand.start("thinker", () -> answer.complete(42));
            int known = answer.get(Duration.ofSeconds(1));
            // @end
            assertEquals(42, known);
        });
    }

    @Test
    void shouldWorkOffAQueue() throws Exception {
        VirtualTime.run(1, () -> {
            // @start region="queue"
            Queue<String> rows = Queue.bounded(100);
            Group.run("writers", (Group<Integer> group) -> {
                for (int i = 0; i < 4; i++) {
                    group.fork(() -> {
                        for (String row : rows) { // ends when it is closed and empty
                            stored.add(row);
                            rows.taskDone();
                        }
                    });
                }
                rows.extend(List.of("a", "b", "c"));
                rows.join(); // until all are stored
                rows.close();
            });
            // @end
            assertEquals(3, stored.size());
        });
    }

    @Test
    void shouldBatch() throws Exception {
        VirtualTime.run(1, () -> {
            // @start region="batching"
            try (BatchingQueue<String> rows = BatchingQueue.<String>to("rows", batch -> stored.addAll(batch))
                    .size(500)
                    .age(Duration.ofSeconds(1))
                    .start()) {
                rows.add("a");
                rows.add("b");
            } // delivered here at the latest
            // @end
            assertEquals(List.of("a", "b"), stored);
        });
    }
}
