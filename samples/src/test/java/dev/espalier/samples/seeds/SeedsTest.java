package dev.espalier.samples.seeds;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The samples as `samples/run seeds/NAME` runs them, but in this JVM; lthread with fewer threads.
@Tag("slow")
@Timeout(120)
class SeedsTest {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);

    @Test
    void shouldTakeTurnsInConpig() {
        assertRight(Conpig.run(out));
    }

    @Test
    void shouldPrintTheDocumentsOutputInGreenlet() {
        assertRight(Greenlet.run(out));
    }

    @Test
    void shouldServeAndCancelInThredo() {
        assertRight(Thredo.run(out));
    }

    @Test
    void shouldStopInOrderInMothreads() {
        assertRight(Mothreads.run(out));
    }

    @Test
    void shouldServeAndParkInLthread() throws Exception {
        assertRight(Lthread.run(out, 20_000));
    }

    private void assertRight(boolean right) {
        assertTrue(right, () -> output.toString(StandardCharsets.UTF_8));
    }
}
