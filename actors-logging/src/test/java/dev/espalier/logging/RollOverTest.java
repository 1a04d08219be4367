package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.RollingPolicyBase;
import ch.qos.logback.core.rolling.TriggeringPolicyBase;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is in the buffer of a stream when a roll-over closes it gets lost without a word to its listeners.
class RollOverTest extends LoggingFixture {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int EVENTS = 20;
    private static final int ROLLS_AT = 10;

    @TempDir
    Path directory;

    private volatile Path active;

    private static String text(int number) {
        return "number " + number + ".";
    }

    private RollingFileAppender<ILoggingEvent> rolling(Path next) {
        RollingPolicyBase policy = new RollingPolicyBase() {
            @Override
            public void rollover() {
                active = next;
            }

            @Override
            public String getActiveFileName() {
                return active.toString();
            }
        };
        TriggeringPolicyBase<ILoggingEvent> trigger = new TriggeringPolicyBase<>() {
            @Override
            public boolean isTriggeringEvent(File file, ILoggingEvent event) {
                return event.getFormattedMessage().equals(text(ROLLS_AT));
            }
        };
        policy.start();
        trigger.start();
        RollingFileAppender<ILoggingEvent> made = new RollingFileAppender<>();
        made.setContext(context);
        made.setName("rolling");
        made.setEncoder(encoder());
        made.setRollingPolicy(policy);
        made.setTriggeringPolicy(trigger);
        made.start();
        return made;
    }

    private PatternLayoutEncoder encoder() {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg%n");
        encoder.start();
        return encoder;
    }

    @Test
    void shouldTellWhatIsMissingWhenTheDiskIsFullAtARollOver() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/full")), "This system has no device that is always full");
        active = Files.createSymbolicLink(directory.resolve("full"), Path.of("/dev/full"));
        Path next = directory.resolve("next");
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, UTF_8));
        try {
            lines.closeGate();
            start(a -> a.addAppender(rolling(next)));
            for (int i = 0; i < EVENTS; i++) {
                log.info(text(i));
            }
            lines.openGate(); // one round of the writer, so nothing is flushed between
            assertTrue(appender.flush(LONG));
        } finally {
            LastResort.await(LONG);
            System.setErr(before);
        }
        List<String> texts =
                IntStream.range(0, EVENTS).mapToObj(RollOverTest::text).toList();
        assertEquals(texts.subList(ROLLS_AT, EVENTS), Files.readAllLines(next, UTF_8));
        LogStatistics statistics = appender.statistics();
        assertTrue(statistics.isBalanced(), statistics::toString);
        assertEquals(EVENTS, statistics.of(Fate.FAILED), statistics::toString);
        String told = said.toString(UTF_8);
        assertTrue(texts.subList(0, ROLLS_AT).stream().allMatch(told::contains), told);
    }
}
