package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.status.Status;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.helpers.BasicMDCAdapter;

class ConfigurationTest {
    private static final String XML = """
        <configuration>
            <conversionRule conversionWord="actor" class="dev.espalier.logging.ActorConverter" />
            <appender name="file" class="ch.qos.logback.core.FileAppender">
                <file>${directory}/app.log</file>
                <encoder>
                    <pattern>%level %actor{main} %line: %msg%n</pattern>
                </encoder>
            </appender>
            <appender name="actors" class="dev.espalier.logging.ActorAppender">
                <queueSize>1024</queueSize>
                <capture>EAGER</capture>
                <whenFull>INFO=BLOCK, TRACE=DROP</whenFull>
                <groupFlush>true</groupFlush>
                <actorKey>KEY_VALUE</actorKey>
                <includeCallerData>true</includeCallerData>
                <drainMillis>5000</drainMillis>
                <patienceMillis>5000</patienceMillis>
                <spillFile>${directory}/spill.log</spillFile>
                <appender-ref ref="file" />
            </appender>
            <root level="INFO">
                <appender-ref ref="actors" />
            </root>
        </configuration>
        """;

    @TempDir
    Path directory;

    private final LoggerContext context = new LoggerContext();

    @AfterEach
    void stopContext() {
        context.stop();
    }

    @Test
    void shouldBeConfiguredByXml() throws Exception {
        context.setMDCAdapter(new BasicMDCAdapter());
        Path file = directory.resolve("app.log");
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        context.putProperty("directory", directory.toString());
        configurator.doConfigure(new ByteArrayInputStream(XML.getBytes(UTF_8)));
        assertEquals(
                0,
                problems(),
                () -> context.getStatusManager().getCopyOfStatusList().toString());
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        ActorAppender appender = (ActorAppender) root.getAppender("actors");
        FileAppender<?> sink = (FileAppender<?>) (Object) appender.getAppender("file");

        root.info("hello {}", 1);
        assertTrue(appender.flush(Duration.ofSeconds(20)));
        String line = Files.readString(file, UTF_8).strip();
        assertTrue(line.matches("INFO main \\d+: hello 1"), line);
        assertEquals(false, sink.isImmediateFlush());

        assertTrue(appender.detachAppender("file"));
        assertEquals(true, sink.isImmediateFlush());
        sink.stop();
    }

    private long problems() {
        return context.getStatusManager().getCopyOfStatusList().stream()
                .filter(status -> status.getEffectiveLevel() > Status.INFO)
                .count();
    }
}
