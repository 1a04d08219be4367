package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// All carriers are kept by threads in, or before, the initialiser of a class (JDK-8369238): in JVMs of their own, for
/// their green threads may not get on any more.
@Tag("slow")
@Tag("process")
class PinTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(1_500);
    private static final Duration SOON = Duration.ofSeconds(4);
    private static final Duration TOLERANCE = Duration.ofMillis(1_500);

    private static ChildJvm start(String program, Duration budget, int processors) throws Exception {
        return ChildJvm.start(List.of(
                "-XX:ActiveProcessorCount=" + processors,
                "-Dlogback.configurationFile=process-logback.xml",
                "-cp",
                ChildJvm.classPath(),
                PinMain.class.getName(),
                program,
                Long.toString(budget.toMillis())));
    }

    @ParameterizedTest
    @CsvSource({"behaviorsAsk, 1", "behaviorsAsk, 2", "bodiesAsk, 1", "bodiesAsk, 2"})
    void shouldAnswerAnInitialiserThatKeepsAllCarriers(String program, int processors) throws Exception {
        try (ChildJvm child = start(program, LONG, processors)) {
            child.assertExit(ExitCode.OK, Duration.ZERO, SOON);
            List<String> got = new ArrayList<>(child.lines());
            got.removeIf(line -> !line.startsWith("got "));
            assertEquals(3 * processors + 1, got.size(), child::output);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldExitInTimeWhenAnInitialiserKeepsAllCarriersForEver(int processors) throws Exception {
        try (ChildJvm child = start("hang", SHORT, processors)) {
            child.awaitLine("inside");
            child.signal("TERM");
            child.assertExit(ExitCode.ABANDONED, SHORT, SHORT.plus(TOLERANCE));
        }
    }
}
