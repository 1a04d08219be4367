package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class DigestAppenderTest extends LoggingFixture {
    private static final Duration LONG = Duration.ofSeconds(20);
    private final DigestAppender digest = new DigestAppender();
    private final Lines mail = Lines.in(context);

    private void digest(Consumer<DigestAppender> configuration) {
        digest.setContext(context);
        digest.setName("digest");
        digest.addAppender(mail);
        configuration.accept(digest);
        digest.start();
        assertTrue(digest.isStarted());
        log.setLevel(Level.TRACE);
    }

    private void logSome() {
        log.info("nobody wants to know");
        for (int i = 0; i < 5; i++) {
            log.atWarn().addKeyValue("actor", i < 3 ? "/shop/a" : "/shop/b").log("slow: {} ms", i);
        }
        log.error("row {} is bad", 7, new IllegalStateException("on purpose"));
    }

    private static String withoutTimes(String text) {
        return text.replaceAll(", \\d\\d:\\d\\d:\\d\\d( to \\d\\d:\\d\\d:\\d\\d)?:", " AT:");
    }

    private static final String EXPECTED = String.join(
            System.lineSeparator(),
            "6 events of 2 kinds",
            "5 × WARN test AT: slow: 0 ms [3 × /shop/a, 2 × /shop/b]",
            "1 × ERROR test AT: row 7 is bad: java.lang.IllegalStateException: on purpose");

    @Test
    void shouldGiveOneDigestWhenStopped() {
        digest(d -> {});
        log.addAppender(digest);
        logSome();
        assertEquals(List.of(), mail.messages);
        digest.stop();
        assertEquals(
                List.of(EXPECTED),
                mail.messages.stream().map(DigestAppenderTest::withoutTimes).toList());
        assertEquals(Level.ERROR, mail.events.getFirst().getLevel());
        assertFalse(mail.isStarted());
    }

    @Test
    void shouldGiveTheLastDigestWhenTheActorAppenderAroundItStops() {
        digest(d -> {});
        start(a -> a.addAppender(digest));
        logSome();
        appender.stop();
        assertEquals(
                List.of(EXPECTED),
                mail.messages.stream().map(DigestAppenderTest::withoutTimes).toList());
    }

    @Test
    @Tag("slow")
    void shouldGiveOneForEachIntervalWithEvents() {
        digest(d -> d.setIntervalSeconds(1));
        log.addAppender(digest);
        log.warn("one");
        Awaitility.await().atMost(LONG).until(() -> mail.messages.size() == 1);
        log.warn("two");
        Awaitility.await().atMost(LONG).until(() -> mail.messages.size() == 2);
        assertTrue(mail.messages.get(0).endsWith(": one"), mail.messages::toString);
        assertTrue(mail.messages.get(1).endsWith(": two"), mail.messages::toString);
        digest.stop();
        assertEquals(2, mail.messages.size());
    }

    @Test
    void shouldStayBoundedWhenTemplatesAndActorsAreMany() {
        digest(d -> d.setTemplates(3));
        log.addAppender(digest);
        for (int i = 0; i < 100; i++) {
            log.atWarn().addKeyValue("actor", "/shop/" + i).log("kind");
            log.warn("other " + i + "x".repeat(1_000));
        }
        digest.stop();
        String text = mail.messages.getFirst();
        assertTrue(text.startsWith("200 events of 3 kinds"), text);
        assertTrue(text.contains("100 × WARN test") && text.contains("[80 × others, 1 × /shop/0, "), text);
        assertTrue(text.endsWith("98 of further kinds"), text);
        assertTrue(text.length() < 1_000, text);
    }

    @Test
    void shouldTellStandardErrorAndGoOnWhenTheWrappedOneThrows() {
        mail.before(event -> {
            if (event.getLevel() == Level.ERROR) {
                throw new AssertionError("on purpose");
            }
        });
        digest(d -> {});
        log.addAppender(digest);
        log.error("first");
        digest.stop();
        digest.addAppender(mail);
        mail.start();
        digest.start();
        log.warn("second");
        digest.stop();
        assertEquals(1, mail.messages.size());
        assertTrue(mail.messages.getFirst().endsWith(": second"));
    }

    @Test
    void shouldTellStandardErrorWhenNoAppenderIsLeft() {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        digest(d -> {});
        log.addAppender(digest);
        log.error("first");
        System.setErr(new PrintStream(said, true, UTF_8));
        try {
            digest.detachAppender(mail);
            digest.stop();
            LastResort.await(LONG);
        } finally {
            System.setErr(before);
        }
        String text = said.toString(UTF_8);
        assertTrue(text.startsWith("The digest digest was not taken: no appender is left"), text);
        assertTrue(text.contains("1 × ERROR test, ") && text.contains(": first"), text);
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        assertThrows(IllegalArgumentException.class, () -> digest.setIntervalSeconds(0));
        assertThrows(IllegalArgumentException.class, () -> digest.setTemplates(0));
        digest.setContext(new LoggerContext());
        digest.start();
        assertFalse(digest.isStarted());
    }
}
