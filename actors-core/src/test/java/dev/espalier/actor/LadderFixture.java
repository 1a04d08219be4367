package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.List;

/// What the tests of the ladder share.
final class LadderFixture {
    private LadderFixture() {}

    static final Duration SECOND = Duration.ofSeconds(1);
    /// Of a grace of ten seconds.
    static final Duration UNWIND_OF_TEN = Duration.ofSeconds(10).dividedBy(30);

    static final Duration FOREVER = Duration.ofSeconds(200);

    static ActorSpec<Object> body(String name, Body<Object> body, Duration grace) {
        return ActorSpec.body(name, body).grace(grace);
    }

    static StopReport.End end(StopReport report, String path) {
        return report.actors().stream()
                .filter(end -> end.path().equals(path))
                .findFirst()
                .orElseThrow(() -> new AssertionError(path + " is not in " + report.toText()));
    }

    /// Starts the actors in simulated time, lets them begin, stops the system.
    static void afterShutdown(List<ActorSpec<Object>> specs, java.util.function.Consumer<StopReport> check)
            throws Exception {
        try (var log = EngineLog.silent()) {
            VirtualTime.run(() -> {
                var system = MailFixture.builder().start();
                system.spawnAll(specs);
                Strand.sleep(Duration.ofMillis(1));
                check.accept(system.shutdown());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    static void assertAbout(Duration expected, Duration actual) {
        assertTrue(
                actual.compareTo(expected.multipliedBy(9).dividedBy(10)) >= 0
                        && actual.compareTo(expected.multipliedBy(11).dividedBy(10)) <= 0,
                () -> actual + " is not within 10 % of " + expected);
    }
}
