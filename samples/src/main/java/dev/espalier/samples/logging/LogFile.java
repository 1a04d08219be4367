package dev.espalier.samples.logging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Iterator;
import java.util.stream.Stream;

/// What is in a log: of each producer the numbers from 0 on should be there, once and in order.
///
/// @param lost numbers that are missing
/// @param doubled lines with a number that was there before
/// @param disordered lines with a lower number than the line before of that producer
record LogFile(long lost, long doubled, long disordered) {
    /// Compares.
    ///
    /// @param each how many lines a producer logged
    static LogFile read(Path file, long each) throws IOException {
        BitSet[] seen = Stream.generate(BitSet::new).limit(Producers.COUNT).toArray(BitSet[]::new);
        int[] last = {-1, -1, -1, -1};
        long doubled = 0;
        long disordered = 0;
        try (Stream<String> lines = Files.lines(file)) {
            for (Iterator<String> i = lines.iterator(); i.hasNext(); ) {
                String[] parts = i.next().split(" ", -1);
                int producer = Integer.parseInt(parts[0]);
                int n = Integer.parseInt(parts[1]);
                doubled += seen[producer].get(n) ? 1 : 0;
                disordered += n < last[producer] ? 1 : 0;
                seen[producer].set(n);
                last[producer] = n;
            }
        }
        long found = Stream.of(seen).mapToLong(BitSet::cardinality).sum();
        return new LogFile(each * Producers.COUNT - found, doubled, disordered);
    }

    LogFile plus(LogFile other) {
        return new LogFile(lost + other.lost, doubled + other.doubled, disordered + other.disordered);
    }

    boolean isWhole() {
        return lost == 0 && doubled == 0 && disordered == 0;
    }
}
