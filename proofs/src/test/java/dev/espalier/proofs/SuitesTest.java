package dev.espalier.proofs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// That the suites run at all; what they show is shown by `proofs/run`.
class SuitesTest {
    @Test
    @Tag("slow")
    void shouldFindACounterExampleOnlyWhenTheModelHasAMistake() throws Exception {
        var world = ModelSuite.parse("LateChild");
        for (var command : world.getAllCommands()) {
            if (command.label.endsWith("NoLock") || command.label.equals("NoDeadEnd")) {
                Row row = ModelSuite.row("LateChild", world, command);
                assertTrue(row.passed(), row::text);
            }
        }
    }

    @Test
    @Tag("slow")
    void shouldPlaySchedulesWhenNothingIsWrong() throws Exception {
        Scoreboard.quiet();
        Row row = ScheduleSuite.lives("Tree", StepLoader.NONE, 1, 0.5).getFirst();
        assertTrue(row.passed(), row::text);
    }

    @Test
    @Tag("slow")
    void shouldFindNothingWrongInTheExerciseUnlessAMessageIsLost() {
        Scoreboard.quiet();
        assertEquals(List.of(), new Exercise(500, Exercise.Mistake.NONE).run());
        assertEquals(List.of("counted 1499 of 1500"), new Exercise(500, Exercise.Mistake.LOSES).run());
    }

    @Test
    @Tag("slow")
    void shouldSeeOneLostMessageOfMany() {
        Row good = new ManyMessages(100_000, 1, ManyMessages.Mistake.NONE).run("Messages");
        assertTrue(good.passed(), good::text);
        Row twin = new ManyMessages(100_000, 1, ManyMessages.Mistake.LOSES).run("Messages TwinLoses");
        assertTrue(twin.passed(), twin::text);
        assertEquals(1, twin.bad());
    }

    @Test
    @Tag("slow")
    void shouldCountWhatLives() throws Exception {
        List<Object> many = new ArrayList<>();
        long before = Living.now().of(Probe.class.getName());
        for (int i = 0; i < 1_000; i++) {
            many.add(new Probe());
        }
        assertEquals(1_000, Living.now().of(Probe.class.getName()) - before);
        assertEquals(1_000, many.size());
    }

    private static final class Probe {}

    @Test
    void shouldAttackByTestsThatExist() {
        for (FaultsSuite.Attack each : FaultsSuite.ATTACKS) {
            Path file =
                    Path.of("..", each.module(), "src/test/java", each.test().replace('.', '/') + ".java");
            assertTrue(Files.exists(file), file::toString);
        }
    }

    @Test
    void shouldTakeTheLengthOfASoakFromTheArguments() {
        assertEquals(Duration.ofHours(8), SoakSuite.length(false, List.of("--hours", "8")));
        assertEquals(Duration.ofMinutes(3), SoakSuite.length(true, List.of("--minutes", "3")));
        assertEquals(Duration.ofMinutes(10), SoakSuite.length(true, List.of()));
    }

    @Test
    void shouldPassOnlyAProofWithoutAndATwinWithSomethingForbidden() {
        assertEquals("true false", passed("A", 0) + " " + passed("A", 1));
        assertEquals("false true", passed("A Twin", 0) + " " + passed("A Twin", 1));
        assertEquals(false, new Row("s", "A", true, 0, 0, "").passed());
        assertEquals(false, new Row("s", "A Twin", false, 1, 1, "").passed());
    }

    private static boolean passed(String name, long bad) {
        return new Row("s", name, true, 10, bad, "").passed();
    }
}
