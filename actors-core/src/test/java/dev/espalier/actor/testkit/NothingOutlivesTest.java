package dev.espalier.actor.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.espalier.actor.ActorSystem;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import dev.espalier.sync.Till;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/// Runs small test classes, which must fail or pass, by JUnit itself.
@Tag("slow")
class NothingOutlivesTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(10);

    /// What the tests below leave behind, for the end of this test.
    private static Signal release = new Signal();

    private static ActorSystem left;
    private static Till till;

    @BeforeEach
    void prepare() {
        release = new Signal();
    }

    @AfterEach
    void cleanUp() {
        release.go();
        if (left != null) {
            left.close();
            left = null;
        }
        if (till != null) {
            till.remove();
            till = null;
        }
    }

    private static TestExecutionSummary run(Class<?> testClass) {
        var summary = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(testClass))
                                .build(),
                        summary);
        return summary.getSummary();
    }

    private static void mustPass(Class<?> testClass, int tests) {
        TestExecutionSummary summary = run(testClass);
        assertEquals(
                List.of(),
                summary.getFailures().stream()
                        .map(f -> f.getException().toString())
                        .toList());
        assertEquals(tests, summary.getTestsSucceededCount());
    }

    private static String mustFail(Class<?> testClass) {
        TestExecutionSummary summary = run(testClass);
        assertEquals(1, summary.getTestsFailedCount());
        String message = summary.getFailures().getFirst().getException().getMessage();
        assertTrue(message.contains(" left behind:"), message);
        return message;
    }

    static class Clean {
        /// Less than the second after which a stop says what it waits for: that timer must go with its system.
        @RegisterExtension
        final NothingOutlives nothing = NothingOutlives.within(Duration.ofMillis(500));

        private ActorSystem ofBeforeEach;

        @BeforeEach
        void prepare(ActorSystem system) {
            ofBeforeEach = system;
        }

        @Test
        void usesAllThereIs(ActorSystem system) {
            assertSame(ofBeforeEach, system);
            system.spawn("idle", () -> (message, ctx) -> {});
            system.spawnBody("body", (inbox, ctx) -> inbox.receive());
            Probe<String> probe = Probe.start(system);
            probe.ref().tell("a");
            probe.expectMessage(LONG);
            try (var second = ActorSystem.start("second")) {
                assertNotNull(second.spawnBody("body", (inbox, ctx) -> inbox.receive()));
            }
        }

        @Test
        void getsAFreshSystem(ActorSystem system) {
            assertFalse(system.isStopping());
            assertTrue(system.find("/test/idle").isEmpty());
        }
    }

    @Test
    void shouldPassATestThatLeavesNothing() {
        mustPass(Clean.class, 2);
    }

    @ExtendWith(NothingOutlives.class)
    static class ClosesLate {
        private ActorSystem system;

        @BeforeEach
        void start() {
            system = ActorSystem.start("own");
        }

        @AfterEach
        void close() {
            system.close();
        }

        @Test
        void usesItsOwnSystem() {
            assertNotNull(system.spawnBody("body", (inbox, ctx) -> inbox.receive()));
        }
    }

    @Test
    void shouldLookAfterTheAfterEachMethods() {
        mustPass(ClosesLate.class, 1);
    }

    @ExtendWith(NothingOutlives.class)
    static class HasItsFromBefore {
        private static ActorSystem shared;

        @BeforeAll
        static void start() {
            shared = ActorSystem.start("shared");
            shared.spawnBody("body", (inbox, ctx) -> inbox.receive());
        }

        @AfterAll
        static void close() {
            shared.close();
        }

        @Test
        void usesTheSharedSystem() {
            assertEquals("shared", shared.name());
        }
    }

    @Test
    void shouldNotBlameATestForWhatWasThereBefore() {
        mustPass(HasItsFromBefore.class, 1);
    }

    @ExtendWith(NothingOutlives.class)
    static class EndsSoon {
        @Test
        void leavesWhatEndsSoon() {
            assertNotNull(Strand.start("soon", () -> Strand.sleep(Duration.ofMillis(100))));
            assertFalse(Till.after(Duration.ofMillis(100)).isGo());
        }
    }

    @Test
    void shouldWaitForWhatEndsSoon() {
        mustPass(EndsSoon.class, 1);
    }

    static class LeavesASystem {
        @RegisterExtension
        final NothingOutlives nothing = NothingOutlives.within(SHORT);

        @Test
        void leaves() {
            left = ActorSystem.builder("left").handleSignals(false).start();
            left.spawn("idle", () -> (message, ctx) -> {});
        }
    }

    @Test
    void shouldFailATestThatLeavesASystemAndStopThat() {
        String message = mustFail(LeavesASystem.class);
        assertTrue(message.contains("leaves() left behind:\n  ActorSystem[left], which lives:"), message);
        assertTrue(message.contains("        idle  running"), message);
        assertTrue(left.isStopping());
        assertTrue(left.stopped().waitForGo(LONG));
    }

    static class LeavesABody {
        @RegisterExtension
        final NothingOutlives nothing = NothingOutlives.within(SHORT);

        @Test
        void leaves() {
            left = ActorSystem.builder("left")
                    .handleSignals(false)
                    .discoverObservers(false)
                    .start();
            var begun = new Signal();
            left.spawnBody("body", (inbox, ctx) -> {
                begun.go();
                inbox.receive();
            });
            begun.waitForGo();
        }
    }

    @Test
    void shouldFailATestThatLeavesAnActorsThread() {
        String message = mustFail(LeavesABody.class);
        assertTrue(message.contains("left behind:\n  green thread \"/left/body\"\n      at "), message);
    }

    static class LeavesAGreenThread {
        @RegisterExtension
        final NothingOutlives nothing = NothingOutlives.within(SHORT);

        @Test
        void leaves() {
            var begun = new Signal();
            Strand.start("left \"alone\"", () -> {
                begun.go();
                release.waitForGo();
            });
            begun.waitForGo();
        }
    }

    @Test
    void shouldFailATestThatLeavesAGreenThread() {
        String message = mustFail(LeavesAGreenThread.class);
        assertTrue(message.contains("left behind:\n  green thread \"left \"alone\"\"\n      at "), message);
        assertTrue(message.contains("dev.espalier.sync.Signal.waitForGo"), message);
    }

    static class LeavesAPlatformThread {
        @RegisterExtension
        final NothingOutlives nothing = NothingOutlives.within(SHORT);

        @Test
        void leaves() {
            var begun = new Signal();
            Strand.startPlatform("left", true, () -> {
                begun.go();
                release.waitForGo();
            });
            begun.waitForGo();
        }
    }

    @Test
    void shouldFailATestThatLeavesAPlatformThread() {
        String message = mustFail(LeavesAPlatformThread.class);
        assertTrue(message.contains("left behind:\n  platform thread \"left\"\n      at "), message);
    }

    static class LeavesATimer {
        @RegisterExtension
        final NothingOutlives nothing = NothingOutlives.within(SHORT);

        @Test
        void leaves() {
            till = Till.after(Duration.ofHours(1));
        }
    }

    @Test
    void shouldFailATestThatLeavesATimer() {
        String message = mustFail(LeavesATimer.class);
        assertTrue(message.matches("leaves\\(\\) left behind:\n  timer due in 35\\d{5} ms"), message);
    }

    @Test
    void shouldReadAThreadDump() {
        List<LivingThreads.Entry> entries = LivingThreads.parse(List.of(
                "4711",
                "2026-01-01T00:00:00Z",
                "",
                "#3 \"main\" RUNNABLE 2026-01-01T00:00:00.5Z",
                "    at Main.main(Main.java:3)",
                "",
                "#20 \"espalier-timer\" TIMED_WAITING 2026-01-01T00:00:00.5Z",
                "",
                "#21 \"espalier-exit\" RUNNABLE 2026-01-01T00:00:00.5Z",
                "",
                "#22 \"/shop/new\" virtual RUNNABLE 2026-01-01T00:00:00.5Z",
                "",
                "#23 \"\" virtual RUNNABLE 2026-01-01T00:00:00.5Z",
                "    at java.base/java.lang.VirtualThread.run(VirtualThread.java:450)",
                "",
                "#24 \"not ours\" virtual WAITING 2026-01-01T00:00:00.5Z",
                "    at java.base/java.lang.VirtualThread.park(VirtualThread.java:742)",
                "    at Main.lambda$main$0(Main.java:5)",
                "    at java.base/java.lang.VirtualThread.run(VirtualThread.java:450)",
                "",
                "#25 \"\" virtual WAITING 2026-01-01T00:00:00.5Z",
                "    at java.base/java.lang.VirtualThread.park(VirtualThread.java:742)",
                "    at dev.espalier.sync.Strand.runBody(Strand.java:130)"));
        assertEquals(7, entries.size());
        assertEquals(
                "21 22 23 25",
                entries.stream()
                        .filter(LivingThreads.Entry::isOurs)
                        .map(entry -> Long.toString(entry.id()))
                        .collect(Collectors.joining(" ")));
    }
}
