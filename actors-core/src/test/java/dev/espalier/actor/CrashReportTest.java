package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Trials.Boom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The text of a crash report, and its bounds.
class CrashReportTest {
    private static Failure failure(Throwable cause) {
        return failure(cause, Duration.ofSeconds(5));
    }

    private static Failure failure(Throwable cause, @Nullable Duration grace) {
        return new Failure("/t/boss/a", 2, "/t/boss", "Bad[number=7]", cause, Instant.EPOCH, Restart.TRANSIENT, grace);
    }

    private static List<String> lines(Throwable cause) {
        return failure(cause).report(Decision.RESTART).lines().toList();
    }

    private static long count(List<String> lines, String part) {
        return lines.stream().filter(line -> line.contains(part)).count();
    }

    private static Throwable chain(int length) {
        Throwable last = new Boom("number " + length);
        for (int i = length - 1; i >= 1; i--) {
            last = new IllegalStateException("number " + i, last);
        }
        return last;
    }

    @Test
    void shouldNameChildSupervisorDecisionRestartGraceReasonAndStack() {
        List<String> lines = lines(new IllegalStateException("reason", new Boom("root")));
        assertEquals(
                "/t/boss/a#2 failed over \"Bad[number=7]\": java.lang.IllegalStateException: reason;"
                        + " /t/boss decided to restart; transient, grace 5000 ms",
                lines.getFirst());
        assertEquals("java.lang.IllegalStateException: reason", lines.get(1));
        assertTrue(
                lines.get(2).startsWith("\tat dev.espalier.actor/" + CrashReportTest.class.getName())
                        || lines.get(2).startsWith("\tat " + CrashReportTest.class.getName()),
                lines.get(2));
        assertEquals("Caused by: " + Boom.class.getName() + ": root", lines.getLast());
    }

    @Test
    void shouldSayAnUnlimitedGraceAndOneOfAllTime() {
        assertTrue(failure(new Boom("x"), null).report(Decision.STOP).contains("; transient, grace unlimited\n"));
        Failure longest = failure(new Boom("x"), Duration.ofSeconds(Long.MAX_VALUE));
        assertTrue(longest.report(Decision.STOP).contains("grace 9223372036854 ms\n"), longest::toString);
    }

    @Test
    void shouldBoundTheDepthOfCauses() {
        List<String> lines = lines(chain(1_000));
        assertEquals(1, count(lines, ": number " + CrashReport.DEPTH));
        assertEquals(0, count(lines, ": number " + (CrashReport.DEPTH + 1)));
        assertEquals("Caused by: … deeper ones are left out", lines.getLast());
        assertFalse(lines(chain(CrashReport.DEPTH)).getLast().contains("left out"));
    }

    @Test
    void shouldBoundTheFramesOfEachCause() {
        StackTraceElement[] deep = IntStream.range(0, 1_024)
                .mapToObj(i -> new StackTraceElement("C", "m" + i, "C.java", i))
                .toArray(StackTraceElement[]::new);
        Throwable thrown = new StackOverflowError();
        thrown.setStackTrace(deep);
        List<String> lines = lines(thrown);
        assertEquals(CrashReport.FRAMES, count(lines, "\tat "));
        assertEquals("\t... " + (1_024 - CrashReport.FRAMES) + " more", lines.getLast());
    }

    @Test
    void shouldShowFramesInCommonOnce() {
        Throwable inner = new IllegalStateException("inner");
        Throwable outer = new IllegalStateException("outer", inner);
        StackTraceElement common = new StackTraceElement("Common", "m", "C.java", 1);
        inner.setStackTrace(new StackTraceElement[] {new StackTraceElement("Inner", "m", "I.java", 1), common});
        outer.setStackTrace(new StackTraceElement[] {new StackTraceElement("Outer", "m", "O.java", 1), common});
        assertEquals(
                List.of(
                        "java.lang.IllegalStateException: outer",
                        "\tat Outer.m(O.java:1)",
                        "\tat Common.m(C.java:1)",
                        "Caused by: java.lang.IllegalStateException: inner",
                        "\tat Inner.m(I.java:1)",
                        "\t... 1 more"),
                lines(outer).subList(1, 7));
    }

    @Test
    void shouldBoundTheSuppressedOnes() {
        Throwable thrown = new IllegalStateException("reason");
        IntStream.range(0, 100).forEach(i -> thrown.addSuppressed(new Boom("suppressed " + i)));
        List<String> lines = lines(thrown);
        assertEquals(CrashReport.SUPPRESSED, count(lines, "\tSuppressed: "));
        assertEquals("\t… and " + (100 - CrashReport.SUPPRESSED) + " suppressed ones more", lines.getLast());
    }

    @Test
    void shouldBoundTheWholeAndEachText() {
        String report = failure(new Boom("x".repeat(1_000_000))).report(Decision.STOP);
        assertTrue(report.length() < 3_000, () -> "not bounded: " + report.length());
        String all = failure(tree(CrashReport.DEPTH)).report(Decision.STOP);
        assertEquals(CrashReport.CHARS, all.length());
        assertTrue(all.endsWith("\n… the report was cut here"), all);
    }

    private static Throwable tree(int depth) {
        Throwable thrown = new IllegalStateException("y".repeat(900));
        for (int i = 0; depth > 1 && i < 3; i++) {
            thrown.addSuppressed(tree(depth - 1));
        }
        return thrown;
    }

    @Test
    void shouldEndACircleOfCauses() {
        Throwable first = new IllegalStateException("first");
        Throwable second = new IllegalStateException("second", first);
        first.initCause(second);
        second.addSuppressed(first);
        List<String> lines = lines(first);
        assertEquals("Caused by: java.lang.IllegalStateException: first (shown above)", lines.getLast());
        assertEquals(2, count(lines, "(shown above)"));
    }

    @Test
    void shouldReportAnExceptionThatFailsItself() {
        class Hostile extends RuntimeException {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new IllegalStateException("no text");
            }

            @Override
            public StackTraceElement[] getStackTrace() {
                throw new IllegalStateException("no stack");
            }

            @Override
            public synchronized Throwable getCause() {
                throw new IllegalStateException("no cause");
            }
        }
        List<String> lines = lines(new Hostile());
        assertEquals(2, lines.size());
        assertEquals(
                Hostile.class.getName() + " (its toString() threw java.lang.IllegalStateException)", lines.getLast());
    }

    @Test
    void shouldEndCausesThatAreMadeWhenAsked() {
        class Endless extends RuntimeException {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Throwable getCause() {
                return new Endless();
            }
        }
        List<String> lines = lines(new Endless());
        assertEquals(CrashReport.DEPTH - 1, count(lines, "Caused by: " + Endless.class.getName()));
        assertEquals("Caused by: … deeper ones are left out", lines.getLast());
    }

    @Test
    void shouldRefuseAMissingDecision() {
        Failure failure = failure(new Boom("x"));
        assertThrows(NullPointerException.class, () -> failure.report(null));
    }
}
