package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Engines;
import java.util.List;

/// How many times as fast one engine is to be as another at one workload.
///
/// @param workload the simple name of the class
/// @param ours the engine that is to be faster
/// @param peer the engine that it is compared with
/// @param least the ratio of the times, at least
record Target(String workload, String ours, String peer, double least) {
    /// What Espalier is to reach.
    static final List<Target> ALL = List.of(
            espalier("PingPong", Engines.PEKKO, 4),
            espalier("PingPong", Engines.PEKKO_TUNED, 2),
            espalier("PingPong", Engines.THREADS, 10),
            espalier("ThreadRing", Engines.PEKKO, 10),
            espalier("ThreadRing", Engines.THREADS, 8),
            espalier("Counting", Engines.PEKKO, 3),
            espalier("Counting", Engines.THREADS, 1),
            espalier("ManyToOne", Engines.PEKKO, 5),
            espalier("ManyToOne", Engines.THREADS, 1),
            espalier("ForkJoinThroughput", Engines.PEKKO, 3),
            espalier("Chameneos", Engines.PEKKO, 3),
            espalier("Big", Engines.PEKKO, 3),
            espalier("ForkJoinCreate", Engines.PEKKO, 10),
            espalier("ForkJoinCreate", Engines.THREADS, 1.5),
            espalier("AskRoundTrip", Engines.PEKKO, 2),
            espalier("Skynet", Engines.PEKKO, 5),
            espalier("StopTree", Engines.PEKKO, 3),
            new Target("PingPong", Engines.ESPALIER_DEDICATED, Engines.THREADS, 1),
            new Target("Counting", Engines.ESPALIER_DEDICATED, Engines.THREADS, 1));

    private static Target espalier(String workload, String peer, double least) {
        return new Target(workload, Engines.ESPALIER, peer, least);
    }

    /// Whether it is about this benchmark, such as `PingPong.message`.
    boolean concerns(String benchmark) {
        return benchmark.startsWith(workload + ".");
    }
}
