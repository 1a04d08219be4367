package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The invariants of [Pipeline], with the phase changed at the very moments that only bad luck finds
/// otherwise.
class PipelineTest extends LoggingFixture {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);
    private static final Levels BLOCK = Levels.parse("BLOCK");

    @TempDir
    Path directory;

    private final Sinks sinks = new Sinks();
    private long patience = PATIENCE;
    private Runnable beforeOffer = () -> {};
    private Runnable afterOffer = () -> {};

    private final class Queue extends MpscVarHandleArrayQueue<ActorEvent> {
        Queue(int capacity) {
            super(capacity);
        }

        @Override
        public boolean offer(ActorEvent event) {
            beforeOffer.run();
            boolean taken = super.offer(event);
            afterOffer.run();
            return taken;
        }
    }

    private Pipeline pipeline(int capacity, Function<String, ILoggingEvent> summary) {
        sinks.addAppender(lines);
        return new Pipeline(new Queue(capacity), patience, sinks, directory.resolve("spill"), null, summary);
    }

    private Pipeline pipeline() {
        return pipeline(16, this::logged);
    }

    private ILoggingEvent logged(String text) {
        return new LoggingEvent("here", log, Level.INFO, text, null, null);
    }

    private ActorEvent event(String text) {
        return new ActorEvent(logged(text), Capture.SAFE, ActorKey.NONE);
    }

    private void assertWritten(Pipeline pipeline, String... texts) {
        assertEquals(List.of(texts), lines.messages);
        LogStatistics statistics = pipeline.statistics();
        assertEquals(new LogStatistics(texts.length, texts.length, 0, statistics.others()), statistics);
        assertTrue(statistics.isBalanced(), statistics::toString);
    }

    @Test
    void shouldWriteWhatIsQueuedFirstWhenACallerWrites() {
        Pipeline pipeline = pipeline(); // nobody writes
        pipeline.emit(event("0"), BLOCK);
        pipeline.emit(event("1"), BLOCK);
        assertEquals(List.of(), lines.messages);
        pipeline.startDirect();
        pipeline.emit(event("2"), BLOCK);
        assertWritten(pipeline, "0", "1", "2");
    }

    @Test
    void shouldWriteTheEventWhenTheCloseComesBetweenOfferAndLook() {
        Pipeline pipeline = pipeline();
        afterOffer = pipeline::startDirect;
        pipeline.emit(event("0"), BLOCK);
        assertWritten(pipeline, "0");
    }

    /// The second event comes when the writer has taken its last look but one.
    @Test
    void shouldWriteTheEventWhenItComesBetweenTheLastFlushAndTheEnd() {
        Pipeline pipeline = pipeline();
        pipeline.emit(event("0"), BLOCK);
        pipeline.startDirect(); // so the writer ends without a round of its own
        pipeline.start();
        Awaitility.await().atMost(LONG).until(() -> lines.messages.size() == 1);
        assertTrue(pipeline.close(PATIENCE));
        assertWritten(pipeline, "0");
    }

    @Test
    void shouldWriteOnWhenTheWriterDies() {
        Pipeline pipeline = pipeline(4_096, text -> {
            throw new AssertionError("on purpose");
        });
        pipeline.start();
        lines.closeGate();
        pipeline.emit(event("0"), BLOCK);
        lines.entered.acquireUninterruptibly();
        for (int i = 1; i <= 4_096; i++) {
            pipeline.emit(event(Integer.toString(i)), BLOCK);
        }
        pipeline.emit(event("dropped"), Levels.parse("DROP")); // the summary of it kills the writer, after 1,024 events
        lines.openGate();
        Awaitility.await().atMost(LONG).until(() -> lines.messages.size() == 4_097);
        pipeline.emit(event("4097"), BLOCK);
        assertEquals(IntStream.rangeClosed(0, 4_097).mapToObj(Integer::toString).toList(), lines.messages);
        LogStatistics statistics = pipeline.statistics();
        assertEquals(4_099, statistics.emitted(), statistics::toString);
        assertEquals(1, statistics.of(Fate.DROPPED), statistics::toString);
        assertTrue(statistics.isBalanced(), statistics::toString);
    }

    /// The writer has ended, another caller has the turn and does not come back from a sink; it had looked at the
    /// queue before.
    @Test
    void shouldWriteTheEventWhenItsCallerHasGivenUpWaitingForTheTurn() {
        patience = TimeUnit.MILLISECONDS.toNanos(50);
        Pipeline pipeline = pipeline();
        beforeOffer = () -> {
            pipeline.startDirect();
            lines.closeGate();
            Thread.ofPlatform().start(() -> pipeline.emit(event("in the sink"), BLOCK));
            lines.entered.acquireUninterruptibly();
        };
        pipeline.emit(event("queued"), BLOCK);
        assertEquals(List.of(), lines.messages);
        lines.openGate();
        Awaitility.await().atMost(LONG).until(() -> lines.messages.size() == 2);
        Awaitility.await().atMost(LONG).until(() -> pipeline.statistics().queued() == 0);
        assertWritten(pipeline, "in the sink", "queued");
    }

    @Test
    void shouldWaitForTheTurnAsLongAsTheSinksMakeProgress() throws Exception {
        patience = TimeUnit.MILLISECONDS.toNanos(50);
        Pipeline pipeline = pipeline();
        for (int i = 0; i < 16; i++) {
            pipeline.emit(event(Integer.toString(i)), BLOCK);
        }
        pipeline.startDirect();
        lines.before(event -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10)));
        Thread first = Thread.ofPlatform().start(() -> pipeline.emit(event("16"), BLOCK));
        lines.entered.acquireUninterruptibly();
        pipeline.emit(event("17"), BLOCK);
        assertTrue(first.join(LONG));
        assertWritten(
                pipeline, IntStream.range(0, 18).mapToObj(Integer::toString).toArray(String[]::new));
    }

    @Test
    void shouldFlushAtTheEndWhatOthersHaveGivenToASink() throws Exception {
        Path file = directory.resolve("log");
        FileAppender<ILoggingEvent> sink = file(file, false);
        sinks.addAppender(sink);
        Pipeline pipeline = pipeline();
        pipeline.start();
        sink.doAppend(logged("direct"));
        assertTrue(pipeline.close(PATIENCE));
        assertEquals("direct\n", Files.readString(file));
        sink.doAppend(logged("late"));
        assertEquals("direct\nlate\n", Files.readString(file));
    }

    /// Other processes write to it when it is not locked.
    @Test
    void shouldLeaveAPrudentFileToFlushUnderItsLock() throws Exception {
        FileAppender<ILoggingEvent> prudent = file(directory.resolve("prudent"), true);
        FileAppender<ILoggingEvent> own = file(directory.resolve("own"), false);
        sinks.addAppender(prudent);
        sinks.addAppender(own);
        assertTrue(prudent.isImmediateFlush());
        assertFalse(own.isImmediateFlush());
    }

    private FileAppender<ILoggingEvent> file(Path file, boolean prudent) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg%n");
        encoder.start();
        FileAppender<ILoggingEvent> made = new FileAppender<>();
        made.setContext(context);
        made.setName("file");
        made.setFile(file.toString());
        made.setEncoder(encoder);
        made.setPrudent(prudent);
        made.start();
        return made;
    }

    @Test
    void shouldFailTheEventWhenNoSinkIsLeft() {
        Pipeline pipeline = pipeline();
        sinks.detachAppender(lines);
        pipeline.startDirect();
        pipeline.emit(event("nowhere"), BLOCK);
        LogStatistics statistics = pipeline.statistics();
        assertEquals(1, statistics.of(Fate.FAILED), statistics::toString);
        assertTrue(statistics.isBalanced(), statistics::toString);
    }

    @Test
    void shouldLoseTheTurnWhenItIsSeizedInsideASink() {
        Turn turn = new Turn();
        assertTrue(turn.tryTake());
        assertTrue(turn.isMine());
        assertFalse(turn.tryTake());
        turn.enterSinks();
        turn.seize();
        assertFalse(turn.leaveSinks());
        turn.give();
        assertTrue(turn.isLost());
        assertFalse(turn.await(PATIENCE));
    }
}
