package dev.espalier.proofs.http;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/// What is logged as a warning or an error: bad input is no reason for either.
final class Complaints extends AppenderBase<ILoggingEvent> {
    private final Queue<String> all = new ConcurrentLinkedQueue<>();

    private Complaints() {}

    /// Instead of all that is configured.
    static Complaints listen() {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        var complaints = new Complaints();
        complaints.setContext(context);
        complaints.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(complaints);
        return complaints;
    }

    @Override
    protected void append(ILoggingEvent event) {
        var thrown = event.getThrowableProxy();
        all.add("logged: " + event.getFormattedMessage()
                + (thrown == null ? "" : ": " + thrown.getClassName() + ": " + thrown.getMessage()));
    }

    List<String> all() {
        return List.copyOf(all);
    }
}
