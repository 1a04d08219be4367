package dev.espalier.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// JMH's results: for each benchmark and engine a number per fork, in ns per operation, in the order of the forks.
final class Scores {
    /// Some numbers of one kind.
    record Sample(List<Double> values) {
        /// The middle one, or the mean of the two in the middle.
        double median() {
            List<Double> sorted = values.stream().sorted().toList();
            int half = sorted.size() / 2;
            return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
        }

        double least() {
            return Collections.min(values);
        }

        double most() {
            return Collections.max(values);
        }

        /// How many times as long this took as `other`, fork by fork: those of one round ran under the same
        /// noise. If the numbers of forks differ, those that have a partner.
        Sample over(Sample other) {
            int pairs = Math.min(values.size(), other.values.size());
            return new Sample(IntStream.range(0, pairs)
                    .mapToObj(i -> values.get(i) / other.values.get(i))
                    .toList());
        }
    }

    private final SortedMap<String, Map<String, List<Double>>> byBenchmark = new TreeMap<>();

    /// Reads results.
    ///
    /// @param files what JMH wrote with `-rf json`, oldest first
    static Scores read(List<Path> files) throws IOException {
        Scores scores = new Scores();
        for (Path file : files) {
            for (JsonNode result : new ObjectMapper().readTree(file.toFile())) {
                scores.add(result);
            }
        }
        return scores;
    }

    private void add(JsonNode result) {
        JsonNode params = result.path("params");
        String engine = params.path("engine").asText();
        String shape = params.path("shape").asText("");
        String name = simpleName(result.path("benchmark").asText()) + (shape.isEmpty() ? "" : " " + shape);
        List<Double> forks = byBenchmark
                .computeIfAbsent(name, key -> new LinkedHashMap<>())
                .computeIfAbsent(engine, key -> new ArrayList<>());
        for (JsonNode fork : result.path("primaryMetric").path("rawData")) {
            double sum = 0;
            for (JsonNode iteration : fork) {
                sum += iteration.asDouble();
            }
            forks.add(sum / fork.size());
        }
    }

    /// `PingPong.message` of its full name.
    static String simpleName(String benchmark) {
        String[] parts = benchmark.split("\\.", -1);
        return parts[parts.length - 2] + "." + parts[parts.length - 1];
    }

    List<String> benchmarks() {
        return List.copyOf(byBenchmark.keySet());
    }

    boolean has(String benchmark, String engine) {
        return byBenchmark.getOrDefault(benchmark, Map.of()).containsKey(engine);
    }

    Sample of(String benchmark, String engine) {
        return new Sample(
                List.copyOf(byBenchmark.getOrDefault(benchmark, Map.of()).getOrDefault(engine, List.of())));
    }
}
