package dev.espalier.samples.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
    private static Arguments parse(String line) {
        return Arguments.parse(line.isEmpty() ? List.of() : List.of(line.split(" ")));
    }

    @Test
    void shouldServeFromAFileWhenNothingIsSaid() {
        assertEquals(new Arguments(8_080, Optional.empty(), false, false, false), parse(""));
    }

    @Test
    void shouldTakeTheDatabaseForServerAndDemo() {
        String url = "jdbc:postgresql://localhost/shop?user=shop";
        assertEquals(
                new Arguments(9_000, Optional.of(url), false, false, false), parse("--db " + url + " --port 9000"));
        assertEquals(
                new Arguments(8_080, Optional.of(url), true, true, false), parse("--demo --db " + url + " --profile"));
    }

    @Test
    void shouldObserveTheServer() {
        assertEquals(new Arguments(8_080, Optional.empty(), false, false, true), parse("--observe"));
        assertWrong("--demo --observe", "--demo --profile has an observer; --observe is for the server");
    }

    @Test
    void shouldSayWhatIsWrong() {
        assertWrong("--prot 1", "there is no option --prot");
        assertWrong("--port", "--port needs a value");
        assertWrong("--port x", "no port: x");
        assertWrong("--port 65536", "no port: 65536");
        assertWrong("--db orders.db", "no URL of H2 (jdbc:h2:...) or PostgreSQL (jdbc:postgresql:...)");
        assertWrong("--profile", "--demo picks its port, and --profile is only for --demo");
        assertWrong("--demo --port 1", "--demo picks its port, and --profile is only for --demo");
    }

    private static void assertWrong(String line, String reason) {
        assertEquals(
                reason,
                assertThrows(IllegalArgumentException.class, () -> parse(line)).getMessage());
    }
}
