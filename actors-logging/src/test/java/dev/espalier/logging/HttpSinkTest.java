package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a real server on the loopback: [LogServer].
class HttpSinkTest extends LoggingFixture {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private LogServer server;
    private HttpSink sink;

    HttpSinkTest() throws IOException {
        server = new LogServer();
    }

    @AfterEach
    void closeServer() {
        sink.stop();
        server.close();
    }

    private HttpSink sink(Consumer<HttpSink> configuration) {
        sink = new HttpSink();
        sink.setName("remote");
        sink.setContext(context);
        sink.setUrl(server.url());
        sink.setSpillFolder(directory.resolve("spill").toString());
        sink.setBackOffMillis(5);
        sink.setLongestBackOffMillis(20);
        sink.setAgeMillis(10);
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg");
        encoder.start();
        sink.setEncoder(encoder);
        configuration.accept(sink);
        sink.start();
        assertTrue(
                sink.isStarted(),
                () -> context.getStatusManager().getCopyOfStatusList().toString());
        return sink;
    }

    /// So long between two attempts.
    private static void waits(HttpSink sink, int millis) {
        sink.setBackOffMillis(millis);
        sink.setLongestBackOffMillis(millis);
    }

    private void through(HttpSink to) {
        start(a -> a.addAppender(to));
    }

    private void logMany(int from, int to) {
        for (int i = from; i < to; i++) {
            log.info("{}", i);
        }
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private void assertAllSent(int count) {
        assertTrue(appender.flush(LONG));
        assertTrue(sink.flush(LONG), () -> sink.statistics().toString());
        assertEquals(numbers(0, count), server.lines());
        HttpSink.Statistics is = sink.statistics();
        assertEquals(new HttpSink.Statistics(0, count, count, 0, 0, 0, 0, is.posts()), is);
        assertTrue(is.isBalanced());
    }

    private long filesOnDisk() throws IOException {
        try (var files = Files.list(directory.resolve("spill"))) {
            return files.filter(f -> f.toString().endsWith(".lines")).count();
        }
    }

    @Test
    void shouldPostBatchesInOrderWhenTheServerIsWell() {
        through(sink(s -> {
            s.setBatchSize(100);
            s.addHeader("Authorization: Bearer abc");
        }));
        logMany(0, 1_050);
        assertAllSent(1_050);
        assertTrue(server.ids.size() >= 11, () -> server.ids.size() + " posts");
        assertEquals(server.ids.size(), new HashSet<>(server.ids).size());
        assertTrue(
                server.taken().values().stream().allMatch(body -> body.lines().count() <= 100));
        assertEquals(
                Map.of("type", "application/x-ndjson", "token", "Bearer abc", "encoding", "null"),
                server.headers.getFirst());
    }

    @Test
    void shouldPostABatchWhenItIsOldEnough() {
        through(sink(s -> {}));
        log.info("0");
        Awaitility.await().atMost(LONG).until(() -> server.lines().equals(List.of("0")));
    }

    @Test
    void shouldBoundTheBytesOfABatchWhenLinesAreLong() {
        through(sink(s -> {
            s.setBatchBytes(new FileSize(1_000));
            s.setGzip(true);
        }));
        String rest = "x".repeat(400);
        for (int i = 0; i < 10; i++) {
            log.info("{} {}", i, rest);
        }
        log.info("{}", "y".repeat(5_000));
        assertTrue(appender.flush(LONG));
        assertTrue(sink.flush(LONG));
        assertEquals(11, server.lines().size());
        assertTrue(server.taken().values().stream().allMatch(body -> body.length() <= 1_000 || body.startsWith("y")));
        assertEquals("gzip", server.headers.getFirst().get("encoding"));
    }

    @Test
    void shouldLoseNothingWhenTheServerFailsInManyWays() {
        Random random = new Random(11);
        List<LogServer.Answer> failures = List.of(
                LogServer.status(500),
                LogServer.status(429),
                LogServer.status(401),
                LogServer::takeAndHangUp,
                LogServer::hang,
                LogServer::hangInBody,
                LogServer.slow(30),
                LogServer::take);
        for (int i = 0; i < 24; i++) {
            server.then(failures.get(i < failures.size() ? i : random.nextInt(failures.size())));
        }
        through(sink(s -> {
            s.setBatchSize(50);
            s.setTimeoutMillis(100);
        }));
        logMany(0, 1_000);
        assertAllSent(1_000);
        assertTrue(server.ids.size() > new HashSet<>(server.ids).size(), "no batch came twice");
    }

    @Test
    void shouldTellTheServerByTheIdWhenAnAnswerWasLost() {
        server.then(LogServer::takeAndHangUp);
        through(sink(s -> {}));
        log.info("0");
        assertAllSent(1);
        assertEquals(2, server.ids.size());
        assertEquals(server.ids.get(0), server.ids.get(1));
    }

    @Test
    @Tag("slow")
    void shouldWaitWhenTheServerSaysForHowLong() {
        server.then(LogServer.retryAfter("1"));
        through(sink(s -> {}));
        log.info("0");
        assertAllSent(1);
        long waited = server.times.get(1) - server.times.get(0);
        assertTrue(waited >= TimeUnit.MILLISECONDS.toNanos(990), () -> waited + " ns");
    }

    @Test
    void shouldReadBothFormsOfRetryAfter() {
        sink = new HttpSink();
        assertEquals(Duration.ofSeconds(7), Poster.after(" 7 "));
        assertEquals(Duration.ofMinutes(5), Poster.after("86400"));
        assertEquals(Duration.ZERO, Poster.after("soon"));
        assertEquals(Duration.ZERO, Poster.after("Wed, 21 Oct 2015 07:28:00 GMT"));
        ZonedDateTime then = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(60);
        Duration wait = Poster.after(DateTimeFormatter.RFC_1123_DATE_TIME.format(then));
        assertTrue(wait.compareTo(Duration.ofSeconds(50)) > 0 && wait.compareTo(Duration.ofSeconds(60)) <= 0);
    }

    @Test
    void shouldCountAndGoOnWhenTheServerRejectsABatch() {
        server.then(LogServer.status(400));
        through(sink(s -> s.setBatchSize(10)));
        logMany(0, 10);
        assertTrue(appender.flush(LONG));
        assertTrue(sink.flush(LONG));
        logMany(10, 20);
        assertTrue(appender.flush(LONG));
        assertTrue(sink.flush(LONG));
        HttpSink.Statistics is = sink.statistics();
        assertTrue(is.rejected() > 0 && is.rejected() <= 10, is::toString);
        assertEquals(20 - is.rejected(), is.sent());
        assertTrue(is.isBalanced(), is::toString);
        assertEquals(numbers((int) is.rejected(), 20), server.lines());
    }

    @Test
    void shouldSpillTheOldestAndSendThemFirstWhenTheServerComesBack() throws Exception {
        server.otherwise(LogServer.status(503));
        through(sink(s -> {
            s.setQueueSize(20);
            s.setBatchSize(10);
        }));
        logMany(0, 200);
        assertTrue(appender.flush(LONG));
        HttpSink.Statistics is = sink.statistics();
        assertTrue(is.spilled() >= 160 && is.queued() >= 20 && is.spilled() + is.queued() == 200, is::toString);
        assertTrue(filesOnDisk() >= 16);
        server.otherwise(LogServer::take);
        assertAllSent(200);
        assertEquals(0, filesOnDisk());
    }

    @Test
    void shouldDropAndCountWhenTheFolderIsFull() {
        server.otherwise(LogServer.status(503));
        through(sink(s -> {
            s.setQueueSize(10);
            s.setBatchSize(10);
            s.setSpillSize(new FileSize(100));
        }));
        logMany(0, 200);
        assertTrue(appender.flush(LONG));
        HttpSink.Statistics is = sink.statistics();
        assertTrue(is.dropped() > 100 && is.spilled() > 0 && is.isBalanced(), is::toString);
        server.otherwise(LogServer::take);
        assertTrue(sink.flush(LONG));
        assertEquals(200 - sink.statistics().dropped(), server.lines().size());
    }

    @Test
    void shouldTellThatAFlushHasFailedWhenEventsWereDroppedMeanwhile() throws Exception {
        server.otherwise(LogServer.status(503));
        through(sink(s -> {
            s.setQueueSize(10);
            s.setBatchSize(10);
            s.setSpillSize(new FileSize(100));
        }));
        log.info("0");
        assertTrue(appender.flush(LONG));
        AtomicReference<Boolean> flushed = new AtomicReference<>();
        Thread flushing = Thread.ofPlatform().start(() -> flushed.set(sink.flush(LONG)));
        Awaitility.await().atMost(LONG).until(() -> flushing.getState() == Thread.State.TIMED_WAITING);
        logMany(1, 200);
        assertTrue(appender.flush(LONG));
        assertTrue(sink.statistics().dropped() > 0, () -> sink.statistics().toString());
        assertTrue(flushing.join(LONG));
        assertEquals(false, flushed.get());
        server.otherwise(LogServer::take);
    }

    @Test
    void shouldStayBalancedWhenEventsOfManyLinesWereOnDisk() {
        server.otherwise(LogServer.status(503));
        through(sink(s -> {
            s.setQueueSize(10);
            s.setBatchSize(5);
        }));
        for (int i = 0; i < 50; i++) {
            log.info("{}\nof two lines", i);
        }
        assertTrue(appender.flush(LONG));
        assertTrue(sink.statistics().spilled() > 0, () -> sink.statistics().toString());
        server.otherwise(LogServer::take);
        assertTrue(sink.flush(LONG));
        HttpSink.Statistics is = sink.statistics();
        assertEquals(new HttpSink.Statistics(0, 50, 50, 0, 0, 0, 0, is.posts()), is);
        assertEquals(100, server.lines().size());
    }

    @Test
    void shouldBoundTheBytesInMemoryWhenLinesAreLong() {
        server.otherwise(LogServer.status(503));
        through(sink(s -> s.setBatchBytes(new FileSize(1_000))));
        for (int i = 0; i < 300; i++) {
            log.info("{}", "x".repeat(399));
        }
        assertTrue(appender.flush(LONG));
        HttpSink.Statistics is = sink.statistics();
        assertTrue(is.queued() <= 32_000 / 400 + 2, is::toString); // and a batch that is being posted
        assertEquals(300, is.queued() + is.spilled(), is::toString);
        server.otherwise(LogServer::take);
    }

    @Test
    void shouldKeepWhatComesAfterTheEndInFilesOfABatchEach() throws Exception {
        sink = new HttpSink();
        Path folder = directory.resolve("late");
        Outbox outbox =
                new Outbox(new SpillFolder(folder, 100_000), new Outbox.Bounds(100, 10_000, 5, 1_000, 1_000_000));
        outbox.end();
        IntStream.range(0, 23).forEach(i -> outbox.take(("line " + i).getBytes(UTF_8)));
        outbox.release();
        Files.writeString(folder.resolve("0-0-0.part"), "of a process that was killed");
        List<String> found = new ArrayList<>();
        try (SpillFolder again = new SpillFolder(folder, 100_000)) {
            assertEquals(23, again.events());
            while (!again.isEmpty()) {
                Batch batch = again.oldest();
                assertTrue(batch.events() <= 5, () -> batch.events() + " events");
                new String(batch.body(), UTF_8).lines().forEach(found::add);
                again.delete(batch.id());
            }
        }
        assertEquals(IntStream.range(0, 23).mapToObj(i -> "line " + i).toList(), found);
        try (var files = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("lock")), files.toList());
        }
    }

    @Test
    void shouldSendWhatIsLeftFirstWhenTheEndCameBeforeTheServer() throws Exception {
        int port = server.port();
        server.close();
        through(sink(s -> {
            s.setBatchSize(10);
            s.setCloseMillis(50);
        }));
        logMany(0, 95);
        assertTrue(appender.flush(LONG));
        sink.stop();
        HttpSink.Statistics is = sink.statistics();
        assertEquals(new HttpSink.Statistics(0, 95, 0, 0, 0, 95, 0, is.posts()), is);
        appender.stop();

        log.detachAppender(appender);
        lines.start();
        server = new LogServer(port);
        through(sink(s -> {}));
        logMany(95, 100);
        assertTrue(appender.flush(LONG));
        assertTrue(sink.flush(LONG));
        assertEquals(numbers(0, 100), server.lines());
        is = sink.statistics();
        assertEquals(new HttpSink.Statistics(95, 5, 100, 0, 0, 0, 0, is.posts()), is);
    }

    /// Logs ten events that the server does not take, and ends.
    private long millisToEndWithTenOnDisk() {
        logMany(0, 10);
        assertTrue(appender.flush(LONG));
        Awaitility.await().atMost(LONG).until(() -> !server.ids.isEmpty());
        long begun = System.nanoTime();
        sink.stop();
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        HttpSink.Statistics is = sink.statistics();
        assertEquals(new HttpSink.Statistics(0, 10, 0, 0, 0, 10, 0, is.posts()), is);
        return took;
    }

    @Test
    void shouldEndInTimeWithAllOnDiskWhenTheServerHangs() {
        server.otherwise(LogServer::hang);
        through(sink(s -> s.setCloseMillis(100)));
        long took = millisToEndWithTenOnDisk();
        assertTrue(took >= 90 && took < 2_000, () -> took + " ms");
    }

    @Test
    void shouldEndAtOnceWhenTheNextAttemptWouldComeTooLate() {
        server.otherwise(LogServer.status(503));
        through(sink(s -> {
            waits(s, 60_000);
            s.setCloseMillis(20_000);
        }));
        long took = millisToEndWithTenOnDisk();
        assertTrue(took < 10_000, () -> took + " ms");
    }

    /// Somebody has tidied up.
    @Test
    void shouldPostTheRestAtTheEndWhenABatchHasVanishedFromTheDisk() throws Exception {
        server.otherwise(LogServer.status(503));
        through(sink(s -> {
            s.setQueueSize(10);
            s.setBatchSize(10);
            waits(s, 500);
        }));
        logMany(0, 100);
        assertTrue(appender.flush(LONG));
        Awaitility.await().atMost(LONG).until(() -> !server.ids.isEmpty());
        try (var files = Files.list(directory.resolve("spill"))) {
            Files.delete(files.filter(f -> f.toString().endsWith(".lines"))
                    .sorted()
                    .skip(1) // the first one may be on its way
                    .findFirst()
                    .orElseThrow());
        }
        server.otherwise(LogServer::take);
        sink.stop();
        HttpSink.Statistics is = sink.statistics();
        assertTrue(is.dropped() > 0 && is.dropped() <= 10, is::toString);
        assertEquals(new HttpSink.Statistics(0, 100, 100 - is.dropped(), 0, is.dropped(), 0, 0, is.posts()), is);
        assertEquals(100 - is.dropped(), server.lines().size());
    }

    @Test
    void shouldPostWhatIsQueuedWhenStopped() {
        sink(s -> s.setAgeMillis(60_000));
        through(sink);
        logMany(0, 10);
        appender.stop(); // stops its sinks
        assertEquals(numbers(0, 10), server.lines());
        assertFalse(sink.isStarted());
    }

    @Test
    void shouldNotHoldUpTheOtherSinksWhenTheServerHangs() {
        server.otherwise(LogServer::hang);
        through(sink(s -> {
            s.setQueueSize(10);
            s.setBatchSize(5);
            s.setCloseMillis(50);
        }));
        logMany(0, 500);
        long begun = System.nanoTime();
        assertTrue(appender.flush(LONG));
        assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(5));
        assertEquals(500, lines.messages.size());
        HttpSink.Statistics is = sink.statistics();
        assertEquals(500, is.spilled() + is.queued(), is::toString);
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        sink = new HttpSink();
        sink.setContext(context);
        assertThrows(IllegalArgumentException.class, () -> sink.setUrl("ftp://here"));
        assertThrows(IllegalArgumentException.class, () -> sink.addHeader("no colon"));
        assertThrows(IllegalArgumentException.class, () -> sink.setBatchSize(0));
        assertThrows(IllegalArgumentException.class, () -> sink.setBatchBytes(new FileSize(0)));
        assertThrows(IllegalArgumentException.class, () -> sink.setCloseMillis(Long.MAX_VALUE));
        sink.start();
        assertFalse(sink.isStarted());
    }

    /// It would be found out by the first post, else.
    @Test
    void shouldNotStartWhenTheClientRefusesAHeader() {
        HttpSink refused = new HttpSink();
        refused.setContext(context);
        refused.setUrl(server.url());
        refused.setSpillFolder(directory.resolve("spill").toString());
        refused.addHeader("Host: elsewhere");
        refused.start();
        assertFalse(refused.isStarted());
        sink(s -> {}); // the folder is free
    }

    @Test
    void shouldNotStartWhenAnotherUsesTheFolder() {
        HttpSink first = sink(s -> {});
        HttpSink second = new HttpSink();
        second.setContext(context);
        second.setUrl(server.url());
        second.setSpillFolder(directory.resolve("spill").toString());
        second.start();
        assertFalse(second.isStarted());
        first.stop();
        second.start();
        assertTrue(second.isStarted());
        second.stop();
    }
}
