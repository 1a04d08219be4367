package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each event has one fate, whatever callers do when the queue is full, and whenever the log is closed: the
/// statistics say how many have which, and the events are where these say.
///
/// `-Dtest.jvm=-Dlogging.seed=N` repeats the moments.
class LossIdentityTest extends LoggingFixture {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);
    private static final int QUEUE = 64;
    private static final int PRODUCERS = 4;
    private static final int EACH = 1_000;

    @TempDir
    Path directory;

    private final Random random = new Random(seed());
    private final Sinks sinks = new Sinks();
    /// What the sink has thrown at, and logged.
    private final Set<String> failed = new HashSet<>();

    private int own;
    private Pipeline pipeline;

    private final PrintStream standardError = System.err;

    @BeforeEach
    void silence() {
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
    }

    @AfterEach
    void silenceNoMore() {
        LastResort.await(LONG);
        System.setErr(standardError);
    }

    private static long seed() {
        long seed = Long.getLong("logging.seed", System.nanoTime());
        System.out.println("LossIdentityTest: seed " + seed);
        return seed;
    }

    private ILoggingEvent logged(String text) {
        return new LoggingEvent("here", log, Level.INFO, text, null, null);
    }

    private void emit(String text, Levels whenFull) {
        pipeline.emit(new ActorEvent(logged(text), Capture.SAFE, ActorKey.NONE), whenFull);
    }

    /// All producers at once; the close comes when so many events have been taken.
    private void flood(WhenFull whenFull, int closeAt, long drainNanos, Consumer<ILoggingEvent> sink)
            throws InterruptedException {
        sinks.addAppender(lines.before(sink));
        pipeline = new Pipeline(new MpscVarHandleArrayQueue<>(QUEUE), PATIENCE, sinks, spillFile(), null, this::logged);
        pipeline.start();
        Levels levels = Levels.parse(whenFull.name());
        List<Thread> producers = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            int producer = i;
            producers.add(Thread.ofPlatform().start(() -> {
                for (int n = 0; n < EACH; n++) {
                    emit(producer + " " + n, levels);
                }
            }));
        }
        Awaitility.await()
                .atMost(LONG)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> pipeline.statistics().emitted() >= closeAt);
        pipeline.close(drainNanos);
        for (Thread producer : producers) {
            assertTrue(producer.join(LONG));
        }
    }

    private Path spillFile() {
        return directory.resolve("spill");
    }

    private List<String> spilled() throws IOException {
        return Files.exists(spillFile())
                ? Files.readAllLines(spillFile(), UTF_8).stream()
                        .map(line -> line.replaceFirst(".* test -+ ", ""))
                        .toList()
                : List.of();
    }

    /// Without the summaries.
    private List<String> written() {
        return lines.messages.stream()
                .filter(text -> !text.contains(" are missing here"))
                .toList();
    }

    private LogStatistics assertAccounts() throws IOException {
        LogStatistics is = pipeline.statistics();
        assertTrue(is.isBalanced(), is::toString);
        assertEquals(0, is.queued(), is::toString);
        assertEquals(PRODUCERS * EACH + own, is.emitted(), is::toString);
        assertEquals(failed.size(), is.of(Fate.FAILED), is::toString);
        assertEquals(0, is.of(Fate.STUCK) + is.of(Fate.RECURSIVE), is::toString);
        assertEquals(spilled().size(), is.of(Fate.SPILLED), is::toString);
        Set<String> nowhere = new HashSet<>();
        for (int producer = 0; producer < PRODUCERS; producer++) {
            for (int n = 0; n < EACH; n++) {
                nowhere.add(producer + " " + n);
            }
        }
        List.of(written(), spilled(), failed).forEach(nowhere::removeAll);
        assertEquals(nowhere.size(), is.of(Fate.DROPPED), is::toString);
        return is;
    }

    private void assertInOrder(List<String> texts) {
        int[] next = new int[PRODUCERS];
        for (String text : texts) {
            String[] parts = text.split(" ", -1);
            if (parts.length == 2) {
                int producer = Integer.parseInt(parts[0]);
                int n = Integer.parseInt(parts[1]);
                assertTrue(n >= next[producer], () -> text + " is late or there twice");
                next[producer] = n + 1;
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveEachEventOneFateWhenClosedAmidAFlood(WhenFull whenFull) throws Exception {
        int closeAt = random.nextInt(PRODUCERS * EACH / 2);
        flood(whenFull, closeAt, PATIENCE, event -> {
            String text = event.getFormattedMessage();
            int what = random.nextInt(200);
            if (text.contains("about") || text.contains("missing")) {
                return;
            } else if (what == 0) {
                LockSupport.parkNanos(2_000_000); // so that the queue is full
            } else if (what < 4) {
                own++;
                emit("logged about " + text, Levels.parse("BLOCK"));
            } else if (what < 7) {
                failed.add(text);
                throw new IllegalStateException("on purpose");
            }
        });
        LogStatistics is = assertAccounts();
        assertEquals(written().size(), is.written(), is::toString);
        assertInOrder(written());
        assertInOrder(spilled());
    }

    /// Callers that write themselves would not come back either.
    @ParameterizedTest
    @EnumSource(names = "WRITE", mode = EnumSource.Mode.EXCLUDE)
    void shouldGiveEachEventOneFateWhenASinkDoesNotComeBack(WhenFull whenFull) throws Exception {
        int stuckAt = random.nextInt(QUEUE);
        CountDownLatch open = new CountDownLatch(1);
        int[] calls = new int[1];
        flood(whenFull, stuckAt + QUEUE / 2, TimeUnit.MILLISECONDS.toNanos(50), event -> {
            if (calls[0]++ == stuckAt) {
                assertTrue(await(open));
            }
        });
        LogStatistics is = assertAccounts();
        assertTrue(is.of(Fate.SPILLED) > 0, is::toString);
        if (whenFull != WhenFull.SPILL) { // else what found no room was there before what was queued
            assertInOrder(spilled());
        }
        int before = lines.messages.size();
        assertEquals(stuckAt, before);
        open.countDown();
        Awaitility.await().atMost(LONG).until(() -> lines.messages.size() == before + 1);
        assertEquals(is, assertAccounts());
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
