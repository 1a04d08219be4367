package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CaptureTest extends LoggingFixture {
    private static final Duration LONG = Duration.ofSeconds(20);

    record Plain(String name, int count, Instant at, BigDecimal price) {}

    record Holder(List<String> names) {}

    record Anything(Object value) {}

    /// Says how often, and on which thread at last, it was rendered.
    private static final class Watched {
        private final AtomicInteger times = new AtomicInteger();
        private volatile String text = "before";
        private volatile String thread = "";

        @Override
        public String toString() {
            times.incrementAndGet();
            thread = Thread.currentThread().getName();
            return text;
        }
    }

    /// Logs while the writer is held up, changes the argument, and returns what was written.
    private String written(Capture capture, Watched argument) {
        start(a -> a.setCapture(capture));
        lines.closeGate();
        log.info("{} {}", argument, 1);
        argument.text = "after";
        lines.openGate();
        assertTrue(appender.flush(LONG));
        return lines.messages.getFirst();
    }

    @Test
    void shouldRenderWhatMayChangeOnTheCallerWhenSafe() {
        Watched argument = new Watched();
        assertEquals("before 1", written(Capture.SAFE, argument));
        assertEquals(Thread.currentThread().getName(), argument.thread);
        assertEquals(1, argument.times.get());
        assertEquals(1, lines.events.getFirst().getArgumentArray()[1]);
    }

    @Test
    void shouldRenderOnTheWriterWhenByReference() {
        Watched argument = new Watched();
        assertEquals("after 1", written(Capture.BY_REFERENCE, argument));
        assertEquals("espalier-log", argument.thread);
    }

    @Test
    void shouldRenderOnTheCallerWhenEager() {
        Watched argument = new Watched();
        assertEquals("before 1", written(Capture.EAGER, argument));
        assertEquals(1, argument.times.get());
    }

    @Test
    void shouldRenderBothArgumentsWhenBothMayChange() {
        start(a -> {});
        lines.closeGate();
        StringBuilder one = new StringBuilder("one");
        StringBuilder two = new StringBuilder("two");
        log.info("{} {}", one, two);
        one.append(" changed");
        two.append(" changed");
        lines.openGate();
        assertTrue(appender.flush(LONG));
        assertEquals(List.of("one two"), lines.messages);
    }

    @Test
    void shouldNotSeeChangesOfTheCallersArrayWhenSafe() {
        start(a -> {});
        lines.closeGate();
        Object[] own = {"a", "b", "c"};
        log.info("{} {} {}", own);
        own[1] = "changed";
        lines.openGate();
        assertTrue(appender.flush(LONG));
        assertEquals(List.of("a b c"), lines.messages);
    }

    @Test
    void shouldNotSeeChangesOfKeyValuesWhenSafe() {
        start(a -> {});
        lines.closeGate();
        List<String> value = new ArrayList<>(List.of("a"));
        log.atInfo().addKeyValue("names", value).log("x");
        value.add("b");
        lines.openGate();
        assertTrue(appender.flush(LONG));
        assertEquals("[a]", lines.events.getFirst().getKeyValuePairs().getFirst().value);
    }

    @Test
    void shouldShowThatAnArgumentThrowsWhenItDoes() {
        start(a -> {});
        log.info("{} and {}", 1, new Object() {
            @Override
            public String toString() {
                throw new IllegalStateException("on purpose");
            }
        });
        assertTrue(appender.flush(LONG));
        assertEquals(List.of("1 and [FAILED toString()]"), lines.messages);
    }

    @Test
    void shouldTellImmutableValuesApart() {
        assertTrue(Immutables.isImmutable(null));
        assertTrue(Immutables.isImmutable("text"));
        assertTrue(Immutables.isImmutable(1L));
        assertTrue(Immutables.isImmutable('c'));
        assertTrue(Immutables.isImmutable(BigDecimal.ONE));
        assertTrue(Immutables.isImmutable(StandardOpenOption.READ));
        assertTrue(Immutables.isImmutable(Instant.EPOCH));
        assertTrue(Immutables.isImmutable(new Plain("a", 1, Instant.EPOCH, BigDecimal.ONE)));
        assertFalse(Immutables.isImmutable(new Holder(List.of())));
        assertFalse(Immutables.isImmutable(new Anything("text")));
        assertFalse(Immutables.isImmutable(new AtomicLong()));
        assertFalse(Immutables.isImmutable(new ArrayList<>()));
        assertFalse(Immutables.isImmutable(new int[1]));
        assertFalse(Immutables.isImmutable(new Instant[1]));
        assertFalse(Immutables.isImmutable(Clock.systemUTC()));
    }
}
