package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sinks that throw, block, log or have a full disk: no caller waits longer than its policy says, give or
/// take 100 ms; the other sinks have everything; standard error has what a sink has not; and the accounts are
/// exact.
class SurvivesTest extends LoggingFixture {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final long SLACK_MILLIS = 100;
    /// Fewer than standard error may be behind.
    private static final int EVENTS = 600;

    @TempDir
    Path directory;

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private long longest;

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(said, true, UTF_8));
    }

    @AfterEach
    void listenNoMore() {
        LastResort.await(LONG);
        System.setErr(before);
    }

    private void timed(Runnable call) {
        long begun = System.nanoTime();
        call.run();
        longest = Math.max(longest, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }

    private void logMany(int count) {
        for (int i = 0; i < count; i++) {
            int number = i;
            timed(() -> log.info("number {}.", number));
        }
    }

    private void assertLongest(long policyMillis) {
        assertTrue(longest <= policyMillis + SLACK_MILLIS, () -> "a call took " + longest + " ms");
    }

    private LogStatistics assertBalanced(long emitted) {
        LogStatistics statistics = appender.statistics();
        assertTrue(statistics.isBalanced(), statistics::toString);
        assertEquals(emitted, statistics.emitted(), statistics::toString);
        return statistics;
    }

    private static String text(int number) {
        return "number " + number + ".";
    }

    private String standardError() {
        LastResort.await(LONG);
        return said.toString(UTF_8);
    }

    private static Set<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(SurvivesTest::text).collect(Collectors.toCollection(HashSet::new));
    }

    private <A extends OutputStreamAppender<ILoggingEvent>> A named(A sink) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg%n");
        encoder.start();
        sink.setContext(context);
        sink.setName("broken");
        sink.setEncoder(encoder);
        return sink;
    }

    // Throws.

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable t) throws T {
        throw (T) t;
    }

    @Test
    void shouldWriteTheRestWhenASinkThrowsEveryKindOfThrowable() {
        List<Throwable> all = List.of(
                new IllegalStateException("on purpose"),
                new IOException("checked"),
                new InterruptedException("checked"),
                new StackOverflowError("on purpose"),
                new OutOfMemoryError("on purpose"),
                new LinkageError("on purpose"),
                new Throwable("on purpose"));
        Lines well = Lines.in(context);
        start(a -> a.addAppender(well));
        AtomicInteger next = new AtomicInteger();
        lines.before(event -> SurvivesTest.<RuntimeException>sneak(all.get(next.getAndIncrement() % all.size())));
        logMany(EVENTS);
        assertTrue(appender.flush(LONG));
        assertEquals(EVENTS, well.messages.size());
        assertEquals(EVENTS, assertBalanced(EVENTS).of(Fate.FAILED));
        String error = standardError();
        assertTrue(texts(EVENTS).stream().allMatch(error::contains));
        assertLongest(0);
    }

    /// Logback's base class lets nothing through but errors.
    @Test
    void shouldTellWhenLogbackSwallowsWhatASinkThrows() {
        UnsynchronizedAppenderBase<ILoggingEvent> sink = new UnsynchronizedAppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                if (event.getFormattedMessage().equals(text(1))) {
                    throw new IllegalStateException("on purpose");
                }
            }
        };
        sink.setContext(context);
        sink.setName("swallows");
        sink.start();
        start(a -> a.addAppender(sink));
        logMany(3);
        assertTrue(appender.flush(LONG));
        LogStatistics statistics = assertBalanced(3);
        assertEquals(1, statistics.of(Fate.FAILED));
        assertTrue(standardError().contains("The appender swallows could not write: "));
        assertEquals(3, lines.messages.size());
    }

    // Blocks.

    @Test
    void shouldHoldUpNobodyLongerThanTheirPolicyWhenASinkBlocksForEver() {
        start(a -> {
            a.setQueueSize(4);
            a.setPatienceMillis(200);
            a.setDrainMillis(100);
            a.setSpillFile(directory.resolve("spill").toString());
            a.setWhenFull("WARN=WRITE, INFO=BLOCK, TRACE=DROP");
        });
        log.setLevel(Level.TRACE);
        lines.closeGate();
        log.info("in the sink");
        lines.entered.acquireUninterruptibly();
        logMany(4);
        timed(() -> log.debug("dropped"));
        assertLongest(0);
        timed(() -> log.warn("waits for the turn"));
        timed(() -> log.info("waits for room"));
        timed(() -> appender.flush(Duration.ofMillis(50)));
        assertLongest(200);
        longest = 0;
        timed(() -> log.warn("does not wait again"));
        assertLongest(0);
        LogStatistics statistics = appender.statistics();
        assertEquals(3, statistics.of(Fate.STUCK));
        assertEquals(1, statistics.of(Fate.DROPPED));
        timed(appender::stop);
        assertLongest(100 + 300); // and the last words
        assertEquals(5, assertBalanced(9).of(Fate.SPILLED));
        String error = standardError();
        assertTrue(Stream.of("waits for the turn", "waits for room", "does not wait again", "not written within 100 ms")
                .allMatch(error::contains));
    }

    @Test
    void shouldSpillWhatASinkHasLoggedWhenItThenBlocksForEver() throws Exception {
        Path spill = directory.resolve("spill");
        Lines stuck = Lines.in(context);
        lines.before(event -> log.info("about " + event.getFormattedMessage()));
        start(a -> {
            a.addAppender(stuck);
            a.setDrainMillis(50);
            a.setSpillFile(spill.toString());
        });
        stuck.closeGate();
        log.info("first");
        stuck.entered.acquireUninterruptibly();
        appender.stop();
        assertEquals(2, assertBalanced(2).of(Fate.SPILLED));
        List<String> spilled = Files.readAllLines(spill);
        assertTrue(
                spilled.size() == 2
                        && spilled.get(0).endsWith(" first")
                        && spilled.get(1).endsWith("about first"),
                spilled::toString);
        stuck.openGate();
        Awaitility.await().atMost(LONG).until(() -> stuck.messages.size() == 1);
        assertBalanced(2);
    }

    @Test
    void shouldSpillWhatASinkHasLoggedWhenASinkBlocksOverIt() throws Exception {
        Path spill = directory.resolve("spill");
        Lines stuck = Lines.in(context);
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(1);
        stuck.before(event -> {
            if (event.getFormattedMessage().startsWith("about")) {
                reached.countDown();
                awaitUninterruptibly(open);
            }
        });
        lines.before(event -> log.info("about " + event.getFormattedMessage()));
        start(a -> {
            a.addAppender(stuck);
            a.setDrainMillis(50);
            a.setSpillFile(spill.toString());
        });
        log.info("first");
        awaitUninterruptibly(reached);
        appender.stop();
        LogStatistics statistics = assertBalanced(3); // lines has logged about both
        assertEquals(2, statistics.of(Fate.SPILLED));
        assertEquals(1, statistics.of(Fate.RECURSIVE));
        assertEquals(2, Files.readAllLines(spill).size());
        open.countDown();
        Awaitility.await().atMost(LONG).until(() -> stuck.messages.size() == 2);
        assertBalanced(3);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean there = false;
        while (!there) {
            try {
                latch.await();
                there = true;
            } catch (InterruptedException e) {
                // Nobody interrupts it.
            }
        }
    }

    // Logs.

    /// The sink waits for a thread that logs, and that thread for room in the queue.
    @Test
    void shouldNotHangWhenASinkWaitsForAThreadThatLogs() {
        start(a -> {
            a.setQueueSize(2);
            a.setPatienceMillis(100);
        });
        AtomicInteger turns = new AtomicInteger();
        lines.before(event -> {
            if (turns.getAndIncrement() < 3) {
                CountDownLatch logged = new CountDownLatch(1);
                Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 5; i++) {
                        log.info("from within");
                    }
                    logged.countDown();
                });
                awaitUninterruptibly(logged);
            }
        });
        logMany(20);
        assertTrue(appender.flush(LONG));
        assertLongest(3 * 100);
        LogStatistics statistics = assertBalanced(20 + 3 * 5);
        assertTrue(statistics.of(Fate.STUCK) > 0, statistics::toString);
        assertEquals(statistics.written(), lines.messages.size());
    }

    // Has a full disk.

    /// A disk with room for so many bytes.
    private static final class Quota extends OutputStream {
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private final int bytes;

        Quota(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int at, int length) throws IOException {
            int room = Math.min(length, bytes - written.size());
            written.write(from, at, room);
            if (room < length) {
                throw new IOException("No space left on device");
            }
        }
    }

    @Test
    void shouldTellWhatIsMissingWhenTheStreamIsFull() {
        Quota quota = new Quota(1_000);
        OutputStreamAppender<ILoggingEvent> sink = named(new OutputStreamAppender<>());
        sink.setOutputStream(new BufferedOutputStream(quota, 256));
        sink.start();
        start(a -> a.addAppender(sink));
        logMany(EVENTS);
        assertTrue(appender.flush(LONG));
        assertEquals(EVENTS, lines.messages.size());
        assertTold(EVENTS, quota.written.toString(UTF_8));
        assertLongest(0);
    }

    /// Each event is in the file or on standard error, and those that count as written are in the file.
    private void assertTold(int count, String file) {
        LogStatistics statistics = assertBalanced(count);
        assertEquals(count, statistics.written() + statistics.of(Fate.FAILED), statistics::toString);
        assertTrue(statistics.of(Fate.FAILED) > 0, statistics::toString);
        Set<String> inFile = file.lines().collect(Collectors.toSet());
        assertTrue(inFile.size() >= statistics.written(), () -> inFile.size() + " in the file, " + statistics);
        String error = standardError();
        Set<String> nowhere = texts(count);
        nowhere.removeIf(text -> inFile.contains(text) || error.contains(text));
        assertEquals(Set.of(), nowhere);
    }

    /// Logback's file appenders swallow what the disk throws. This device is always full.
    @Test
    void shouldTellWhatIsMissingWhenTheDeviceIsFull() {
        assumeTrue(Files.exists(Path.of("/dev/full")), "This system has no device that is always full");
        FileAppender<ILoggingEvent> sink = named(new FileAppender<>());
        sink.setFile("/dev/full");
        sink.start();
        start(a -> a.addAppender(sink));
        logMany(EVENTS);
        assertTrue(appender.flush(LONG));
        assertEquals(EVENTS, lines.messages.size());
        assertEquals(EVENTS, assertBalanced(EVENTS).of(Fate.FAILED));
        assertTold(EVENTS, "");
        assertLongest(0);
    }

    /// A disk of 64 kB that fills up, and later has room again.
    @Test
    @Tag("slow")
    void shouldWriteAgainWhenTheDiskHasRoomAgain() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=64k", "none", disk.toString()), "Mounting is not allowed");
        try {
            Path file = disk.resolve("log");
            Files.write(disk.resolve("ballast"), new byte[60 * 1024]);
            FileAppender<ILoggingEvent> sink = named(new FileAppender<>());
            sink.setFile(file.toString());
            sink.start();
            start(a -> a.addAppender(sink));
            logMany(EVENTS);
            assertTrue(appender.flush(LONG));
            assertTold(EVENTS, Files.readString(file));
            Files.delete(disk.resolve("ballast"));
            AtomicInteger more = new AtomicInteger();
            Awaitility.await().atMost(LONG).until(() -> {
                log.info("again {}.", more.incrementAndGet());
                return appender.flush(LONG) && Files.readString(file).contains("again " + more + ".");
            });
            LogStatistics statistics = assertBalanced(EVENTS + more.get());
            assertTrue(Files.readString(file)
                            .lines()
                            .filter(line -> !line.isEmpty())
                            .count()
                    >= statistics.written());
        } finally {
            if (appender != null) {
                appender.stop();
            }
            run("umount", "-l", disk.toString());
        }
    }

    private static boolean run(String... command) throws Exception {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false; // no such command
        }
    }

    /// Nobody reads standard error either.
    @Test
    void shouldNotHangWhenStandardErrorBlocksToo() {
        Blocked blocked = new Blocked();
        System.setErr(new PrintStream(blocked, true, UTF_8));
        start(a -> {});
        appender.addAppender(new Throwing());
        try {
            logMany(3_000);
            assertTrue(appender.flush(LONG));
            assertLongest(0);
            assertEquals(3_000, lines.messages.size());
            assertEquals(3_000, assertBalanced(3_000).of(Fate.FAILED));
        } finally {
            blocked.open();
        }
    }

    @Test
    void shouldKeepLittleInMemoryWhenStandardErrorBlocksAndTextsAreLong() {
        Blocked blocked = new Blocked();
        System.setErr(new PrintStream(blocked, true, UTF_8));
        String text = "x".repeat(1_000_000);
        try {
            for (int i = 0; i < 100; i++) {
                LastResort.say(text);
            }
        } finally {
            blocked.open();
        }
        LastResort.await(LONG);
        assertTrue(blocked.bytes >= 2_000_000 && blocked.bytes < 4_000_000, () -> blocked.bytes + " bytes");
    }

    private static final class Throwing extends UnsynchronizedAppenderBase<ILoggingEvent> {
        Throwing() {
            started = true;
        }

        @Override
        public void doAppend(ILoggingEvent event) {
            throw new IllegalStateException("on purpose");
        }

        @Override
        protected void append(ILoggingEvent event) {}
    }

    private static final class Blocked extends OutputStream {
        private final CountDownLatch open = new CountDownLatch(1);
        private volatile int bytes;

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
        public void write(int b) throws IOException {
            try {
                open.await();
                bytes++;
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        void open() {
            open.countDown();
        }
    }

    @Test
    void shouldStayBalancedWhenEverythingIsWell() {
        start(a -> {});
        logMany(EVENTS);
        assertTrue(appender.flush(LONG));
        assertEquals(EVENTS, assertBalanced(EVENTS).written());
        assertFalse(standardError().contains("number"));
    }
}
