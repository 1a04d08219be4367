package dev.espalier.actor;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A heap that gets full at a random place, in JVMs of their own: whatever the place, the process ends in time and says
/// that something was wrong.
///
/// `-Dtest.jvm=-Dshortage.rounds=50` does it more often.
@Tag("slow")
@Tag("process")
@Tag("long")
@Timeout(600) // some seconds for a round
class ShortageTest {
    private static final int ROUNDS = Integer.getInteger("shortage.rounds", 5);
    private static final Duration BUDGET = Duration.ofMillis(1_500);
    /// To get the heap full, to stop, and what the watchdog waits.
    private static final Duration MOST = Duration.ofSeconds(20);

    @Test
    void shouldEndInTimeWhereverTheHeapGetsFull() throws Exception {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            long own = random.nextLong();
            System.out.println("ShortageTest: seed " + own + "L");
            try (ChildJvm child = ChildJvm.start(List.of(
                    "-Xmx24m",
                    "-Dlogback.configurationFile=process-logback.xml",
                    "-cp",
                    ChildJvm.classPath(),
                    ShortageMain.class.getName(),
                    Long.toString(BUDGET.toMillis()),
                    Long.toString(own)))) {
                child.awaitLine("ready");
                child.countFromNow();
                child.assertExit(Set.of(ExitCode.FAILED, ExitCode.ABANDONED, ExitCode.WATCHDOG), Duration.ZERO, MOST);
            }
        }
    }
}
