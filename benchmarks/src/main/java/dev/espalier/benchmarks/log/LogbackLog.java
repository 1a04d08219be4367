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

/// Logback, with a context of its own.
final class LogbackLog implements Log {
    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("shop");
    private final Lines lines = new Lines();
    private boolean writes = true;

    private LogbackLog() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        logger.setLevel(Level.INFO);
    }

    static Log sync() {
        LogbackLog log = new LogbackLog();
        log.logger.addAppender(log.sink());
        return log;
    }

    /// Nobody has to wait until it has written.
    static Log nothing() {
        LogbackLog log = new LogbackLog();
        log.writes = false;
        log.start(new Nothing());
        return log;
    }

    static Log async() {
        LogbackLog log = new LogbackLog();
        AsyncAppender queue = new AsyncAppender();
        queue.setQueueSize(QUEUE);
        queue.setDiscardingThreshold(0);
        queue.setNeverBlock(false);
        queue.addAppender(log.sink());
        log.start(queue);
        return log;
    }

    static Log espalier() {
        LogbackLog log = new LogbackLog();
        ActorAppender queue = new ActorAppender();
        queue.setContext(log.context);
        queue.setQueueSize(QUEUE);
        queue.setCapture(Capture.BY_REFERENCE);
        queue.addAppender(log.sink());
        log.start(queue);
        return log;
    }

    private Appender<ILoggingEvent> sink() {
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
        return writes ? lines.count() : Long.MAX_VALUE;
    }

    @Override
    public void close() {
        context.stop();
    }
}
