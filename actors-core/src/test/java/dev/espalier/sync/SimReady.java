package dev.espalier.sync;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.SplittableRandom;

/// The strands of a simulation that could run: first come first served, or at random. Guarded by the ground's
/// lock.
final class SimReady {
    private final SplittableRandom random;
    private final ArrayList<SimSeat> bag = new ArrayList<>(); // if random
    private final ArrayDeque<SimSeat> queue = new ArrayDeque<>(); // if not

    /// @param random null for first come first served
    SimReady(SplittableRandom random) {
        this.random = random;
    }

    void add(SimSeat seat) {
        if (random == null) {
            queue.add(seat);
        } else {
            bag.add(seat);
        }
    }

    void remove(SimSeat seat) {
        queue.remove(seat);
        bag.remove(seat);
    }

    boolean isEmpty() {
        return queue.isEmpty() && bag.isEmpty();
    }

    /// Takes the next one out; there must be one.
    SimSeat take() {
        if (random == null) {
            return queue.poll();
        }
        int index = random.nextInt(bag.size());
        SimSeat last = bag.removeLast();
        return index == bag.size() ? last : bag.set(index, last);
    }
}
