package dev.espalier.samples.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LoggingTest {
    @TempDir
    Path folder;

    private Path file(String... lines) throws Exception {
        return Files.write(folder.resolve("log"), java.util.List.of(lines));
    }

    @Test
    void shouldCountWhatIsLostDoubledAndOutOfOrder() throws Exception {
        Path file = file("0 0 x", "1 0 x", "0 2 x", "0 1 x", "2 0 x", "2 0 x", "2 1 x", "3 2 x");
        assertEquals(new LogFile(5, 1, 1), LogFile.read(file, 3));
    }

    @Test
    void shouldKnowTheBytesOfAWholeLog() throws Exception {
        long bytes = 0;
        for (int i = 0; i < 1_234; i++) {
            bytes += (long) Producers.COUNT * ("0 " + i + " order shipped\n").length();
        }
        assertEquals(bytes, Producers.bytes(1_234));
    }

    @Tag("long")
    @Test
    @Tag("slow")
    @Timeout(180)
    void shouldLoseNothingWithEspalier() throws Exception {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
        boolean whole = Logging.run(out, 1, 1, Variant.ESPALIER);
        assertTrue(whole, () -> output.toString(StandardCharsets.UTF_8));
    }
}
