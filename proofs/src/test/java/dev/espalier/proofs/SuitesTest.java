package dev.espalier.proofs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        ScheduleSuite.quiet();
        Row row = ScheduleSuite.lives("Tree", StepLoader.NONE, 1, 0.5).getFirst();
        assertTrue(row.passed(), row::text);
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
