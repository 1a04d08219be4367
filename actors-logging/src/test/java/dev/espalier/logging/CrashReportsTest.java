package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.espalier.actor.ActorObserver;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Body;
import dev.espalier.actor.Decision;
import dev.espalier.actor.Failure;
import dev.espalier.actor.Supervision;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class CrashReportsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Supervision PATIENT =
            Supervision.DEFAULT.intensity(Supervision.UNLIMITED, Duration.ofSeconds(5));

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger engine = context.getLogger("dev.espalier.actor");
    private final Lines lines = Lines.in(context);
    private final ActorAppender appender = new ActorAppender();

    /// Its methods throw.
    private static final class Nasty extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }

    @BeforeEach
    void attach() {
        appender.setContext(context);
        appender.addAppender(lines);
        appender.start();
        engine.addAppender(appender);
        engine.setAdditive(false);
    }

    @AfterEach
    void detach() {
        engine.setAdditive(true);
        engine.detachAppender(appender);
        appender.stop();
    }

    private static ActorSystem.Builder shop() {
        return ActorSystem.builder("shop").handleSignals(false).supervision(Supervision.DEFAULT);
    }

    private static ActorSpec<String> failing(String name, Function<String, RuntimeException> cause) {
        return ActorSpec.<String>behavior(name, () -> (message, ctx) -> {
            throw cause.apply(message);
        });
    }

    private List<ILoggingEvent> errors() {
        return lines.events.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.ERROR))
                .toList();
    }

    private String rendered(ILoggingEvent event, String pattern) {
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.getInstanceConverterMap().put("actor", ActorConverter::new);
        layout.setPattern(pattern);
        layout.start();
        return layout.doLayout(event);
    }

    @Test
    void shouldTellAFailureOnceWithAllThereIsToKnow() {
        RuntimeException cause = new IllegalStateException("no {} stock", new ArithmeticException("by zero"));
        cause.addSuppressed(new UnsupportedOperationException("beside"));
        try (ActorSystem system = shop().start()) {
            ActorRef<Void> orders = system.spawnBody("orders", (inbox, ctx) -> {
                ctx.spawn(failing("writer", message -> cause)).tell("three {} trees");
                ctx.pleaseStop().waitForGo();
            });
            Awaitility.await().atMost(LONG).until(() -> system.failures().size() == 1);
            Awaitility.await().atMost(LONG).until(() -> !errors().isEmpty());
            orders.stop();
        }
        List<ILoggingEvent> errors = errors();
        assertEquals(1, errors.size(), lines.messages::toString);
        ILoggingEvent report = errors.getFirst();
        String message = report.getFormattedMessage();
        assertTrue(
                message.startsWith("/shop/orders/writer#1 failed over \"three {} trees\": "
                        + "java.lang.IllegalStateException: no {} stock; /shop/orders decided to restart"),
                message);
        assertTrue(message.contains("Caused by: java.lang.ArithmeticException: by zero"), message);
        assertTrue(message.contains("Suppressed: java.lang.UnsupportedOperationException: beside"), message);
        assertEquals("/shop/orders/writer", rendered(report, "%actor%nopex"));
        assertEquals(
                "actor=\"/shop/orders/writer\" supervisor=\"/shop/orders\" decision=\"restart\" restarts=\"0\" "
                        + "cause=\"java.lang.IllegalStateException\"",
                rendered(report, "%kvp%nopex"));
    }

    @Test
    void shouldTellEachFailureOnceWhenManyFail() {
        int children = 200;
        try (ActorSystem system = shop().supervision(
                        Supervision.DEFAULT.intensity(Supervision.UNLIMITED, Duration.ofSeconds(5)))
                .start()) {
            for (int i = 0; i < children; i++) {
                system.spawn(failing("child" + i, IllegalStateException::new)).tell("go");
            }
            Awaitility.await().atMost(LONG).until(() -> errors().size() >= children);
        }
        assertEquals(children, errors().size());
        assertEquals(
                children,
                errors().stream()
                        .map(e -> rendered(e, "%actor%nopex"))
                        .distinct()
                        .count());
    }

    /// A chain of bodies below each other; the last one has the children that fail.
    private static Body<Void> chain(int depth, int children) {
        return (inbox, ctx) -> {
            if (depth > 1) {
                ctx.spawn(ActorSpec.<Void>body("level" + depth, chain(depth - 1, children))
                        .supervision(PATIENT));
            } else {
                for (int i = 0; i < children; i++) {
                    int number = i;
                    ctx.spawn(failing(
                                    "child" + i,
                                    message ->
                                            new IllegalStateException(ctx.self().path() + number)))
                            .tell("go");
                }
            }
            ctx.pleaseStop().waitForGo();
        };
    }

    @Test
    @Tag("slow")
    void shouldTellEachOfAThousandFailuresOnceWithItsPathDecisionAndCauseWhenTheyAreDeep() {
        int depths = 5;
        int children = 200;
        try (ActorSystem system = shop().supervision(PATIENT).start()) {
            for (int depth = 1; depth <= depths; depth++) {
                system.spawn(ActorSpec.<Void>body("chain" + depth, chain(depth, children))
                        .supervision(PATIENT));
            }
            Awaitility.await().atMost(LONG).until(() -> errors().size() >= depths * children);
        }
        List<ILoggingEvent> errors = errors();
        assertEquals(depths * children, errors.size());
        Set<String> paths = new HashSet<>();
        for (ILoggingEvent report : errors) {
            String path = rendered(report, "%actor%nopex");
            String supervisor = path.substring(0, path.lastIndexOf('/'));
            String number = path.substring(supervisor.length() + "/child".length());
            String expected = path + "#1 failed over \"go\": java.lang.IllegalStateException: " + supervisor + number
                    + "; " + supervisor + " decided to restart";
            assertTrue(report.getFormattedMessage().startsWith(expected), report.getFormattedMessage());
            assertTrue(paths.add(path), path);
        }
    }

    @Test
    void shouldReportOnceWhenTheCauseFailsItself() {
        try (ActorSystem system = shop().start()) {
            system.spawn(failing("writer", message -> new IllegalStateException("outer", new Nasty())))
                    .tell("x");
            Awaitility.await().atMost(LONG).until(() -> !errors().isEmpty());
        }
        assertEquals(1, errors().size(), lines.messages::toString);
        String message = errors().getFirst().getFormattedMessage();
        assertTrue(message.contains("outer"), message);
        assertTrue(message.contains("Nasty (its toString() threw java.lang.IllegalStateException)"), message);
    }

    @Test
    void shouldLeaveTheLineToTheEngineWhenNoReporterIsThere() {
        try (ActorSystem system = shop().discoverObservers(false).start()) {
            system.spawn(failing("writer", IllegalStateException::new)).tell("x");
            Awaitility.await().atMost(LONG).until(() -> !errors().isEmpty());
        }
        assertEquals(1, errors().size(), lines.messages::toString);
        assertEquals("dev.espalier.actor", errors().getFirst().getLoggerName());
    }

    @Test
    void shouldLeaveTheLineToTheEngineWhenTheReporterThrows() {
        ActorObserver broken = new ActorObserver() {
            @Override
            public boolean reportsFailures() {
                return true;
            }

            @Override
            public void failed(Failure failure, Decision decision) {
                throw new IllegalStateException("on purpose");
            }
        };
        try (ActorSystem system =
                shop().discoverObservers(false).observer(broken).start()) {
            system.spawn(failing("writer", IllegalStateException::new)).tell("x");
            Awaitility.await().atMost(LONG).until(() -> errors().size() == 2);
        }
        assertTrue(errors().get(0).getFormattedMessage().startsWith("The observer "), lines.messages::toString);
        assertTrue(errors().get(1).getFormattedMessage().startsWith("/shop/writer#1 failed"), lines.messages::toString);
    }

    @Test
    void shouldHaveWrittenTheStopReportWhenTheSystemIsClosed() {
        engine.setLevel(Level.INFO);
        try {
            ActorSystem system = shop().start();
            system.close();
            assertNotNull(lines.messages.stream()
                    .filter(m -> m.startsWith("Stop report of"))
                    .findFirst()
                    .orElse(null));
        } finally {
            engine.setLevel(null);
        }
    }
}
