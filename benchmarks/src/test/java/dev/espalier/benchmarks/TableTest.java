package dev.espalier.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableTest {
    @TempDir
    Path folder;

    private int files;

    /// A result of JMH with one list of iterations for each fork.
    private Path result(String engine, String rawData) throws IOException {
        Path file = folder.resolve("round-" + files++ + ".json");
        Files.writeString(file, """
            [{"benchmark": "dev.espalier.benchmarks.PingPong.message", "params": {"engine": "%s"},
              "primaryMetric": {"score": 1, "rawData": %s}}]
            """.formatted(engine, rawData));
        return file;
    }

    @Test
    void shouldTakeTheMedianOfForksWhenThereAreSeveral() throws IOException {
        Scores scores = Scores.read(List.of(
                result("espalier", "[[90, 110]]"), result("espalier", "[[300], [40]]"), result("pekko", "[[7]]")));
        assertEquals(
                List.of(100.0, 300.0, 40.0),
                scores.of("PingPong.message", "espalier").values());
        assertEquals(100, scores.of("PingPong.message", "espalier").median());
        assertEquals(170, new Scores.Sample(List.of(300.0, 40.0)).median());
    }

    @Test
    void shouldCompareForksOfTheSameRound() throws IOException {
        Scores scores = Scores.read(
                List.of(result("espalier", "[[100], [200], [10]]"), result("pekko", "[[500], [1000], [40]]")));
        String table = Table.of(scores);
        assertTrue(table.contains("| PingPong.message | 100 (10.0–200) |  | 500 (40.0–1000) |"), table);
        assertTrue(table.contains("| espalier | pekko | 4.00× | 5.00× (4.00–5.00) | met |"), table);
    }

    @Test
    void shouldSayWhenATargetIsMissed() throws IOException {
        Scores scores = Scores.read(List.of(result("espalier", "[[100]]"), result("threads", "[[999]]")));
        String table = Table.of(scores);
        assertTrue(table.contains("| espalier | threads | 10.0× | 9.99× (9.99–9.99) | **missed** |"), table);
    }
}
