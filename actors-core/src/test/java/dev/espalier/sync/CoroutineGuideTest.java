package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The code of the guide on coroutines, run.
@Tag("coroutines")
class CoroutineGuideTest {
    private final List<String> out = new ArrayList<>();

    @Test
    void shouldSwitchBackAndForth() {
        // @start region="symmetric"
        Coroutine<String, String> greeter = Coroutine.of("greeter", (self, first) -> {
            String second = self.handBack("hello " + first); // or Coroutine.root().switchTo(…), or any other one
            return "and hello " + second;
        });
        out.add(greeter.switchTo("Ann"));
        out.add(greeter.switchTo("Bob")); // the body returns: greeter.dead()
        // @end
        assertEquals(List.of("hello Ann", "and hello Bob"), out);
    }

    @Test
    void shouldGenerate() {
        // @start region="generator"
        try (Generator<Long> fibonacci = Generator.of("fibonacci", each -> {
            for (long a = 0, b = 1; ; b += a, a = b - a) {
                each.accept(a);
            }
        })) {
            while (out.size() < 10) {
                out.add(fibonacci.next().toString());
            }
        } // unwinds the endless loop
        // @end
        assertEquals("0 1 1 2 3 5 8 13 21 34", String.join(" ", out));
    }
}
