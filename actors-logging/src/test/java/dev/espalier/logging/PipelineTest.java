package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

    @TempDir
    Path directory;

    private final Sinks sinks = new Sinks();
    private Runnable afterOffer = () -> {};

    private final class Queue extends MpscVarHandleArrayQueue<ActorEvent> {
        Queue(int capacity) {
            super(capacity);
        }

        @Override
        public boolean offer(ActorEvent event) {
            boolean taken = super.offer(event);
            afterOffer.run();
            return taken;
        }
    }

    private Pipeline pipeline(int capacity, Function<String, ILoggingEvent> summary) {
        sinks.addAppender(lines);
        return new Pipeline(new Queue(capacity), PATIENCE, sinks, directory.resolve("spill"), null, summary);
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
        pipeline.emit(event("0"), WhenFull.BLOCK);
        pipeline.emit(event("1"), WhenFull.BLOCK);
        assertEquals(List.of(), lines.messages);
        pipeline.startDirect();
        pipeline.emit(event("2"), WhenFull.BLOCK);
        assertWritten(pipeline, "0", "1", "2");
    }

    @Test
    void shouldWriteTheEventWhenTheCloseComesBetweenOfferAndLook() {
        Pipeline pipeline = pipeline();
        afterOffer = pipeline::startDirect;
        pipeline.emit(event("0"), WhenFull.BLOCK);
        assertWritten(pipeline, "0");
    }

    /// The second event comes when the writer has taken its last look but one.
    @Test
    void shouldWriteTheEventWhenItComesBetweenTheLastFlushAndTheEnd() {
        Pipeline pipeline = pipeline();
        pipeline.emit(event("0"), WhenFull.BLOCK);
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
        pipeline.emit(event("0"), WhenFull.BLOCK);
        lines.entered.acquireUninterruptibly();
        for (int i = 1; i <= 4_096; i++) {
            pipeline.emit(event(Integer.toString(i)), WhenFull.BLOCK);
        }
        pipeline.emit(event("dropped"), WhenFull.DROP); // the summary of it kills the writer, after 1,024 events
        lines.openGate();
        Awaitility.await().atMost(LONG).until(() -> lines.messages.size() == 4_097);
        pipeline.emit(event("4097"), WhenFull.BLOCK);
        assertEquals(IntStream.rangeClosed(0, 4_097).mapToObj(Integer::toString).toList(), lines.messages);
        LogStatistics statistics = pipeline.statistics();
        assertEquals(4_099, statistics.emitted(), statistics::toString);
        assertEquals(1, statistics.of(Fate.DROPPED), statistics::toString);
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
