package dev.espalier.benchmarks.log;

import java.nio.charset.StandardCharsets;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.appender.OutputStreamAppender;
import org.apache.logging.log4j.core.async.AsyncLoggerContext;
import org.apache.logging.log4j.core.config.AbstractConfiguration;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.layout.PatternLayout;

/// Log4j2 with all loggers asynchronous, by its own interface. One in a JVM.
final class Log4jLog implements Log {
    private final Lines lines;
    private final AsyncLoggerContext context;
    private final Logger logger;

    Log4jLog(Lines lines) {
        this.lines = lines;
        System.setProperty("log4j2.asyncLoggerRingBufferSize", Integer.toString(QUEUE));
        context = new AsyncLoggerContext("benchmark");
        context.start(configuration());
        logger = context.getLogger("shop");
    }

    /// Not the default configuration, with which there would be no Disruptor.
    private Configuration configuration() {
        return new AbstractConfiguration(context, ConfigurationSource.NULL_SOURCE) {
            @Override
            protected void doConfigure() {
                getRootLogger().addAppender(sink(), Level.INFO, null);
                getRootLogger().setLevel(Level.INFO);
            }
        };
    }

    private Appender sink() {
        PatternLayout layout = PatternLayout.newBuilder()
                .setPattern("%d %level %logger %msg%n")
                .setCharset(StandardCharsets.UTF_8)
                .build();
        OutputStreamAppender sink = OutputStreamAppender.newBuilder()
                .setName("lines")
                .setLayout(layout)
                .setTarget(lines)
                .setImmediateFlush(false)
                .build();
        sink.start();
        return sink;
    }

    @Override
    public void log(Object producer, Object number) {
        logger.info(MESSAGE, producer, number);
    }

    @Override
    public long written() {
        return lines.count();
    }

    @Override
    public void close() {
        context.stop();
    }
}
