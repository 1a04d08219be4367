package dev.espalier.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.Supervision;
import dev.espalier.profiling.Detectors;
import dev.espalier.profiling.Profiling;
import dev.espalier.profiling.Trouble;
import dev.espalier.sync.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Each kind of trouble at once: as an event, as a line in the log, as an incident and as a mark.
@Tag("slow")
class TroubleTest {
    private static final Duration LIMIT = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Map<String, Trouble.Kind> WHOSE = Map.of(
            "/many/stuck", Trouble.Kind.STUCK,
            "/many/hog", Trouble.Kind.HOG,
            "/many/behind", Trouble.Kind.QUEUE,
            "/many/starving", Trouble.Kind.STARVING,
            "/many/pinned", Trouble.Kind.PINNED,
            "/many/restarts", Trouble.Kind.RESTARTS);

    private final Signal free = new Signal();
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();

    @TempDir
    Path folder;

    private static final CountDownLatch NEVER = new CountDownLatch(1);

    /// Waits while it is initialised, which pins the carrier.
    static final class Slow {
        static final boolean CAME;

        static {
            try {
                CAME = NEVER.await(200, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }

    private final class Lines extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
        }
    }

    private void spawnAll(ActorSystem system) {
        system.spawn("stuck", () -> (Behavior<String>) (message, ctx) -> free.waitForGo())
                .tell("wait");
        system.spawn("hog", () -> (Behavior<String>) (message, ctx) -> {
                    while (!free.isGo()) {
                        Thread.onSpinWait();
                    }
                })
                .tell("compute");
        ActorRef<String> behind =
                system.spawn("behind", () -> (message, ctx) -> free.waitForGo(Duration.ofMillis(100)));
        behind.tellAll(Collections.nCopies(500, "take your time"));
        ActorRef<String> starving = system.spawnBody("starving", (inbox, ctx) -> {
            free.waitForGo();
            inbox.forEach(message -> {});
        });
        starving.tell("wait");
        ActorRef<String> restarts = system.spawn("restarts", () -> (message, ctx) -> {
            throw new IllegalStateException("on purpose");
        });
        restarts.tellAll(List.of("1", "2", "3"));
    }

    private static Recording recording() {
        Recording recording = new Recording();
        recording.enable("dev.espalier.Trouble");
        recording.start();
        return recording;
    }

    private static Map<String, Set<String>> kinds(List<Events.Incident> incidents) {
        return incidents.stream()
                .collect(Collectors.groupingBy(
                        Events.Incident::path,
                        Collectors.mapping(Events.Incident::kind, Collectors.toCollection(TreeSet::new))));
    }

    @Test
    void shouldTellOfEachKindByEventLogIncidentAndMark() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger("dev.espalier.profiling");
        Lines appender = new Lines();
        appender.setContext(logger.getLoggerContext());
        appender.start();
        logger.addAppender(appender);
        Level before = logger.getLevel();
        logger.setLevel(Level.WARN); // of the tests' log there are only errors
        Map<String, Set<String>> marked = new HashMap<>();
        Path file = folder.resolve("trouble.jfr");
        try (Recording recording = recording();
                ActorSystem system = ActorSystem.builder("many")
                        .handleSignals(false)
                        .supervision(Supervision.oneForOne().intensity(100, Duration.ofMinutes(1)))
                        .start();
                Detectors _ = Detectors.builder()
                        .stuckAfter(LIMIT)
                        .queueAge(LIMIT)
                        .hogAfter(LIMIT)
                        .pinnedFor(Duration.ofMillis(50))
                        .restarts(3, Duration.ofMinutes(1))
                        .start(system)) {
            Events events = ObserverEvents.of(system);
            system.spawnBody("pinned", (inbox, ctx) -> assertFalse(Slow.CAME)); // a turn need not be on a green thread
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> kinds(events.lastIncidents()).containsKey("/many/pinned"));
            spawnAll(system);
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
                Profiling.troubles(system)
                        .forEach(trouble -> marked.computeIfAbsent(trouble.path(), path -> new TreeSet<>())
                                .add(Words.of(trouble.kind())));
                Map<String, Set<String>> told = kinds(events.lastIncidents());
                WHOSE.forEach((path, kind) -> assertTrue(
                        told.getOrDefault(path, Set.of()).contains(Words.of(kind)), () -> path + ": " + told));
            });
            recording.stop();
            recording.dump(file);
            free.go();
        } finally {
            free.go();
            logger.detachAppender(appender);
            logger.setLevel(before);
        }
        Set<String> recorded = new TreeSet<>();
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            if (event.getEventType().getName().equals("dev.espalier.Trouble")) {
                recorded.add(event.getString("path") + " " + event.getString("kind"));
            }
        }
        WHOSE.forEach((path, kind) -> {
            assertTrue(recorded.contains(path + " " + Words.of(kind)), () -> path + " is not in " + recorded);
            assertTrue(
                    lines.stream().anyMatch(line -> line.startsWith(path + " ")), () -> path + " is not in " + lines);
            boolean lasts = kind != Trouble.Kind.PINNED; // it is over when it is told
            assertEquals(
                    lasts, marked.getOrDefault(path, Set.of()).contains(Words.of(kind)), () -> path + ": " + marked);
        });
    }
}
