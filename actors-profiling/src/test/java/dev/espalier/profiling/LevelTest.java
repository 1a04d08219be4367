package dev.espalier.profiling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class LevelTest {
    @Test
    void shouldReadWhatItPrints() {
        for (Level level : List.of(Level.OFF, Level.COUNTERS, Level.sampled(16), Level.FULL)) {
            assertEquals(level, Level.parse(level.toString()));
        }
    }

    @Test
    void shouldRefuseWhatIsNoLevel() {
        for (String text : List.of("", "all", "1:0", "2:16", "1:9999999999")) {
            assertThrows(IllegalArgumentException.class, () -> Level.parse(text), text);
        }
        assertThrows(IllegalArgumentException.class, () -> Level.sampled(0));
    }

    @Test
    void shouldRoundUpToAPowerOfTwo() {
        assertEquals(Level.sampled(16), Level.sampled(9));
        assertEquals("1:1024", Level.parse("1:1000").toString());
        assertEquals(1 << 30, Level.sampled(Integer.MAX_VALUE).every());
    }

    @Test
    void shouldFitIntoAByte() {
        assertEquals(-1, Level.OFF.code());
        assertEquals(0, Level.COUNTERS.code());
        for (int every = 1; every > 0; every <<= 1) {
            assertEquals(every, 1 << (Level.sampled(every).code() - 1));
        }
    }

    @Test
    void shouldKnowWhichTellsMore() {
        List<Level> order = List.of(Level.OFF, Level.COUNTERS, Level.sampled(16), Level.sampled(2), Level.FULL);
        for (int i = 0; i < order.size(); i++) {
            for (int j = 0; j < order.size(); j++) {
                assertEquals(order.get(Math.max(i, j)), order.get(i).finer(order.get(j)));
            }
        }
    }
}
