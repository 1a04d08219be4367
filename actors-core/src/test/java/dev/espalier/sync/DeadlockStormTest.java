package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Random contended locks, boxes and forks: no false alarm where they are taken in order, and no deadlock that stays
/// where they are not.
class DeadlockStormTest {
    private static final int STRANDS = 8;
    private static final int RESOURCES = 5;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<Lock> locks =
            IntStream.range(0, RESOURCES).mapToObj(i -> new Lock()).toList();
    private final List<MVar<Integer>> boxes =
            IntStream.range(0, RESOURCES).mapToObj(i -> new MVar<>(0)).toList();
    private final List<Deadlock> found = new CopyOnWriteArrayList<>();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    /// Takes some of the resources, one inside the other, from that one on; then gives up the processor inside.
    private void nest(SplittableRandom random, int from, int left, boolean inOrder) {
        if (left == 0 || from >= RESOURCES) {
            if (random.nextInt(4) == 0) {
                Strand.giveWay(1);
            }
            done.incrementAndGet();
            return;
        }
        int next = inOrder ? from + 1 + random.nextInt(2) : random.nextInt(RESOURCES);
        Runnable inside = () -> nest(random, next, left - 1, inOrder);
        switch (random.nextInt(inOrder ? 3 : 2)) {
            case 0 -> locks.get(from).run(inside);
            case 1 ->
                boxes.get(from).modify(value -> {
                    inside.run();
                    return value + 1;
                });
            default -> {
                Fork.start("fork", () -> nest(new SplittableRandom(random.nextLong()), from, left, true))
                        .get();
            }
        }
    }

    private void storm(long seed, int rounds, boolean inOrder) {
        Registration listener = DeadlockWatch.onFound(found::add);
        var random = new SplittableRandom(seed);
        List<Strand> strands = new ArrayList<>();
        for (int i = 0; i < STRANDS; i++) {
            SplittableRandom own = random.split();
            strands.add(Strand.start("storm-" + i, () -> {
                for (int round = 0; round < rounds; round++) {
                    try {
                        nest(own, own.nextInt(RESOURCES), 1 + own.nextInt(3), inOrder);
                    } catch (DeadlockException e) {
                        failed.incrementAndGet();
                    }
                }
            }));
        }
        for (Strand each : strands) {
            assertTrue(each.join(LONG), () -> "stuck with seed " + seed + ": " + found);
        }
        listener.remove();
        for (int i = 0; i < RESOURCES; i++) {
            assertTrue(locks.get(i).tryLock(), "free");
            assertTrue(boxes.get(i).tryTake().isPresent(), "given back");
            locks.get(i).unlock();
        }
        if (inOrder) {
            assertEquals(List.of(), found, () -> "a false alarm with seed " + seed);
            assertEquals((long) STRANDS * rounds, done.get());
        } else {
            assertEquals(failed.get(), found.size(), () -> "seed " + seed);
            assertEquals((long) STRANDS * rounds, done.get() + failed.get(), () -> "seed " + seed);
            assertTrue(failed.get() > 0, "some closed");
        }
    }

    @Test
    void shouldRaiseNoFalseAlarmInASimulation() throws Exception {
        for (long seed = 1; seed <= 5; seed++) {
            long now = seed;
            done.set(0);
            boxes.forEach(each -> each.tryPut(0));
            VirtualTime.run(seed, () -> storm(now, 100, true));
        }
    }

    @Test
    void shouldOpenEveryCycleInASimulation() throws Exception {
        VirtualTime.run(3, () -> storm(3, 100, false));
    }

    @Test
    @Tag("slow")
    void shouldRaiseNoFalseAlarm() {
        long seed = System.nanoTime();
        System.out.println("DeadlockStormTest seed " + seed);
        storm(seed, 2_000, true);
    }

    @Test
    @Tag("slow")
    void shouldOpenEveryCycle() {
        long seed = System.nanoTime();
        System.out.println("DeadlockStormTest seed " + seed);
        storm(seed, 100, false);
    }
}
