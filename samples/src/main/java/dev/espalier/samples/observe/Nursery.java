package dev.espalier.samples.observe;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// A small tree at work: beds that are watered, the last one by far the most.
final class Nursery implements AutoCloseable {
    private static final int BEDS = 6;
    private static final long PAUSE = 10_000_000;

    private static final class Bed implements Behavior<Integer> {
        @Override
        public void onMessage(Integer litres, ActorContext<Integer> ctx) {
            LockSupport.parkNanos(litres * 20_000L);
        }
    }

    private final List<ActorRef<Integer>> beds = new ArrayList<>();
    private final Thread water;
    private volatile boolean closing;

    Nursery(ActorSystem system) {
        for (int i = 1; i <= BEDS; i++) {
            beds.add(system.spawn("bed-" + i, Bed::new));
        }
        water = Thread.ofVirtual().name("water").start(this::pour);
    }

    private void pour() {
        while (!closing) {
            for (int i = 0; i < BEDS; i++) {
                for (int n = 0; n <= i * i; n++) {
                    beds.get(i).tell(i);
                }
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    /// Whether each bed has had water.
    boolean hasWorked() {
        return beds.stream().allMatch(bed -> bed.ledger().processed() > 0);
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(water);
    }
}
