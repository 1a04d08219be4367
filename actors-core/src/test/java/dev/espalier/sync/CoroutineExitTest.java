package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// How a coroutine unwinds; over both backends.
@Tag("coroutines")
class CoroutineExitTest {
    private static void fail(String message) {
        throw new IllegalStateException(message);
    }

    @Test
    void shouldThrowAtTheCloserWhenResourcesDoNotClose() {
        Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
            AutoCloseable outer = () -> fail("outer");
            AutoCloseable inner = () -> fail("inner");
            try (outer;
                    inner;
                    self) { // the exit of one that closes itself is no failure
                return self.handBack("waiting");
            }
        });
        c.switchTo("");
        var failure = assertThrows(IllegalStateException.class, c::close);
        assertEquals("inner", failure.getMessage());
        assertEquals("outer", failure.getSuppressed()[0].getMessage());
        assertTrue(c.dead());
        Coroutine<String, String> closesItself = Coroutine.of("c", (self, first) -> {
            try (self) {
                return self.handBack("waiting");
            }
        });
        closesItself.switchTo("");
        closesItself.close();
        assertTrue(closesItself.dead());
    }
}
