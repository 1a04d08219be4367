package dev.espalier.sync;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/// What this package logs as errors, until it is closed.
final class LoggedErrors implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger(Report.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    private LoggedErrors() {
        lines.start();
        logger.addAppender(lines);
        logger.setAdditive(false); // they are expected
    }

    static LoggedErrors begin() {
        return new LoggedErrors();
    }

    /// The messages of the exceptions that were logged as errors.
    List<String> causes() {
        return List.copyOf(lines.list).stream()
                .filter(line -> line.getLevel() == Level.ERROR && line.getThrowableProxy() != null)
                .map(line -> line.getThrowableProxy().getMessage())
                .toList();
    }

    void clear() {
        lines.list.clear();
    }

    @Override
    public void close() {
        logger.setAdditive(true);
        logger.detachAppender(lines);
    }
}
