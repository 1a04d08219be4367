package dev.espalier.actor;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.espalier.sync.Signal;
import dev.espalier.sync.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.slf4j.LoggerFactory;

/// What the tests of mailboxes, asks and stops share: small systems that leave the process alone, and the log.
final class MailFixture {
    private MailFixture() {}

    /// A test inside a running system.
    interface InSystem {
        void run(ActorSystem system) throws Exception;
    }

    static ActorSystem.Builder builder() {
        return ActorSystem.builder("t").handleSignals(false).discoverObservers(false);
    }

    /// Runs the test in simulated time and stops the system after it.
    static void inVirtualSystem(InSystem test) throws Exception {
        VirtualTime.run(() -> runIn(builder(), test));
    }

    /// As above, the seed picks who is next.
    static void inVirtualSystem(long seed, InSystem test) throws Exception {
        VirtualTime.run(seed, () -> runIn(builder(), test));
    }

    /// Runs the test in real time and stops the system after it.
    static void inRealSystem(InSystem test) throws Exception {
        runIn(builder(), test);
    }

    static void runIn(ActorSystem.Builder builder, InSystem test) throws Exception {
        var system = builder.start();
        try (system) {
            test.run(system);
        }
        system.failures().stream()
                .map(Failure::cause)
                .filter(AssertionError.class::isInstance)
                .forEach(failed -> Assertions.fail("inside an actor", failed));
    }

    /// A behavior that writes down what it gets.
    static <M> Behavior<M> into(List<? super M> seen) {
        return (message, ctx) -> seen.add(message);
    }

    /// A body that first waits for the gate and then writes down what it gets.
    static ActorRef<Integer> gated(ActorSystem system, MailboxSpec mailbox, Signal gate, List<Integer> seen) {
        return system.spawn(ActorSpec.<Integer>body("gated", (inbox, ctx) -> {
                    gate.waitForGo();
                    for (int message : inbox) {
                        seen.add(message);
                    }
                })
                .mailbox(mailbox));
    }

    static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    /// Keeps lines of the engine's log, and keeps all of them from the console.
    static final class EngineLog implements AutoCloseable {
        private static final Pattern OF_USERS =
                Pattern.compile("\\{} of \\{} failed|The observer |The decider of |A listener of dead letters ");
        private static final Pattern ASSERTION = Pattern.compile("\\bAssertion(Failed)?Error\\b");

        private final Logger logger = (Logger) LoggerFactory.getLogger("dev.espalier");
        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final AppenderBase<ILoggingEvent> appender;

        private EngineLog(Level from, Predicate<ILoggingEvent> which) {
            appender = new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    if (which.test(event)) {
                        lines.add(event.getLevel() + " " + event.getFormattedMessage());
                    }
                }
            };
            appender.start();
            logger.addAppender(appender);
            logger.setAdditive(false);
            logger.setLevel(from);
        }

        /// Keeps the lines from this level on.
        EngineLog(Level from) {
            this(from, event -> true);
        }

        /// For tests that provoke failures: keeps only what no test may provoke, errors of the engine itself and
        /// assertions that failed inside an actor.
        static EngineLog silent() {
            return new EngineLog(Level.ERROR, EngineLog::isUnexpected);
        }

        /// A crash report has no throwable of its own.
        private static boolean isUnexpected(ILoggingEvent event) {
            boolean ofAUser = event.getThrowableProxy() == null
                    || OF_USERS.matcher(event.getMessage()).lookingAt();
            return !ofAUser || ASSERTION.matcher(said(event)).find();
        }

        private static String said(ILoggingEvent event) {
            return event.getFormattedMessage() + ThrowableProxyUtil.asString(event.getThrowableProxy());
        }

        List<String> lines() {
            return new ArrayList<>(lines);
        }

        @Override
        public void close() {
            logger.detachAppender(appender);
            logger.setAdditive(true);
            logger.setLevel(null);
        }
    }
}
