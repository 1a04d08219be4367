package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.FaultStorm.Mistake;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The rules of the tree in a [FaultStorm] of a thousand faults.
///
/// `-Dtest.jvm=-Dstorm.seeds=200` tries more seeds; `-Dtest.jvm=-Dstorm.mistake=STOPS_TWICE` must fail.
@Tag("slow")
class FaultStormTest {
    private static final int FAULTS = 1_000;
    /// There may be hardly any on a busy machine.
    private static final int REAL_FAULTS = 11;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Integer.getInteger("storm.seeds", 8));
    }

    private static void once(FaultStorm storm) throws Exception {
        Supervision unlimited = Supervision.DEFAULT.intensity(Supervision.UNLIMITED, Duration.ofSeconds(1));
        Trials.once(builder -> builder.supervision(unlimited), storm::blow);
    }

    private static void virtual(long seed, Mistake mistake) throws Exception {
        VirtualTime.run(seed, () -> once(new FaultStorm(true, seed, FAULTS, mistake)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldKeepTheRulesUnderRandomFaultsInVirtualTime(long seed) throws Exception {
        virtual(seed, Mistake.valueOf(System.getProperty("storm.mistake", "NONE")));
    }

    @Test
    void shouldNoticeWhenTheLastHookRunsTwice() {
        var noticed = assertThrows(AssertionError.class, () -> virtual(1, Mistake.STOPS_TWICE));
        assertTrue(noticed.getMessage().matches("(?s).* S(BA)*B?TT.*"), noticed::getMessage);
    }

    @Test
    void shouldKeepTheRulesUnderRandomFaultsWithRealThreads() throws Exception {
        long seed = System.nanoTime();
        System.out.println("FaultStormTest: seed " + seed + "L");
        once(new FaultStorm(false, seed, REAL_FAULTS, Mistake.NONE));
    }
}
