package dev.espalier.samples.logging;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The program whose log it is: four actors that compute some µs over each order and log a line.
final class Desks {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int ROUNDS = 2_500;
    private static volatile long result;

    private Desks() {}

    /// Has them work through so many orders each.
    ///
    /// @param logs whether they log at all
    /// @return how many ns the work took
    static long run(long from, int each, boolean logs) {
        try (ActorSystem system =
                ActorSystem.builder("shop").handleSignals(false).start()) {
            List<ActorRef<Long>> desks = new ArrayList<>();
            for (int i = 0; i < Producers.COUNT; i++) {
                int producer = i;
                desks.add(system.<Long>spawn("desk" + i, () -> (order, ctx) -> {
                    result = compute(order);
                    if (logs) {
                        Producers.log(producer, order);
                    }
                }));
            }
            long start = System.nanoTime();
            for (long order = from; order < from + each; order++) {
                for (ActorRef<Long> desk : desks) {
                    desk.tell(order);
                }
            }
            for (ActorRef<Long> desk : desks) {
                if (!desk.awaitProcessed(PATIENCE)) {
                    throw new IllegalStateException("The desks are not done");
                }
            }
            return System.nanoTime() - start;
        }
    }

    private static long compute(long order) {
        long value = order + 1;
        for (int i = 0; i < ROUNDS; i++) {
            value ^= value << 13;
            value ^= value >>> 7;
            value ^= value << 17;
        }
        return value;
    }
}
