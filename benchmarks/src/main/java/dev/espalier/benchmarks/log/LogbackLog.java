package dev.espalier.benchmarks.log;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import dev.espalier.logging.ActorAppender;
import dev.espalier.logging.Capture;
import org.jspecify.annotations.Nullable;

/// Logback, with a context of its own.
final class LogbackLog implements Log {
    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("shop");
    /// Null: nobody has to wait until it has written.
    private final @Nullable Lines lines;

    private LogbackLog(@Nullable Lines lines) {
        this.lines = lines;
        context.setMDCAdapter(new LogbackMDCAdapter());
        logger.setLevel(Level.INFO);
    }

    static Log sync(Lines lines) {
        LogbackLog log = new LogbackLog(lines);
        log.logger.addAppender(log.sink(lines));
        return log;
    }

    static Log nothing() {
        LogbackLog log = new LogbackLog(null);
        log.start(new Nothing());
        return log;
    }

    static Log async(Lines lines) {
        LogbackLog log = new LogbackLog(lines);
        AsyncAppender queue = new AsyncAppender();
        queue.setQueueSize(QUEUE);
        queue.setDiscardingThreshold(0);
        queue.setNeverBlock(false);
        queue.addAppender(log.sink(lines));
        log.start(queue);
        return log;
    }

    static Log espalier(Lines lines) {
        LogbackLog log = new LogbackLog(lines);
        ActorAppender queue = new ActorAppender();
        queue.setContext(log.context);
        queue.setQueueSize(QUEUE);
        queue.setCapture(Capture.BY_REFERENCE);
        queue.addAppender(log.sink(lines));
        log.start(queue);
        return log;
    }

    private Appender<ILoggingEvent> sink(Lines lines) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d %level %logger %msg%n");
        encoder.start();
        OutputStreamAppender<ILoggingEvent> sink = new OutputStreamAppender<>();
        sink.setContext(context);
        sink.setEncoder(encoder);
        sink.setOutputStream(lines);
        sink.start();
        return sink;
    }

    private void start(Appender<ILoggingEvent> queue) {
        queue.setContext(context);
        queue.start();
        logger.addAppender(queue);
    }

    @Override
    public void log(Object producer, Object number) {
        logger.info(MESSAGE, producer, number);
    }

    @Override
    public long written() {
        return lines == null ? Long.MAX_VALUE : lines.count();
    }

    @Override
    public void close() {
        context.stop();
    }
}
