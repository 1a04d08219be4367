package dev.espalier.profiling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class CompactHistogramTest {
    @Test
    void shouldKnowEachTimeToASixteenth() {
        for (long nanos = 0; nanos >= 0; nanos = nanos < 100 ? nanos + 1 : nanos + nanos / 7) {
            long value = CompactHistogram.value(CompactHistogram.bucket(nanos));
            long off = Math.abs(value - nanos);
            assertTrue(off <= nanos / 16 + (nanos < 16 ? 1 : 0), nanos + " became " + value);
        }
    }

    @Test
    void shouldCountMoreThanAnIntHolds() {
        CompactHistogram all = new CompactHistogram();
        all.record(1_000, Integer.MAX_VALUE);
        all.record(1_000, Integer.MAX_VALUE);
        assertEquals(2L * Integer.MAX_VALUE, all.counts().firstEntry().getValue());
    }

    @Test
    void shouldHoldWhatWasRecordedAndTakeAwayWhatIsSubtracted() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        CompactHistogram all = new CompactHistogram();
        CompactHistogram part = new CompactHistogram();
        for (int i = 0; i < 10_000; i++) {
            long nanos = random.nextLong() >>> random.nextInt(20, 64);
            all.record(nanos, 1);
            if (i % 3 == 0) {
                part.record(nanos, 1);
            }
        }
        Histogram before = new Histogram(3);
        all.addTo(before);
        all.add(part, -1);
        Histogram after = new Histogram(3);
        all.addTo(after);
        assertEquals(10_000, before.getTotalCount(), () -> "seed " + seed);
        assertEquals(6_666, after.getTotalCount(), () -> "seed " + seed);
    }
}
