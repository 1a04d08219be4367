package dev.espalier.logging;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.DefaultJoranConfigurator;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;

/// What is logged where nobody has configured Logback: everything from DEBUG on, to standard output, through
/// an [ActorAppender] named `actors`. Found by [java.util.ServiceLoader].
///
/// Logback asks the configurators that are services first, the highest rank first, and then its own: the one
/// for files, then the one for nothing. This one has the lowest rank, so other services come before it; and
/// before it does anything it lets Logback look for a file, as Logback itself would: the system property
/// `logback.configurationFile`, `logback-test.xml`, `logback.xml`. If there is one, or another service has
/// given the root logger an appender, nothing else happens here.
///
/// *Source.* `ContextInitializer` of Logback 1.5.
@ConfiguratorRank(ConfiguratorRank.FALLBACK - 1)
public final class DefaultConfiguration extends ContextAwareBase implements Configurator {
    private static final String PATTERN = "%d{HH:mm:ss.SSS} [%thread] %-5level %actor %logger{36}: %msg%n";

    /// For the ServiceLoader.
    public DefaultConfiguration() {}

    @Override
    public ExecutionStatus configure(LoggerContext configured) {
        DefaultJoranConfigurator files = new DefaultJoranConfigurator();
        files.setContext(configured);
        if (files.configure(configured) == ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY) {
            return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
        }
        Logger root = configured.getLogger(Logger.ROOT_LOGGER_NAME);
        if (root.iteratorForAppenders().hasNext()) {
            return ExecutionStatus.NEUTRAL;
        }
        root.addAppender(console(configured));
        ActorAppender.install(configured);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static ConsoleAppender<ILoggingEvent> console(LoggerContext configured) {
        PatternLayout layout = new PatternLayout();
        layout.setContext(configured);
        layout.getInstanceConverterMap().put("actor", ActorConverter::new);
        layout.setPattern(PATTERN);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(configured);
        encoder.setLayout(layout);
        encoder.start();
        ConsoleAppender<ILoggingEvent> made = new ConsoleAppender<>();
        made.setContext(configured);
        made.setName("console");
        made.setEncoder(encoder);
        made.start();
        return made;
    }
}
