package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The lane of the engine: nobody waits for it, the order of each thread is kept, each event has one fate.
class BacklogTest extends LoggingFixture {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Levels BLOCK = Levels.parse("BLOCK");

    @TempDir
    Path directory;

    private final Backlog backlog = new Backlog(new MpscVarHandleArrayQueue<>(2));

    private ILoggingEvent logged(String logger, String text) {
        return new LoggingEvent("here", context.getLogger(logger), Level.ERROR, text, null, null);
    }

    private ActorEvent event(String logger, String text) {
        return new ActorEvent(logged(logger, text), Capture.SAFE, ActorKey.NONE);
    }

    private ActorEvent event(String text) {
        return event("test", text);
    }

    private String polled() {
        ActorEvent event = backlog.poll();
        return event == null ? "none" : event.getMessage();
    }

    @Test
    void shouldKeepTheOrderOfAThreadWhenItsEventIsPutAside() {
        assertTrue(backlog.offer(event("0")));
        assertTrue(backlog.offer(event("1")));
        assertFalse(backlog.offer(event("no room")));
        assertTrue(backlog.offerAside(event("2")));
        assertEquals("0", polled());
        assertTrue(backlog.offer(event("3")));
        assertFalse(backlog.isAsideNext());
        assertEquals("1", polled());
        assertTrue(backlog.isAsideNext());
        assertEquals("2", polled());
        assertEquals("3", polled());
        assertNull(backlog.poll());
        assertTrue(backlog.isEmpty());
        assertEquals(new Backlog.Mark(1, 3), backlog.offered());
    }

    @Test
    void shouldKnowTheEngineByItsLoggers() {
        for (String own : List.of("dev.espalier.actor", "dev.espalier.actor.crash", "dev.espalier.sync.Report")) {
            assertTrue(Backlog.isOfTheEngine(logged(own, "")), own);
        }
        for (String other : List.of("dev.espalier", "dev.espalier.actors", "dev.espalier.logging.FloodMain", "shop")) {
            assertFalse(Backlog.isOfTheEngine(logged(other, "")), other);
        }
    }

    private Pipeline pipeline() {
        Sinks sinks = new Sinks();
        sinks.addAppender(lines);
        return new Pipeline(
                new MpscVarHandleArrayQueue<>(2),
                TimeUnit.SECONDS.toNanos(60),
                sinks,
                directory.resolve("spill"),
                null,
                text -> logged("test", text));
    }

    /// Nobody writes: who waited would wait for a minute.
    @Test
    void shouldTellStandardErrorWhatTheLaneHasNoRoomForWhenNobodyWrites() {
        PrintStream before = System.err;
        Pipeline pipeline = pipeline();
        List<String> expected = new ArrayList<>(List.of("0", "1"));
        pipeline.emit(event("0"), BLOCK);
        pipeline.emit(event("1"), BLOCK);
        System.setErr(new PrintStream(PrintStream.nullOutputStream()));
        try {
            for (int i = 0; i < Backlog.LANE + 3; i++) {
                pipeline.emit(event("dev.espalier.actor", "engine " + i), BLOCK);
            }
        } finally {
            LastResort.await(LONG);
            System.setErr(before);
        }
        LogStatistics full = pipeline.statistics();
        assertEquals(2 + Backlog.LANE, full.queued(), full::toString);
        assertEquals(3, full.of(Fate.STUCK), full::toString);
        assertTrue(full.isBalanced(), full::toString);
        pipeline.start();
        assertTrue(pipeline.flush(System.nanoTime(), LONG.toNanos()));
        IntStream.range(0, Backlog.LANE).mapToObj(i -> "engine " + i).forEach(expected::add);
        assertEquals(expected, lines.messages);
        LogStatistics written = pipeline.statistics();
        assertEquals(expected.size(), written.written(), written::toString);
        assertTrue(written.isBalanced(), written::toString);
        assertTrue(pipeline.close(LONG.toNanos()));
    }

    @Test
    void shouldSpillWhatIsInTheLaneWhenTheSinkDoesNotComeBack() {
        Pipeline pipeline = pipeline();
        lines.closeGate();
        pipeline.start();
        pipeline.emit(event("in the sink"), BLOCK);
        lines.entered.acquireUninterruptibly();
        pipeline.emit(event("0"), BLOCK);
        pipeline.emit(event("1"), BLOCK);
        pipeline.emit(event("dev.espalier.actor", "engine"), BLOCK);
        assertFalse(pipeline.flush(System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(20)));
        assertFalse(pipeline.close(TimeUnit.MILLISECONDS.toNanos(20)));
        LogStatistics statistics = pipeline.statistics();
        assertEquals(4, statistics.of(Fate.SPILLED), statistics::toString);
        assertEquals(0, statistics.queued(), statistics::toString);
        assertTrue(statistics.isBalanced(), statistics::toString);
    }
}
