package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.read.ListAppender;
import ch.qos.logback.core.status.Status;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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

    private static final String FURTHER = """
        <configuration>
            <appender name="list" class="ch.qos.logback.core.read.ListAppender" />
            <appender name="digest" class="dev.espalier.logging.DigestAppender">
                <level>ERROR</level>
                <intervalSeconds>600</intervalSeconds>
                <templates>10</templates>
                <appender-ref ref="list" />
            </appender>
            <appender name="remote" class="dev.espalier.logging.HttpSink">
                <url>${url}</url>
                <spillFolder>${directory}/spill</spillFolder>
                <header>Authorization: Bearer abc</header>
                <header>X-Other: 1</header>
                <contentType>application/json-lines</contentType>
                <gzip>true</gzip>
                <queueSize>100</queueSize>
                <batchSize>10</batchSize>
                <batchBytes>64KB</batchBytes>
                <ageMillis>10</ageMillis>
                <timeoutMillis>5000</timeoutMillis>
                <backOffMillis>5</backOffMillis>
                <longestBackOffMillis>50</longestBackOffMillis>
                <spillSize>1MB</spillSize>
                <closeMillis>1000</closeMillis>
            </appender>
            <appender name="actors" class="dev.espalier.logging.ActorAppender">
                <journal>${directory}/app.journal</journal>
                <journalSize>128KB</journalSize>
                <appender-ref ref="remote" />
                <appender-ref ref="digest" />
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
        Path file = directory.resolve("app.log");
        configure(XML);
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

    private void configure(String xml) throws JoranException {
        context.setMDCAdapter(new BasicMDCAdapter());
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        context.putProperty("directory", directory.toString());
        configurator.doConfigure(new ByteArrayInputStream(xml.getBytes(UTF_8)));
        assertEquals(
                0,
                problems(),
                () -> context.getStatusManager().getCopyOfStatusList().toString());
    }

    /// Lines are JSON by default.
    @Test
    void shouldConfigureJournalServerAndDigestByXml() throws Exception {
        try (LogServer server = new LogServer()) {
            context.putProperty("url", server.url());
            configure(FURTHER);
            Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
            ActorAppender appender = (ActorAppender) root.getAppender("actors");
            HttpSink remote = (HttpSink) appender.getAppender("remote");
            DigestAppender digest = (DigestAppender) appender.getAppender("digest");
            ListAppender<?> list = (ListAppender<?>) (Object) digest.getAppender("list");
            assertEquals(JournalFile.FRONT + 128 * 1024, Files.size(directory.resolve("app.journal")));

            root.warn("hello {}", 1);
            root.error("oh {}", "no");
            assertTrue(appender.flush(Duration.ofSeconds(20)));
            assertTrue(remote.flush(Duration.ofSeconds(20)));
            assertEquals(
                    Map.of("type", "application/json-lines", "token", "Bearer abc", "encoding", "gzip"),
                    server.headers.getFirst());
            assertEquals(2, server.lines().size());
            String line = server.lines().getFirst();
            assertTrue(line.startsWith("{") && line.endsWith("}") && line.contains("\"hello 1\""), line);

            context.stop();
            assertEquals(1, list.list.size());
            assertTrue(list.list.getFirst().toString().contains("1 events of 1 kinds"), list.list::toString);
        }
    }

    private long problems() {
        return context.getStatusManager().getCopyOfStatusList().stream()
                .filter(status -> status.getEffectiveLevel() > Status.INFO)
                .count();
    }
}
