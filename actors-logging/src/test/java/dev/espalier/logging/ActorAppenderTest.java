package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.Appender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActorAppenderTest extends LoggingFixture {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private void logMany(String prefix, int count) {
        for (int i = 0; i < count; i++) {
            log.info("{}{}", prefix, i);
        }
    }

    private static List<String> numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }

    private void assertBalanced(long emitted, long written) {
        LogStatistics statistics = appender.statistics();
        assertTrue(statistics.isBalanced(), statistics::toString);
        assertEquals(emitted, statistics.emitted(), statistics::toString);
        assertEquals(written, statistics.written(), statistics::toString);
        assertEquals(0, statistics.queued(), statistics::toString);
    }

    @Test
    void shouldWriteInOrderOnItsOwnThreadWhenFlushed() {
        Set<String> threads = new HashSet<>();
        lines.before(event -> threads.add(Thread.currentThread().getName()));
        start(a -> {});
        logMany("", 1_000);
        assertTrue(appender.flush(LONG));
        assertEquals(numbered("", 1_000), lines.messages);
        assertEquals(Set.of("espalier-log"), threads);
        assertBalanced(1_000, 1_000);
    }

    @Test
    void shouldKeepTheOrderOfEachCallerWhenManyLogThroughASmallQueue() throws Exception {
        start(a -> a.setQueueSize(16));
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String prefix = "caller " + i + ": ";
            Thread.Builder builder = i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
            callers.add(builder.start(() -> logMany(prefix, 5_000)));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertTrue(appender.flush(LONG));
        for (int i = 0; i < 4; i++) {
            String prefix = "caller " + i + ": ";
            assertEquals(
                    numbered(prefix, 5_000),
                    lines.messages.stream().filter(m -> m.startsWith(prefix)).toList());
        }
        assertBalanced(20_000, 20_000);
    }

    @Test
    @Tag("slow")
    void shouldWakeTheWriterWhenItHasParked() {
        start(a -> {});
        log.info("first");
        Thread writer = Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().equals("espalier-log") && t.isAlive())
                .max((a, b) -> Long.compare(a.threadId(), b.threadId()))
                .orElseThrow();
        Awaitility.await().atMost(LONG).until(() -> writer.getState() == Thread.State.WAITING);
        log.info("second");
        Awaitility.await().atMost(LONG).until(() -> lines.messages.contains("second"));
    }

    // A full queue.

    @Test
    void shouldDropAndTellWhenTheQueueIsFullAndTheLevelSaysSo() {
        start(a -> {
            a.setQueueSize(8);
            a.setWhenFull("INFO=BLOCK, TRACE=DROP");
        });
        log.setLevel(Level.TRACE);
        lines.closeGate();
        log.info("in the sink");
        lines.entered.acquireUninterruptibly();
        logMany("queued ", 8);
        for (int i = 0; i < 100; i++) {
            log.debug("dropped");
        }
        assertEquals(100, appender.statistics().of(Fate.DROPPED));
        Thread blocked = Thread.ofPlatform().start(() -> log.info("waited"));
        Awaitility.await().atMost(LONG).until(() -> blocked.getState() == Thread.State.TIMED_WAITING);
        lines.openGate();
        Awaitility.await().atMost(LONG).until(() -> !blocked.isAlive());
        assertTrue(appender.flush(LONG));
        assertBalanced(110, 10);
        assertTrue(lines.messages.indexOf("waited") > lines.messages.indexOf("queued 7"), lines.messages::toString);
        Awaitility.await()
                .atMost(LONG)
                .until(() -> lines.messages.stream()
                        .anyMatch(m -> m.startsWith("100 events are missing here, 100 in all: 100 were dropped")));
    }

    @Test
    void shouldSpillAndTellWhenTheQueueIsFullAndTheLevelSaysSo() throws Exception {
        Path spilled = directory.resolve("spilled.log");
        start(a -> {
            a.setQueueSize(8);
            a.setWhenFull("SPILL");
            a.setSpillFile(spilled.toString());
        });
        lines.closeGate();
        log.info("in the sink");
        lines.entered.acquireUninterruptibly();
        logMany("queued ", 8);
        logMany("more ", 50);
        assertEquals(50, appender.statistics().of(Fate.SPILLED));
        List<String> aside = Files.readAllLines(spilled);
        assertEquals(50, aside.size());
        for (int i = 0; i < 50; i++) {
            assertTrue(aside.get(i).endsWith("more " + i), aside.get(i));
        }
        lines.openGate();
        assertTrue(appender.flush(LONG));
        assertBalanced(59, 9);
        Awaitility.await()
                .atMost(LONG)
                .until(() -> lines.messages.stream()
                        .anyMatch(
                                m -> m.startsWith("50 events are missing here") && m.contains("50 went to the spill")));
    }

    @Test
    void shouldWriteOnTheCallerWhenTheQueueIsFullAndTheLevelSaysSo() {
        start(a -> {
            a.setQueueSize(2);
            a.setWhenFull("WRITE");
        });
        AtomicInteger onCaller = new AtomicInteger();
        Thread caller = Thread.currentThread();
        lines.before(event -> {
            if (Thread.currentThread().equals(caller)) {
                onCaller.incrementAndGet();
            }
        });
        logMany("", 2_000);
        assertTrue(appender.flush(LONG));
        assertEquals(numbered("", 2_000), lines.messages);
        assertTrue(onCaller.get() > 0);
        assertBalanced(2_000, 2_000);
    }

    @Test
    void shouldNotHangCallersWhenASinkDoesNotComeBack() {
        start(a -> {
            a.setQueueSize(2);
            a.setPatienceMillis(50);
        });
        lines.closeGate();
        log.info("in the sink");
        lines.entered.acquireUninterruptibly();
        logMany("", 102);
        assertEquals(100, appender.statistics().of(Fate.STUCK));
        assertFalse(appender.flush(Duration.ofMillis(20)));
        lines.openGate();
        assertTrue(appender.flush(LONG));
        logMany("again ", 10);
        assertTrue(appender.flush(LONG));
        assertBalanced(113, 13);
    }

    // Sinks that misbehave.

    @Test
    void shouldWriteTheRestWhenASinkThrowsAnything() {
        lines.before(event -> {
            switch (event.getFormattedMessage()) {
                case "1" -> throw new IllegalStateException("on purpose");
                case "3" -> throw new StackOverflowError("on purpose");
                case "5" -> throw new OutOfMemoryError("on purpose");
                default -> {}
            }
        });
        Lines other = Lines.in(context);
        start(a -> a.addAppender(other));
        logMany("", 7);
        assertTrue(appender.flush(LONG));
        assertEquals(List.of("0", "2", "4", "6"), lines.messages);
        assertEquals(numbered("", 7), other.messages);
        assertBalanced(7, 4);
        assertEquals(3, appender.statistics().of(Fate.FAILED));
    }

    @Test
    void shouldCountWhenASinkStopsItself() {
        lines.before(event -> {
            if (event.getFormattedMessage().equals("1")) {
                lines.stop();
            }
        });
        start(a -> {});
        logMany("", 3);
        assertTrue(appender.flush(LONG));
        assertEquals(2, appender.statistics().of(Fate.FAILED));
        assertBalanced(3, 1);
    }

    @Test
    void shouldWriteWhatASinkLogsOnceWhenItAlwaysLogs() {
        lines.before(event -> log.info("about " + event.getFormattedMessage()));
        start(a -> {});
        logMany("", 2);
        assertTrue(appender.flush(LONG));
        Awaitility.await().until(() -> lines.messages.size() >= 4); // what the sink logs may come after the flush
        assertEquals(
                Set.of("0", "about 0", "1", "about 1"),
                Set.copyOf(List.copyOf(lines.messages).subList(0, 4)));
        LogStatistics statistics = appender.statistics();
        assertTrue(statistics.of(Fate.RECURSIVE) >= 2, statistics::toString);
        assertTrue(statistics.isBalanced(), statistics::toString);
    }

    @Test
    void shouldNotWaitForItselfWhenASinkFlushes() {
        AtomicInteger refused = new AtomicInteger();
        start(a -> {});
        lines.before(event -> {
            if (!appender.flush(LONG)) {
                refused.incrementAndGet();
            }
        });
        logMany("", 2);
        assertTrue(appender.flush(LONG));
        assertEquals(2, refused.get());
    }

    // The end.

    @Test
    void shouldWriteEverythingWhenStopped() {
        start(a -> {});
        logMany("", 5_000);
        appender.stop();
        assertEquals(numbered("", 5_000), lines.messages);
        assertFalse(lines.isStarted());
    }

    @Test
    void shouldSpillTheRestWhenASinkDoesNotComeBackBeforeTheDeadline() throws Exception {
        Path spill = directory.resolve("spill.log");
        start(a -> {
            a.setDrainMillis(50);
            a.setPatienceMillis(50);
            a.setSpillFile(spill.toString());
        });
        lines.closeGate();
        logMany("number ", 20);
        lines.entered.acquireUninterruptibly();
        appender.stop();
        List<String> spilled = Files.readAllLines(spill);
        assertEquals(20, spilled.size(), spilled::toString);
        for (int i = 0; i < 20; i++) {
            assertTrue(spilled.get(i).endsWith("number " + i), spilled::toString);
        }
        assertBalanced(20, 0);
        assertEquals(20, appender.statistics().of(Fate.SPILLED));
        lines.openGate();
        Awaitility.await().atMost(LONG).until(() -> lines.messages.size() == 1);
        assertBalanced(20, 0);
    }

    /// What the sinks had been given before, and had not flushed, is spilled, too, and counts once.
    @Test
    void shouldStayBalancedWhenASinkDoesNotComeBackFromALaterEvent() throws Exception {
        Path spill = directory.resolve("spill.log");
        start(a -> {
            a.setDrainMillis(50);
            a.setSpillFile(spill.toString());
        });
        Semaphore open = new Semaphore(0);
        Semaphore reached = new Semaphore(0);
        lines.before(event -> {
            if (event.getFormattedMessage().equals("number 4")) {
                reached.release();
                open.acquireUninterruptibly();
            }
        });
        lines.closeGate();
        logMany("number ", 10);
        lines.openGate();
        reached.acquireUninterruptibly();
        appender.stop();
        assertBalanced(10, 0);
        assertEquals(10, appender.statistics().of(Fate.SPILLED));
        assertEquals(10, Files.readAllLines(spill).size());
        open.release();
        Awaitility.await().atMost(LONG).until(() -> lines.messages.size() == 5);
        assertBalanced(10, 0);
    }

    /// It would wait for itself until the deadline of the close, 30 s.
    @Test
    void shouldWriteWhatIsQueuedWhenASinkStopsTheAppender() {
        start(a -> {});
        lines.closeGate();
        lines.before(event -> appender.stop());
        logMany("", 3);
        lines.openGate();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> lines.messages.size() == 3);
        Awaitility.await().atMost(LONG).until(() -> appender.statistics().queued() == 0);
        assertEquals(numbered("", 3), lines.messages);
        assertBalanced(3, 3);
    }

    // Configuration.

    @Test
    void shouldWrapWhatTheRootHasWhenInstalled() {
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        assertThrows(IllegalStateException.class, () -> ActorAppender.install(context));
        root.addAppender(lines);
        appender = ActorAppender.install(context);
        root.info("here");
        assertTrue(appender.flush(LONG));
        assertEquals(List.of("here"), lines.messages);
        List<Appender<?>> of = new ArrayList<>();
        root.iteratorForAppenders().forEachRemaining(of::add);
        assertEquals(List.of(appender), of);
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        ActorAppender made = new ActorAppender();
        assertThrows(IllegalArgumentException.class, () -> made.setQueueSize(1));
        assertThrows(IllegalArgumentException.class, () -> made.setDrainMillis(0));
        assertThrows(IllegalArgumentException.class, () -> made.setPatienceMillis(-1));
        assertThrows(IllegalArgumentException.class, () -> made.setWhenFull("SOMETIMES"));
        assertThrows(IllegalArgumentException.class, () -> made.setWhenFull("LOUD=BLOCK"));
        assertThrows(IllegalArgumentException.class, () -> made.setWhenFull("INFO=BLOCK=DROP"));
        assertThrows(IllegalStateException.class, made::start);
        assertThrows(IllegalStateException.class, () -> made.levelUnder("/shop", Level.DEBUG, LONG));
        made.setContext(new LoggerContext());
        made.start();
        assertFalse(made.isStarted());
    }

    @Test
    void shouldGiveEachLevelItsAnswer() {
        Levels levels = Levels.parse("WARN=WRITE, DEBUG=DROP");
        assertEquals(WhenFull.WRITE, levels.of(Level.ERROR));
        assertEquals(WhenFull.WRITE, levels.of(Level.WARN));
        assertEquals(WhenFull.DROP, levels.of(Level.INFO));
        assertEquals(WhenFull.DROP, levels.of(Level.DEBUG));
        assertEquals(WhenFull.BLOCK, levels.of(Level.TRACE));
        assertEquals(WhenFull.DROP, Levels.parse("drop").of(Level.TRACE));
    }
}
