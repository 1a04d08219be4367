package dev.espalier.logging;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.slf4j.helpers.BasicMDCAdapter;

/// A Logback context of its own, with an [ActorAppender] over [Lines].
class LoggingFixture {
    final LoggerContext context = new LoggerContext();
    final Lines lines = Lines.in(context);
    final Logger log = context.getLogger("test");
    ActorAppender appender;

    LoggingFixture() {
        context.setMDCAdapter(new BasicMDCAdapter());
    }

    ActorAppender start(Consumer<ActorAppender> configuration) {
        appender = new ActorAppender();
        appender.setName("actors");
        appender.setContext(context);
        appender.addAppender(lines);
        configuration.accept(appender);
        appender.start();
        log.addAppender(appender);
        log.setAdditive(false);
        return appender;
    }

    @AfterEach
    void stopContext() {
        lines.openGate();
        context.stop();
    }
}
