package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("coroutines")
class GeneratorTest {
    private final List<String> log = new ArrayList<>();

    @Test
    void shouldMakeElementsOnlyWhenAskedFor() {
        try (var numbers = Generator.<Integer>of("numbers", out -> {
            for (int i = 0; i < 3; i++) {
                log.add("make " + i);
                out.accept(i);
            }
        })) {
            assertTrue(log.isEmpty());
            for (int i = 0; i < 3; i++) {
                assertEquals(i, numbers.next());
                assertEquals(i + 1, log.size());
            }
            assertFalse(numbers.hasNext());
            assertFalse(numbers.hasNext());
            assertThrows(NoSuchElementException.class, numbers::next);
        }
    }

    @Test
    void shouldHandOutNulls() {
        List<@Nullable String> got = new ArrayList<>();
        Generator.<@Nullable String>of("nulls", out -> {
                    out.accept(null);
                    out.accept("x");
                    out.accept(null);
                })
                .forEachRemaining(got::add);
        assertEquals(Arrays.asList(null, "x", null), got);
    }

    @Test
    void shouldRunFinallyWhenAbandoned() {
        var endless = Generator.<Integer>of("endless", out -> {
            try {
                for (int i = 0; ; i++) {
                    out.accept(i);
                }
            } finally {
                log.add("finally");
            }
        });
        assertEquals(0, endless.next());
        assertTrue(endless.hasNext());
        endless.close();
        assertEquals(List.of("finally"), log);
        assertFalse(endless.hasNext());
    }

    @Test
    void shouldThrowWhatTheBodyThrowsOnceAndThenEnd() {
        var failure = new IllegalStateException("no more");
        var failing = Generator.<Integer>of("failing", out -> {
            out.accept(1);
            throw failure;
        });
        assertEquals(1, failing.next());
        assertSame(failure, assertThrows(IllegalStateException.class, failing::hasNext));
        assertFalse(failing.hasNext());
    }

    @Test
    void shouldServeWhoeverAsksNotItsMaker() {
        var numbers = Generator.<Integer>of("numbers", out -> {
            out.accept(1);
            out.accept(2);
        });
        Coroutine<String, Integer> consumer =
                Coroutine.of("consumer", (self, first) -> numbers.next() * 10 + numbers.next());
        assertEquals(12, consumer.switchTo(""));
        assertFalse(numbers.hasNext()); // its end comes here
    }

    @Test
    void shouldRefuseToBeAskedByItsOwnBody() {
        var self = new Iterator1();
        self.generator = Generator.of("self", out -> out.accept(self.next()));
        assertThrows(IllegalStateException.class, () -> self.next());
    }

    @Test
    void shouldNestWhenWalkingATree() {
        try (var leaves = Generator.<Integer>of("tree", out -> walk(0, 6, out))) {
            int count = 0;
            while (leaves.hasNext()) {
                assertEquals(count++, leaves.next());
            }
            assertEquals(64, count);
        }
    }

    private static void walk(int first, int depth, Consumer<Integer> out) {
        if (depth == 0) {
            out.accept(first);
            return;
        }
        for (int half = 0; half < 2; half++) {
            int from = first + half * (1 << (depth - 1));
            try (var inner = Generator.<Integer>of("half", each -> walk(from, depth - 1, each))) {
                inner.forEachRemaining(out);
            }
        }
    }

    private static final class Iterator1 {
        @Nullable
        Generator<Integer> generator;

        int next() {
            return generator == null ? 0 : generator.next();
        }
    }
}
