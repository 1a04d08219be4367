package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Groups in forks of groups: no failure is lost, whatever else happens.
class GroupTreeTest {
    private static Duration seconds(long n) {
        return Duration.ofSeconds(n);
    }

    private interface Closing extends AutoCloseable {
        @Override
        void close();
    }

    @Test
    @Tag("slow")
    @Tag("once") // simulated time
    void shouldLoseNoFailureInATreeOfGroups() throws Exception {
        long first = System.nanoTime();
        System.out.println("GroupTreeTest seed " + first);
        int planned = 0;
        for (long seed = first; seed < first + 300; seed++) {
            var tree = new RandomTree();
            long now = seed;
            VirtualTime.run(seed, () -> tree.grow(new SplittableRandom(now)));
            planned += tree.planned.size();
        }
        assertTrue(planned > 300, "only " + planned + " failures");
    }

    /// Groups in forks of groups. Forks, bodies and their clean-up fail, forks and all are cancelled, at random times.
    private static final class RandomTree {
        final List<Throwable> planned = Collections.synchronizedList(new ArrayList<>());
        private final List<Throwable> told = Collections.synchronizedList(new ArrayList<>());

        void grow(SplittableRandom random) {
            try {
                CancelScope.timeout(seconds(random.nextLong(1, 20)), () -> node(random, 3));
            } catch (Throwable thrown) {
                told.add(thrown);
            }
            Set<Throwable> found = Collections.newSetFromMap(new IdentityHashMap<>());
            told.forEach(each -> collect(each, found));
            for (Throwable each : planned) {
                assertTrue(found.contains(each), () -> each + " is not in " + told);
            }
        }

        private static void collect(Throwable from, Set<Throwable> found) {
            if (from != null && found.add(from)) {
                collect(from.getCause(), found);
                for (Throwable each : from.getSuppressed()) {
                    collect(each, found);
                }
            }
        }

        private IllegalStateException failure(String where) {
            var failure = new IllegalStateException(where);
            planned.add(failure);
            return failure;
        }

        private void node(SplittableRandom random, int depth) {
            Group.run("node", (Group<Void> group) -> {
                Closing resource = closing(random, "the clean-up of a body");
                try (resource) {
                    int count = random.nextInt(1, 4);
                    for (int i = 0; i < count; i++) {
                        SplittableRandom own = random.split();
                        Fork<Void> fork = group.fork(() -> {
                            if (depth > 0 && own.nextBoolean()) {
                                node(own, depth - 1);
                            } else {
                                leaf(own);
                            }
                        });
                        if (random.nextInt(6) == 0) {
                            Strand.sleep(seconds(random.nextLong(4)));
                            fork.cancel();
                        }
                    }
                    end(group, random);
                }
            });
        }

        private void end(Group<Void> group, SplittableRandom random) {
            switch (random.nextInt(6)) {
                case 0 -> Strand.sleep(seconds(random.nextLong(9)));
                case 1 -> {
                    Strand.sleep(seconds(random.nextLong(9)));
                    throw failure("a body");
                }
                case 2 -> group.cancel();
                case 3 -> group.joinAllOrNone();
                case 4 -> {
                    try {
                        group.joinAll();
                    } catch (FailedException e) {
                        told.add(e);
                    }
                }
                default -> {} // the group waits
            }
        }

        private void leaf(SplittableRandom random) {
            Closing resource = closing(random, "the clean-up of a fork");
            try (resource) {
                Strand.sleep(seconds(random.nextLong(9)));
                if (random.nextInt(5) == 0) {
                    throw failure("a fork");
                }
            }
        }

        private Closing closing(SplittableRandom random, String where) {
            boolean fails = random.nextInt(8) == 0;
            return () -> {
                if (fails) {
                    throw failure(where);
                }
            };
        }
    }
}
