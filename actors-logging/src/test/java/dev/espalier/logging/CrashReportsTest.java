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
import dev.espalier.actor.MailboxSpec;
import dev.espalier.actor.Restart;
import dev.espalier.actor.Supervision;
import dev.espalier.sync.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
                "actor=\"/shop/orders/writer\" incarnation=\"1\" supervisor=\"/shop/orders\" decision=\"restart\""
                    + " restarts=\"0\" restartsInPeriod=\"1\" queued=\"0\" cause=\"java.lang.IllegalStateException\"",
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
    void shouldTellSupervisorsCountAndMailbox() {
        Signal told = new Signal("all have been told");
        try (ActorSystem system = shop().start()) {
            ActorRef<String> writer = system.spawn(ActorSpec.<String>behavior("writer", () -> (message, ctx) -> {
                told.waitForGo();
                if (message.equals("bad")) {
                    throw new IllegalStateException(message);
                }
            }));
            writer.tellAll(List.of("good", "bad", "good"));
            told.go();
            Awaitility.await().atMost(LONG).until(() -> !errors().isEmpty());
        }
        String message = errors().getFirst().getFormattedMessage();
        assertTrue(message.contains("Its supervisor has counted 1 restarts in the period."), message);
        assertTrue(message.contains(" 3 accepted, "), message);
    }

    @Test
    void shouldTellTheSameAgainInALineAndOfTheSameActorAsACount() {
        int times = 50;
        try (ActorSystem system = shop().supervision(PATIENT).start()) {
            Function<String, RuntimeException> cause = message -> new IllegalStateException("row " + message);
            ActorRef<String> first = system.spawn(failing("first", cause));
            ActorRef<String> second = system.spawn(failing("second", cause));
            for (int i = 0; i < times; i++) {
                first.tell(Integer.toString(i));
            }
            Awaitility.await().atMost(LONG).until(() -> system.failures().size() == times);
            second.tell("1");
            second.tell("other");
            Awaitility.await().atMost(LONG).until(() -> system.failures().size() == times + 2);
            assertEquals(times, system.failures().under("/shop/first").size());
        }
        List<String> told =
                errors().stream().map(ILoggingEvent::getFormattedMessage).toList();
        assertEquals(4, told.size(), told::toString);
        assertTrue(
                told.get(0).startsWith("/shop/first#1 failed over \"0\"")
                        && told.get(0).contains("\tat "),
                told.get(0));
        assertTrue(
                told.get(1).startsWith("/shop/second#1 failed over \"1\": java.lang.IllegalStateException: row 1"),
                told.get(1));
        assertTrue(
                told.get(1).contains("; number 51 of this kind within 10 s, see the stack of /shop/first at "),
                told.get(1));
        assertEquals(1, told.get(1).lines().count());
        assertTrue(
                told.get(2).startsWith("/shop/second#2 failed over \"other\"")
                        && told.get(2).contains("\tat "),
                told.get(2));
        assertTrue(told.get(3).startsWith("49 failures like the one of /shop/first at "), told.get(3));
        assertTrue(told.get(3).contains(" of 2 actors; the last one: /shop/second#1 failed"), told.get(3));
        assertEquals("actor=\"/shop/first\"", rendered(errors().getLast(), "%kvp%nopex"));
    }

    private static Failure failure(String path, Throwable cause) {
        return new Failure(path, 1, "/shop", null, cause, Instant.EPOCH, Restart.PERMANENT, null);
    }

    @Test
    void shouldTellWholeAgainWhenTheWindowIsOver() {
        Recurrences recurrences = new Recurrences(100);
        List<Recurrences.Again> over = new ArrayList<>();
        IllegalStateException cause = new IllegalStateException("7");
        for (long now : new long[] {0, 50, 99}) {
            assertEquals(
                    now == 0,
                    recurrences.place(failure("/shop/a", cause), now, over).isFirst());
        }
        assertEquals(List.of(), over);
        assertTrue(recurrences.hasFolded());
        assertTrue(recurrences.place(failure("/shop/a", cause), 100, over).isFirst());
        assertEquals(1, over.size());
        assertEquals("/shop/a", over.getFirst().path());
        assertTrue(over.getFirst().text().startsWith("2 failures like the one of /shop/a"), over::toString);
        assertEquals(List.of(), recurrences.end(200, false));
        assertTrue(recurrences
                .place(failure("/shop/a", new IllegalArgumentException("7")), 201, over)
                .isFirst());
    }

    // The last lines.

    @Test
    void shouldShowTheLastLinesOfTheActorOnly() {
        Logger log = context.getLogger("crash.lines");
        log.setLevel(Level.OFF);
        LastLines last = new LastLines(3);
        context.addTurboFilter(last);
        try (ActorSystem system = shop().start()) {
            ActorRef<String> other = system.spawn("other", () -> (message, ctx) -> log.debug("other {}", message));
            ActorRef<String> writer = system.spawn("writer", () -> (message, ctx) -> {
                StringBuilder changes = new StringBuilder(message);
                log.debug("wrote {}", changes);
                log.atTrace().log("never gets here");
                changes.append(" later");
                if (message.equals("5")) {
                    throw new IllegalStateException("full");
                }
            });
            for (int i = 0; i <= 5; i++) {
                other.tell("x" + i);
                writer.tell(Integer.toString(i));
            }
            assertTrue(other.awaitProcessed(LONG));
            Awaitility.await().atMost(LONG).until(() -> !errors().isEmpty());
            List<String> shown = errors().getFirst()
                    .getFormattedMessage()
                    .lines()
                    .dropWhile(line -> !line.equals("Its last lines:"))
                    .skip(1)
                    .toList();
            assertEquals(3, shown.size(), shown::toString);
            for (int i = 0; i < 3; i++) {
                assertTrue(shown.get(i).matches("\t\\d\\d:\\d\\d.* DEBUG lines: wrote " + (i + 3)), shown::toString);
            }
            assertEquals(1, LastLines.actors()); // of the other one; the failed one has told its own
        } finally {
            context.getTurboFilterList().remove(last);
            log.setLevel(null);
        }
        assertEquals(0, LastLines.actors());
    }

    @Test
    void shouldShowTheLastLinesWhenTheActorEndsByItsFailure() {
        Logger log = context.getLogger("crash.lines");
        log.setLevel(Level.OFF);
        LastLines last = new LastLines(3);
        context.addTurboFilter(last);
        try (ActorSystem system = shop().start()) {
            system.spawn(ActorSpec.<Void>body("writer", (inbox, ctx) -> {
                        log.debug("the last one");
                        throw new IllegalStateException("full");
                    })
                    .restart(Restart.TEMPORARY));
            Awaitility.await().atMost(LONG).until(() -> !errors().isEmpty());
        } finally {
            context.getTurboFilterList().remove(last);
            log.setLevel(null);
        }
        assertTrue(
                errors().getFirst().getFormattedMessage().endsWith("DEBUG lines: the last one"),
                lines.messages::toString);
        assertEquals(0, LastLines.actors());
    }

    @Test
    void shouldKeepTheLinesOfSoManyActorsOnly() {
        Logger log = context.getLogger("crash.lines");
        log.setLevel(Level.OFF);
        LastLines last = new LastLines(1_000);
        context.addTurboFilter(last);
        int most = LastLines.LINES / 1_000;
        try (ActorSystem system = shop().start()) {
            for (int i = 0; i < 2 * most; i++) {
                ActorRef<String> actor = system.spawn("actor" + i, () -> (message, ctx) -> log.debug(message));
                actor.tell("x".repeat(10_000));
                assertTrue(actor.awaitProcessed(LONG));
            }
            assertEquals(most, LastLines.actors());
        } finally {
            context.getTurboFilterList().remove(last);
            log.setLevel(null);
        }
        assertEquals(0, LastLines.actors());
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

    // What else the engine says comes the same way.

    @Test
    void shouldTellDeadLetters() {
        engine.setLevel(Level.INFO);
        try (ActorSystem system = shop().start()) {
            ActorRef<String> desk = system.spawn("desk", () -> (message, ctx) -> {});
            desk.stop();
            desk.join(LONG);
            desk.tell("too late");
            assertTrue(appender.flush(LONG));
            assertTrue(
                    lines.messages.contains("Dead letter for /shop/desk (STOPPED): too late"),
                    lines.messages::toString);
        } finally {
            engine.setLevel(null);
        }
    }

    @Test
    @Tag("slow")
    void shouldTellThatAMailboxStaysFull() {
        engine.setLevel(Level.WARN);
        Signal done = new Signal("done");
        try (ActorSystem system = shop().start()) {
            ActorRef<String> desk =
                    system.spawn(ActorSpec.<String>behavior("desk", () -> (message, ctx) -> done.waitForGo())
                            .mailbox(MailboxSpec.bounded(1)));
            ActorRef<Void> feed = system.spawnBody("feed", (inbox, ctx) -> {
                for (int i = 0; i < 5; i++) {
                    desk.tell("order");
                }
            });
            Awaitility.await().atMost(LONG).until(() -> !lines.messages.isEmpty());
            done.go();
            feed.join(LONG);
        } finally {
            engine.setLevel(null);
        }
        String message = lines.messages.getFirst();
        assertTrue(message.startsWith("The mailbox of /shop/desk has been full for over 1 s"), message);
        assertEquals("/shop/feed", rendered(lines.events.getFirst(), "%actor"));
    }
}
