package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorState;
import dev.espalier.actor.ActorSystem;
import dev.espalier.sync.Till;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// What the engine logs holds up none of its threads, whatever the sinks do.
class EngineThreadsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int QUEUE = 4;

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger engine = context.getLogger("dev.espalier.actor");
    private final Logger shop = context.getLogger("shop");
    private final Lines lines = Lines.in(context);
    private final ActorAppender appender = new ActorAppender();
    private final CountDownLatch open = new CountDownLatch(1);

    @BeforeEach
    void attach() {
        appender.setContext(context);
        appender.addAppender(lines);
        appender.setQueueSize(QUEUE);
        appender.setPatienceMillis(LONG.toMillis() * 3);
        appender.start();
        for (Logger logger : List.of(engine, shop)) {
            logger.addAppender(appender);
            logger.setAdditive(false);
        }
        shop.setLevel(Level.INFO);
    }

    @AfterEach
    void detach() {
        open.countDown();
        lines.openGate();
        for (Logger logger : List.of(engine, shop)) {
            logger.setAdditive(true);
            logger.detachAppender(appender);
        }
        shop.setLevel(null);
        appender.stop();
    }

    /// One event is in the sink, which does not come back; as many as there is room for wait.
    private void fill() {
        lines.closeGate();
        for (int i = 0; i <= QUEUE; i++) {
            shop.info("{}", i);
            if (i == 0) {
                lines.entered.acquireUninterruptibly();
            }
        }
    }

    private void awaitOpen() {
        while (open.getCount() > 0) {
            try {
                open.await();
            } catch (InterruptedException e) {
                // It is to be abandoned.
            }
        }
    }

    private long told(String text) {
        return lines.messages.stream().filter(line -> line.contains(text)).count();
    }

    /// That an actor is abandoned is logged by the timer of the JVM.
    @Test
    void shouldHoldUpNoTimerWhenTheSinkIsBlockedAndTheQueueIsFull() {
        try (ActorSystem system =
                ActorSystem.builder("shop").handleSignals(false).start()) {
            ActorRef<Void> stubborn = system.spawn(ActorSpec.<Void>body("stubborn", (inbox, ctx) -> awaitOpen())
                    .grace(Duration.ofMillis(20)));
            ActorRef<String> failing = system.spawn(ActorSpec.<String>behavior("failing", () -> (message, ctx) -> {
                throw new IllegalStateException(message);
            }));
            fill();
            failing.tell("no stock");
            stubborn.stop();
            Awaitility.await().atMost(LONG).until(() -> stubborn.state() == ActorState.STOPPED);
            assertTrue(Till.after(Duration.ofMillis(1)).waitForGo(LONG), "the timer does not come back");
            Awaitility.await().atMost(LONG).until(() -> appender.statistics().queued() == QUEUE + 2);
            lines.openGate();
            assertTrue(appender.flush(LONG));
            assertEquals(1, told("/shop/failing#1 failed over \"no stock\""), lines.messages::toString);
            assertEquals(1, told("/shop/stubborn was abandoned"), lines.messages::toString);
            assertEquals(
                    IntStream.rangeClosed(0, QUEUE).mapToObj(Integer::toString).toList(), lines.messages.subList(0, 5));
            LogStatistics statistics = appender.statistics();
            assertEquals(QUEUE + 1 + 2, statistics.written(), statistics::toString);
            assertTrue(statistics.isBalanced(), statistics::toString);
            open.countDown();
        }
        List<String> paths =
                lines.events.stream().map(ILoggingEvent::getThreadName).toList();
        assertTrue(paths.contains("espalier-timer"), paths::toString);
    }
}
