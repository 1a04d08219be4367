package dev.espalier.samples.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ObserveTest {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);

    @Test
    @Tag("slow")
    void shouldShowATreeOfItsOwn() throws Exception {
        assertTrue(Observe.run(out, Observe.Arguments.parse(List.of("--rounds", "2"))));
        String text = output.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("nursery  running, 7 actors"), text);
        assertTrue(text.contains("/nursery/bed-6"), text);
    }

    @Test
    @Tag("slow")
    void shouldFailWhenNobodyAnswers() throws Exception {
        List<String> words = List.of("http://localhost:1/#0123456789abcdef", "--rounds", "1");
        assertFalse(Observe.run(out, Observe.Arguments.parse(words)));
    }

    @Test
    void shouldReadTheCommandLine() {
        assertEquals(new Observe.Arguments("", 0), Observe.Arguments.parse(List.of()));
        for (String word : List.of("--rounds", "http://localhost:1/", "-x")) {
            assertThrows(IllegalArgumentException.class, () -> Observe.Arguments.parse(List.of(word)), word);
        }
    }
}
