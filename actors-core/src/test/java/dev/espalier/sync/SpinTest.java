package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SpinTest {
    private static final int TWO_PROCESSORS = 2;

    private final Spin spin = new Spin(64, TWO_PROCESSORS);
    private int looked;

    /// @return how often it looked for something that does not come
    private int inVain(Spin by) {
        looked = 0;
        assertFalse(by.until(Strand.current(), () -> ++looked < 0));
        return looked;
    }

    /// @return whether it looked until it came
    private boolean comesAtTheSecondLook() {
        looked = 0;
        return spin.until(Strand.current(), () -> ++looked == 2);
    }

    @Test
    void shouldLookLessAndLessAndThenRarelyWhenNothingComes() {
        assertEquals(65, inVain(spin));
        assertEquals(33, inVain(spin));
        assertEquals(17, inVain(spin));
        for (int i = 0; i < 64; i++) {
            assertEquals(1, inVain(spin));
        }
        assertEquals(65, inVain(spin), "it tries again");
    }

    @Test
    void shouldLookLongerAgainWhenItComes() {
        inVain(spin);
        inVain(spin);
        assertTrue(comesAtTheSecondLook());
        assertEquals(33, inVain(spin));
    }

    @Test
    void shouldLetOthersHaveTheirTurnWhenItAlwaysComes() {
        int looks = 5_000;
        int paid = 0;
        for (int i = 0; i < looks; i++) {
            paid += comesAtTheSecondLook() ? 1 : 0;
        }
        assertEquals(looks - 4, paid);
    }

    @Test
    void shouldNotLookWhenThereIsOneProcessor() {
        assertEquals(1, inVain(new Spin(64, 1)));
    }

    @Test
    void shouldNotLookInASimulation() throws Exception {
        VirtualTime.run(() -> assertEquals(1, inVain(spin)));
    }
}
