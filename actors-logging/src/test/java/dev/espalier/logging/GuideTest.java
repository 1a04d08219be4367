package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Failure;
import dev.espalier.sync.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// The code of the guide, compiled and run.
class GuideTest {
    private static final LoggerContext CONTEXT = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger root = CONTEXT.getLogger(Logger.ROOT_LOGGER_NAME);
    private final Lines lines = Lines.in(CONTEXT);

    @AfterEach
    void detach() {
        ActorAppender appender = (ActorAppender) root.getAppender("actors");
        List.copyOf(sinks(appender)).forEach(sink -> {
            appender.detachAppender(sink);
            root.addAppender(sink);
        });
        root.detachAppender(appender);
        root.detachAppender(lines);
        appender.addAppender(lines);
        appender.stop();
    }

    private static List<Appender<ILoggingEvent>> sinks(ActorAppender appender) {
        List<Appender<ILoggingEvent>> sinks = new ArrayList<>();
        appender.iteratorForAppenders().forEachRemaining(sinks::add);
        return sinks;
    }

    @Test
    void shouldInstall() {
        root.addAppender(lines);
        // @start region="install"
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        ActorAppender appender = ActorAppender.install(context);
        // @end
        LoggerFactory.getLogger("guide").error("this line belongs to a test");
        // @start region="flush"
        boolean written = appender.flush(Duration.ofSeconds(5));
        LogStatistics statistics = appender.statistics();
        // @end
        assertTrue(written);
        assertEquals(List.of("this line belongs to a test"), lines.messages);
        assertEquals(1, statistics.written());
        assertTrue(statistics.isBalanced());
    }

    @Test
    void shouldShowLabelsAndFindFailures() {
        root.addAppender(lines);
        ActorAppender appender = ActorAppender.install(CONTEXT);
        Logger log = CONTEXT.getLogger("guide.labels");
        log.setLevel(Level.INFO);
        try (ActorSystem system =
                ActorSystem.builder("shop").handleSignals(false).start()) {
            // @start region="label"
            ActorRef<String> west =
                    system.spawn(ActorSpec.<String>behavior("west", () -> (order, ctx) -> log.info("shipped {}", order))
                            .label("region", "west"));
            // @end
            // @start region="level"
            Registration debug = appender.levelUnder("/shop/orders", Level.DEBUG, Duration.ofMinutes(10));
            // @end
            assertTrue(debug.remove());
            west.tell("trees");
            assertTrue(west.awaitProcessed(Duration.ofSeconds(20)));
            // @start region="failures"
            List<Failure> failures = system.failures().under("/shop/orders");
            // @end
            assertEquals(List.of(), failures);
        }
        assertTrue(appender.flush(Duration.ofSeconds(20)));
        ILoggingEvent shipped = lines.events.get(lines.messages.indexOf("shipped trees"));
        assertEquals("west", shipped.getMDCPropertyMap().get("region"));
    }
}
