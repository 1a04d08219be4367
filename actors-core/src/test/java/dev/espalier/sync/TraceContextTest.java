package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TraceContextTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";
    private static final String HEADER = "00-" + TRACE + "-" + SPAN + "-01";

    private static TraceContext parsed(String traceparent, @Nullable String tracestate) {
        return TraceContext.parse(traceparent, tracestate).orElseThrow();
    }

    private static String state(String tracestate) {
        return parsed(HEADER, tracestate).tracestate();
    }

    @Test
    void shouldReadAndWriteTheHeaders() {
        TraceContext context = parsed(HEADER, "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
        assertEquals(TRACE, context.traceId());
        assertEquals(SPAN, context.spanId());
        assertTrue(context.isSampled());
        assertEquals(HEADER, context.traceparent());
        assertEquals("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", context.tracestate());
        assertFalse(parsed("00-" + TRACE + "-" + SPAN + "-00", null).isSampled());
        assertEquals(HEADER, parsed("  " + HEADER + " ", null).toString());
    }

    @Test
    void shouldKnowOnlyTheFlagOfLevelOne() {
        assertEquals(HEADER, parsed("00-" + TRACE + "-" + SPAN + "-ff", null).traceparent());
        assertFalse(parsed("00-" + TRACE + "-" + SPAN + "-02", null).isSampled());
    }

    @Test
    void shouldRefuseWhatIsNoTraceparent() {
        List<String> wrong = List.of(
                "",
                "00",
                TRACE,
                "00-" + TRACE + "-" + SPAN,
                "00-" + TRACE + "-" + SPAN + "-",
                "00-" + TRACE + "-" + SPAN + "-1",
                "00-" + TRACE + "-" + SPAN + "-010",
                "00-" + TRACE + "-" + SPAN + "-0g",
                "00-" + "0".repeat(32) + "-" + SPAN + "-01",
                "00-" + TRACE + "-" + "0".repeat(16) + "-01",
                "00-" + TRACE.toUpperCase(java.util.Locale.ROOT) + "-" + SPAN + "-01",
                "00-" + TRACE.substring(1) + "-" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN + "0-01",
                "00_" + TRACE + "-" + SPAN + "-01",
                "0-" + TRACE + "-" + SPAN + "-01",
                "ff-" + TRACE + "-" + SPAN + "-01",
                HEADER + "-what-comes",
                HEADER + ",",
                HEADER + "," + HEADER);
        for (String each : wrong) {
            assertEquals(Optional.empty(), TraceContext.parse(each, "a=1"), each);
        }
        assertEquals(Optional.empty(), TraceContext.parse(null, "a=1"));
    }

    @Test
    void shouldReadWhatItKnowsOfVersionsToCome() {
        assertEquals(
                HEADER,
                parsed("cc-" + TRACE + "-" + SPAN + "-01-what-comes", null).traceparent());
        assertEquals(HEADER, parsed("01-" + TRACE + "-" + SPAN + "-05", null).traceparent());
        assertEquals(Optional.empty(), TraceContext.parse("cc-" + TRACE + "-" + SPAN + "-01.what-comes", null));
    }

    @Test
    void shouldLeaveOutWhatMayBeLeftOutOfAState() {
        assertEquals("foo=1,bar=2", state(" foo=1 ,\t , bar=2,"));
        assertEquals("", state(" "));
        assertEquals("foo= 1", state("foo= 1"));
    }

    @Test
    void shouldTakeKeysAndValuesAsTheRecommendationHasThem() {
        String key = "a".repeat(256);
        String tenant = "0" + "t".repeat(240) + "@s" + "y".repeat(13);
        String value = "v".repeat(256);
        for (String right : List.of("a-_*/0z=1", key + "=1", tenant + "=1", "a=" + value, "a=!~<>/\\\"' x")) {
            assertEquals(right, state(right));
        }
    }

    @Test
    void shouldForgetAStateThatIsNotValidAsAWhole() {
        String many = IntStream.range(0, 33).mapToObj(i -> "k" + i + "=1").collect(Collectors.joining(","));
        List<String> wrong = List.of(
                "foo",
                "=1",
                "foo=",
                "Foo=1",
                "0foo=1",
                "foo =1",
                "foo@=1",
                "@foo=1",
                "a@b@c=1",
                "a@0b=1",
                "a@" + "b".repeat(15) + "=1",
                "a".repeat(257) + "=1",
                "a" + "b".repeat(241) + "@c=1",
                "foo=" + "v".repeat(257),
                "foo=a=b",
                "foo=\u00e4",
                "foo=a\tb",
                "foo=1,foo=2",
                many);
        for (String each : wrong) {
            assertEquals("", state("ok=1," + each), each);
            assertEquals(HEADER, parsed(HEADER, each).traceparent());
        }
    }

    @Test
    void shouldPutAnEntryInTheFirstPlace() {
        TraceContext context = parsed(HEADER, "foo=1,bar=2");
        assertEquals("baz=3,foo=1,bar=2", context.with("baz", "3").tracestate());
        assertEquals("bar=4,foo=1", context.with("bar", "4").tracestate());
        String full = IntStream.range(0, 32).mapToObj(i -> "k" + i + "=1").collect(Collectors.joining(","));
        String more = parsed(HEADER, full).with("new", "1").tracestate();
        assertTrue(more.startsWith("new=1,k0=1,") && more.endsWith(",k30=1"), more);
        assertThrows(IllegalArgumentException.class, () -> context.with("Foo", "1"));
        assertThrows(IllegalArgumentException.class, () -> context.with("foo", "a,b"));
    }

    @Test
    void shouldMakeIdsByChance() {
        TraceContext one = TraceContext.start(true);
        TraceContext child = one.with("a", "1").child();
        assertEquals(one.traceId(), child.traceId());
        assertNotEquals(one.spanId(), child.spanId());
        assertNotEquals(one.traceId(), TraceContext.start(true).traceId());
        assertEquals("a=1", child.tracestate());
        assertFalse(TraceContext.start(false).child().isSampled());
        assertEquals(Optional.of(child), TraceContext.parse(child.traceparent(), child.tracestate()));
    }

    @Test
    void shouldRefuseIdsThatAreNone() {
        assertEquals(parsed(HEADER, "a=1"), TraceContext.of(TRACE, SPAN, true, "a=1"));
        assertThrows(IllegalArgumentException.class, () -> TraceContext.of(SPAN, SPAN, true, ""));
        assertThrows(IllegalArgumentException.class, () -> TraceContext.of(TRACE, TRACE, true, ""));
        assertThrows(IllegalArgumentException.class, () -> TraceContext.of(TRACE, "0".repeat(16), true, ""));
    }

    @Test
    void shouldBeCurrentWhileItsCodeRuns() {
        TraceContext outer = TraceContext.start(true);
        TraceContext inner = outer.child();
        assertNull(TraceContext.current());
        int result = outer.call(() -> {
            assertSame(outer, TraceContext.current());
            assertThrows(
                    ArithmeticException.class,
                    () -> inner.run(() -> {
                        assertSame(inner, TraceContext.current());
                        throw new ArithmeticException();
                    }));
            assertSame(outer, TraceContext.current());
            return 3;
        });
        assertEquals(3, result);
        assertNull(TraceContext.current());
    }

    @Test
    void shouldGoAlongWithForksComputeSectionsAndCoroutines() throws Exception {
        VirtualTime.run(() -> {
            TraceContext context = TraceContext.start(true);
            List<@Nullable TraceContext> seen = new ArrayList<>();
            context.run(() -> {
                Fork.start("fork", () -> seen.add(TraceContext.current())).get(Duration.ofSeconds(1));
                Compute.run(() -> seen.add(TraceContext.current()));
                Coroutine.<Integer, Boolean>of("coroutine", (self, first) -> seen.add(TraceContext.current()))
                        .switchTo(1);
            });
            Fork.start("later", () -> seen.add(TraceContext.current())).get(Duration.ofSeconds(1));
            Compute.run(() -> seen.add(TraceContext.current()));
            List<@Nullable TraceContext> expected = new ArrayList<>(List.of(context, context, context));
            expected.add(null);
            expected.add(null);
            assertEquals(expected, seen);
        });
    }

    @Test
    void shouldAskAnotherLibraryFirstAndTellItWhatIsSet() {
        TraceContext theirs = TraceContext.start(true);
        TraceContext own = TraceContext.start(true);
        AtomicReference<@Nullable TraceContext> other = new AtomicReference<>(); // all is done by one thread
        TraceContext.source(new TraceContext.Source() {
            @Override
            public @Nullable TraceContext current() {
                return other.get();
            }

            @Override
            public Runnable enter(TraceContext context) {
                TraceContext before = other.get();
                other.set(context);
                return () -> other.set(before);
            }
        });
        try {
            other.set(theirs);
            assertSame(theirs, TraceContext.current());
            own.run(() -> {
                assertSame(own, TraceContext.current());
                other.set(null);
                assertSame(own, TraceContext.current());
                other.set(theirs);
                assertSame(theirs, TraceContext.current());
            });
            assertSame(theirs, TraceContext.current());
        } finally {
            TraceContext.source(null);
        }
        assertNull(TraceContext.current());
    }
}
