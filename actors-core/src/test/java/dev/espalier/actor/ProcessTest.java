package dev.espalier.actor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a process with a system ends: each case is a JVM of its own that runs a program of [ProcessMain], with
/// its exact exit code and the span in which it must end. A case that must not use up its budget has a long
/// one.
@Tag("slow")
@Tag("process")
class ProcessTest {
    private static final int KILLED = 128 + 9;
    private static final int TERMINATED = 128 + 15;
    private static final int INTERRUPTED = 128 + 2;

    /// Far more than any of these cases needs, and far less than [#LONG].
    private static final Duration SOON = Duration.ofSeconds(4);
    /// The time of the watchdog after the budget.
    private static final Duration SLACK = Duration.ofSeconds(2);
    /// More is added on a busy machine, see [ChildJvm#assertExit].
    private static final Duration TOLERANCE = Duration.ofMillis(1_500);

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(1_500);
    /// So long that its last fifth, from the cancel to the abandon, is enough on a busy machine.
    private static final Duration MEDIUM = Duration.ofSeconds(4);

    @TempDir
    Path directory;

    private static List<String> program(String name, Duration budget, String... jvmArguments) {
        List<String> arguments = new ArrayList<>(List.of(jvmArguments));
        arguments.add("-Dlogback.configurationFile=process-logback.xml");
        arguments.addAll(List.of("-cp", ChildJvm.classPath(), ProcessMain.class.getName()));
        arguments.addAll(List.of(name, Long.toString(budget.toMillis())));
        return arguments;
    }

    private static ChildJvm start(String name, Duration budget, String... jvmArguments) throws IOException {
        return ChildJvm.start(program(name, budget, jvmArguments));
    }

    private static void assertSoon(ChildJvm child, int code) throws InterruptedException {
        child.assertExit(code, Duration.ZERO, SOON);
    }

    private static void assertAfter(ChildJvm child, int code, Duration least) throws InterruptedException {
        child.assertExit(code, least, least.plus(TOLERANCE));
    }

    private static void assertSaid(ChildJvm child, String... wanted) {
        List<String> said = child.lines();
        int from = 0;
        for (String line : wanted) {
            int at = said.subList(from, said.size()).indexOf(line);
            assertTrue(at >= 0, () -> "No \"" + line + "\" in its place in:\n" + child.output());
            from += at + 1;
        }
    }

    private static void assertReports(ChildJvm child, int count) {
        assertEquals(count, mentions(child, "Stop report of "), child::output);
    }

    private static long mentions(ChildJvm child, String text) {
        return child.lines().stream().filter(line -> line.contains(text)).count();
    }

    // Signals.

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void shouldStopInOrderAndLetMainFinishWhenSignalled(String signal) throws Exception {
        try (ChildJvm child = start("wait", LONG)) {
            child.awaitLine("ready");
            child.signal(signal);
            assertSoon(child, ExitCode.OK);
            assertSaid(child, "ready", "db stopped", "main has the report of 2 actors");
            assertReports(child, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void shouldHaltAtOnceWhenASecondSignalComes(String second) throws Exception {
        try (ChildJvm child = start("stuck", LONG)) {
            child.awaitLine("ready");
            child.signal("TERM");
            child.awaitLine("stopping");
            child.signal(second);
            assertSoon(child, second.equals("TERM") ? TERMINATED : INTERRUPTED);
            assertFalse(child.lines().contains("db stopped"), child::output);
        }
    }

    @Test
    void shouldExitInTimeWhenAnActorIsAbandoned() throws Exception {
        try (ChildJvm child = start("stuck", SHORT)) {
            child.awaitLine("ready");
            child.signal("TERM");
            assertAfter(child, ExitCode.ABANDONED, SHORT);
            assertSaid(child, "stopping", "main has the report of 3 actors");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldExitInTimeWhenAllCarriersAreBusy(int processors) throws Exception {
        try (ChildJvm child = start("busy", SHORT, "-XX:ActiveProcessorCount=" + processors)) {
            child.awaitLine("ready");
            child.signal("TERM");
            assertAfter(child, ExitCode.ABANDONED, SHORT);
            assertReports(child, 1);
        }
    }

    @Test
    void shouldKeepWhatWasFlushedWhenKilledWhileWriting() throws Exception {
        Path file = directory.resolve("records");
        List<String> arguments = program("write", LONG);
        arguments.add(file.toString());
        try (ChildJvm child = ChildJvm.start(arguments)) {
            child.awaitLine("written 5000");
            child.signal("KILL");
            assertSoon(child, KILLED);
        }
        assertRecords(Files.readString(file, UTF_8));
    }

    /// Every record but the last is whole, none is missing.
    private static void assertRecords(String text) {
        List<String> records = List.of(text.split("\n", -1));
        for (int i = 0; i < records.size() - 1; i++) {
            assertEquals("record " + (i + 1) + " ends here", records.get(i));
        }
        String cut = records.getLast();
        assertTrue(("record " + records.size() + " ends here").startsWith(cut), cut);
        assertTrue(records.size() > 5_000, () -> "only " + records.size());
    }

    // Exits.

    @Test
    void shouldExitWithItsCodeWhenAnActorCallsSystemExit() throws Exception {
        try (ChildJvm child = start("SystemExitInActor", LONG)) {
            assertSoon(child, 7);
            assertSaid(child, "child stopped", "db stopped", "main has the report of 4 actors");
            assertReports(child, 1);
        }
    }

    @Test
    void shouldStopWhatMainHasSpawnedWhenMainCallsSystemExit() throws Exception {
        try (ChildJvm child = start("SystemExitInMain", LONG)) {
            assertSoon(child, 9);
            assertSaid(child, "idle stopped", "db stopped");
            assertEquals(0, mentions(child, "abandoned"), child::output);
        }
    }

    @Test
    void shouldExitWithItsCodeWhenAnActorCallsExit() throws Exception {
        try (ChildJvm child = start("exitInActor", LONG)) {
            assertSoon(child, 7);
            assertSaid(child, "db stopped");
            assertEquals(1, mentions(child, "main has the report of "), child::output);
            assertReports(child, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exitInOnStop:5", "SystemExitInOnStop:6", "SystemExitInCallback:8"})
    void shouldExitWithThatCodeWhenExitIsCalledWhileASignalIsHandled(String nameAndCode) throws Exception {
        String[] parts = nameAndCode.split(":", -1);
        try (ChildJvm child = start(parts[0], LONG)) {
            child.awaitLine("ready");
            child.signal("TERM");
            assertSoon(child, Integer.parseInt(parts[1]));
            assertSaid(child, "db stopped");
        }
    }

    @Test
    void shouldHaltWhenAForeignHookCallsSystemExit() throws Exception {
        try (ChildJvm child = start("exitInHook", SHORT)) {
            child.awaitLine("db stopped");
            child.countFromNow();
            // The line comes a moment after the budget has begun to run.
            child.assertExit(ExitCode.WATCHDOG, SHORT, SHORT.plus(SLACK).plus(TOLERANCE));
            assertEquals(1, mentions(child, "The budget is over"), child::output);
        }
    }

    @Test
    void shouldExitWithTheFirstCodeWhenExitIsCalledTwice() throws Exception {
        try (ChildJvm child = start("exitTwice", LONG)) {
            assertSoon(child, 4);
            assertSaid(child, "db stopped");
            assertReports(child, 1);
        }
    }

    @Test
    void shouldStopTheTreeWhenMainReturnsAfterExit() throws Exception {
        try (ChildJvm child = start("exitAndReturn", LONG)) {
            assertSoon(child, 3);
            assertSaid(child, "db stopped");
        }
    }

    @Test
    void shouldReportTheAbandonedActorWhenExitIsCalledWithZero() throws Exception {
        try (ChildJvm child = start("exitZeroAfterAbandon", LONG)) {
            assertSoon(child, ExitCode.ABANDONED);
            assertSaid(child, "db stopped");
        }
    }

    @Test
    void shouldStopTheTreeByExitWhenItHandlesNoSignals() throws Exception {
        try (ChildJvm child = start("exitUnhandled", LONG)) {
            assertSoon(child, 11);
            assertSaid(child, "cache stopped", "db stopped");
        }
    }

    // The end of main, and threads that wait.

    @Test
    void shouldHandleEverythingWhenMainReturns() throws Exception {
        try (ChildJvm child = start("mainReturns", LONG)) {
            assertSoon(child, ExitCode.OK);
            assertSaid(child, "handled 100", "db stopped");
            assertReports(child, 1);
        }
    }

    @Test
    void shouldLetOtherHooksFinishWhenMainReturnsAndAnActorIsAbandoned() throws Exception {
        try (ChildJvm child = start("mainReturnsAbandoned", LONG)) {
            assertSoon(child, ExitCode.ABANDONED);
            assertSaid(child, "db stopped");
            assertSaid(child, "foreign hook ran"); // at the same time
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rootFailsUnseen:1", "abandonedUnseen:2"})
    void shouldExitWithTheCodeOfASystemThatHasEndedWhenMainReturns(String nameAndCode) throws Exception {
        String[] parts = nameAndCode.split(":", -1);
        try (ChildJvm child = start(parts[0], LONG)) {
            assertSoon(child, Integer.parseInt(parts[1]));
            assertSaid(child, "db stopped", "main returns");
        }
    }

    @Test
    void shouldShowTheCauseWhenTheRootFails() throws Exception {
        try (ChildJvm child = start("rootFails", LONG)) {
            assertSoon(child, ExitCode.FAILED);
            assertSaid(child, "db stopped");
            assertEquals(1, mentions(child, "Caused by: java.lang.IllegalStateException: on purpose"), child::output);
            assertReports(child, 1);
        }
    }

    @Test
    void shouldExitWithoutMainWhenItNeverEnds() throws Exception {
        try (ChildJvm child = start("mainNeverEnds", SHORT)) {
            child.awaitLine("ready");
            child.signal("TERM");
            child.assertExit(ExitCode.OK, Duration.ofMillis(500), SHORT.plus(TOLERANCE));
            assertSaid(child, "db stopped", "shut down");
            assertEquals(1, mentions(child, "The exit goes on without the thread main"), child::output);
        }
    }

    @Test
    void shouldLetEveryWaitingThreadFinishWhenThereAreSeveralSystems() throws Exception {
        try (ChildJvm child = start("several", LONG)) {
            child.awaitLine("ready");
            child.signal("TERM");
            assertSoon(child, ExitCode.OK);
            assertSaid(child, "cache stopped", "db stopped", "main ends");
            assertSaid(child, "thread 0 ends", "thread 1 ends", "thread 2 ends");
            assertReports(child, 2);
        }
    }

    @Test
    void shouldLetMainFinishWhenASignalComesWhileItCloses() throws Exception {
        try (ChildJvm child = start("close", LONG)) {
            child.awaitLine("ready");
            child.signal("TERM");
            assertSoon(child, ExitCode.OK);
            assertSaid(child, "db stopped", "closed");
            assertReports(child, 1);
        }
    }

    // Hooks and floods.

    @Test
    void shouldRunAForeignHookWhenItIsRegisteredDuringTheStop() throws Exception {
        try (ChildJvm child = start("lateHook", LONG)) {
            child.awaitLine("ready");
            child.signal("TERM");
            assertSoon(child, ExitCode.OK);
            assertSaid(child, "db stopped", "late hook ran");
        }
    }

    @Test
    void shouldReportTheHookFailureWhenAForeignHookComesTooLate() throws Exception {
        try (ChildJvm child = start("lateHookInHook", LONG)) {
            assertSoon(child, ExitCode.OK);
            assertSaid(child, "db stopped");
            assertEquals(1, mentions(child, "onStop of /shop/late failed"), child::output);
        }
    }

    @Test
    void shouldExitInTimeWhenActorsFloodEachOtherAndTheLog() throws Exception {
        try (ChildJvm child = start("flood", MEDIUM, "-Xmx256m")) {
            child.awaitLine("ready");
            child.signal("TERM");
            child.assertExit(ExitCode.OK, Duration.ZERO, MEDIUM.plus(TOLERANCE));
            assertSaid(child, "db stopped");
            assertReports(child, 1);
        }
    }

    @Test
    void shouldHaltWhenNobodyReadsTheLog() throws Exception {
        try (ChildJvm child = ChildJvm.startUnread(program("flood", SHORT, "-Xmx256m"))) {
            child.awaitFullPipe();
            child.signal("TERM");
            assertAfter(child, ExitCode.WATCHDOG, SHORT.plus(SLACK));
        }
    }

    // What is left to do at the end.

    @Test
    void shouldRunTheStagesInOrderWhenTheTreeHasStopped() throws Exception {
        try (ChildJvm child = start("endings", LONG)) {
            child.awaitLine("ready");
            child.signal("TERM");
            assertSoon(child, ExitCode.OK);
            assertSaid(child, "db stopped", "profiling", "logging 2", "logging 1");
            assertEquals(1, mentions(child, "An action at the end of the process failed"), child::output);
            assertEquals(0, mentions(child, "removed"), child::output);
        }
    }

    @Test
    void shouldRunTheStagesWhenThereIsNoSystemAnyMore() throws Exception {
        try (ChildJvm child = start("endingsOnly", LONG)) {
            assertSoon(child, ExitCode.OK);
            assertSaid(child, "db stopped", "main returns", "logging");
        }
    }

    @Test
    void shouldNotHaltWhenWhatIsLeftToDoTakesItsTime() throws Exception {
        int millis = 4_500; // longer than the budget and the slack
        try (ChildJvm child = start("endingTakesLong", SHORT, "-Dending.millis=" + millis)) {
            child.awaitLine("ready");
            child.signal("TERM");
            assertAfter(child, ExitCode.OK, Duration.ofMillis(millis));
            assertSaid(child, "db stopped", "logging");
        }
    }

    // Errors of the JVM.

    @Test
    void shouldStopTheSystemWhenAnActorRunsOutOfMemory() throws Exception {
        try (ChildJvm child = start("outOfMemory", LONG, "-Xmx32m")) {
            assertSoon(child, ExitCode.FAILED);
            assertSaid(child, "ready", "db stopped");
            assertEquals(1, mentions(child, "Caused by: java.lang.OutOfMemoryError"), child::output);
        }
    }

    @Test
    void shouldEndWhenTheHeapIsFullForGood() throws Exception {
        try (ChildJvm child = start("leak", SHORT, "-Xmx32m")) {
            child.awaitLine("ready");
            child.countFromNow();
            child.assertExit(ExitCode.WATCHDOG, Duration.ZERO, SHORT.plus(SLACK).plus(TOLERANCE));
        }
    }

    @Test
    void shouldGoOnWhenAnActorOverflowsItsStack() throws Exception {
        try (ChildJvm child = start("stackOverflow", LONG)) {
            assertSoon(child, ExitCode.OK);
            assertSaid(child, "went down 3", "failures: 1 by StackOverflowError", "db stopped");
        }
    }
}
