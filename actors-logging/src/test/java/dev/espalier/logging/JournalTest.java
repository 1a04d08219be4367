package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.util.FileSize;
import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest extends LoggingFixture {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final FileSize SMALL = new FileSize(1);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path directory;

    private Path path;
    private Path file;
    private final FileAppender<ILoggingEvent> sink = new FileAppender<>();
    private final Sinks sinks = new Sinks();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream messages = new ByteArrayOutputStream();
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void makeSink() {
        path = directory.resolve("journal");
        file = directory.resolve("log");
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg%n");
        encoder.start();
        sink.setContext(context);
        sink.setName("file");
        sink.setFile(file.toString());
        sink.setEncoder(encoder);
        sink.start();
        sinks.addAppender(sink);
    }

    private Journal journal() throws IOException {
        return Journal.open(path, SMALL, sinks, told::add);
    }

    private ActorEvent event(String text) {
        return new ActorEvent(new LoggingEvent("here", log, Level.INFO, text, null, null), Capture.SAFE, ActorKey.NONE);
    }

    private int recover(Path... paths) {
        String[] arguments = List.of(paths).stream().map(Path::toString).toArray(String[]::new);
        out.reset();
        messages.reset();
        return Recover.run(arguments, out, new PrintStream(messages, true, UTF_8));
    }

    private List<String> recovered() {
        assertEquals(0, recover(path), messages::toString);
        return out.toString(UTF_8).lines().toList();
    }

    private void write(ActorEvent event) {
        sinks.write(event);
        sinks.flush();
    }

    @Test
    void shouldGiveWhatWasTakenAndNotWrittenOnceWhenRecovered() throws Exception {
        Journal journal = journal();
        List<ActorEvent> events = List.of(event("a"), event("b\nwith two lines"), event("c"), event("d"));
        events.forEach(e -> assertTrue(journal.put(e)));
        write(events.get(1));
        journal.written(events.get(1));
        journal.dropped(events.get(2));
        journal.advance(journal.logLength());
        journal.close();
        assertEquals(List.of("a", "d"), recovered());
        assertEquals(List.of(), recovered());
    }

    @Test
    void shouldLeaveOutWhatTheLogHasWhenTheKillCameBeforeTheMark() throws Exception {
        Files.writeString(file, "b\n"); // of earlier
        Journal journal = journal();
        for (String text : List.of("a", "b", "c", "b", "d")) {
            assertTrue(journal.put(event(text)));
        }
        journal.close();
        Files.writeString(file, "a\nof somebody else\nb\nc\nb", StandardOpenOption.APPEND); // the last one torn
        assertEquals(0, recover(path, file), messages::toString);
        assertEquals("b\na\nof somebody else\nb\nc\nb\nd\n", Files.readString(file));
        assertEquals(0, recover(path, file));
        assertEquals("b\na\nof somebody else\nb\nc\nb\nd\n", Files.readString(file));
    }

    /// A kill in the middle of a write, which may be in the middle of an event of many lines.
    @Test
    void shouldCompleteTheLastEventWhenTheLogHasOnlyItsBeginning() throws Exception {
        Files.writeString(file, "earlier\n");
        Journal journal = journal();
        for (String text : List.of("one", "two\nwith\nlines", "three")) {
            assertTrue(journal.put(event(text)));
        }
        journal.close();
        Files.writeString(file, "one\ntwo\nwith\nli", StandardOpenOption.APPEND);
        assertEquals(0, recover(path, file), messages::toString);
        assertEquals("earlier\none\ntwo\nwith\nlines\nthree\n", Files.readString(file));
    }

    /// Of a summary, say.
    @Test
    void shouldBeginANewLineWhenTheLogEndsWithWhatTheJournalDoesNotKnow() throws Exception {
        Journal journal = journal();
        assertTrue(journal.put(event("one")));
        journal.close();
        Files.writeString(file, "20 events were dr", StandardOpenOption.APPEND);
        assertEquals(0, recover(path, file), messages::toString);
        assertEquals("20 events were dr\none\n", Files.readString(file));
    }

    /// The first "same" was written and marked so; the second has the same bytes, and was not written.
    @Test
    void shouldNotTakeOneEventForAnotherWhenTheirLinesAreTheSame() throws Exception {
        Journal journal = journal();
        ActorEvent before = event("before");
        ActorEvent first = event("same");
        ActorEvent second = event("same");
        List.of(before, second, first).forEach(e -> assertTrue(journal.put(e)));
        write(first);
        journal.written(first); // and no mark: "before" is in the way
        journal.advance(journal.logLength());
        journal.close();
        assertEquals(List.of("before", "same"), recovered());
    }

    @Test
    void shouldRefuseWhenFullAndTakeAgainWhenWritten() throws Exception {
        Journal journal = journal();
        Random random = new Random(7);
        Deque<ActorEvent> in = new ArrayDeque<>();
        int next = 0;
        for (int round = 0; round < 50; round++) {
            ActorEvent event = event(next + " ".repeat(random.nextInt(3_000)));
            while (journal.put(event)) {
                in.add(event);
                next++;
                event = event(next + " ".repeat(random.nextInt(3_000)));
            }
            int most = in.size();
            assertTrue(most > 10, () -> "only " + most);
            for (int i = random.nextInt(most); i >= 0; i--) {
                ActorEvent done = in.remove();
                sinks.write(done);
                journal.written(done);
            }
            sinks.flush();
            journal.advance(journal.logLength());
        }
        journal.close();
        List<String> expected = in.stream().map(ActorEvent::getFormattedMessage).toList();
        assertEquals(expected, recovered());
    }

    @Test
    void shouldCutWhatIsLongerThanAQuarterAndBeginALineBehindIt() throws Exception {
        Journal journal = journal();
        List.of("x".repeat(20_000), "next").forEach(text -> assertTrue(journal.put(event(text))));
        journal.close();
        assertEquals(List.of("x".repeat(65_536 / 4), "next"), recovered());
    }

    @Test
    void shouldKeepTheOthersWhenARecordIsNotWhole() throws Exception {
        Journal journal = journal();
        for (int i = 0; i < 5; i++) {
            assertTrue(journal.put(event("event " + i)));
        }
        journal.close();
        try (RandomAccessFile bytes = new RandomAccessFile(path.toFile(), "rw")) {
            bytes.seek(JournalFile.FRONT + 2 * 32 + 20); // in the text of the third
            bytes.write('X');
        }
        assertEquals(List.of("event 0", "event 1", "event 3", "event 4"), recovered());
    }

    @Test
    void shouldMoveAsideWhatWasNotRecoveredWhenItStarts() throws Exception {
        Journal journal = journal();
        assertTrue(journal.put(event("a")));
        journal.close();
        Journal second = journal();
        second.close();
        assertEquals(List.of(), recovered());
        assertEquals(1, told.size());
        try (var files = Files.list(directory)) {
            Path aside = files.filter(f -> f.getFileName().toString().startsWith("journal."))
                    .findFirst()
                    .orElseThrow();
            assertTrue(told.getFirst().contains(aside.toString()), told::toString);
            assertEquals(0, recover(aside));
            assertEquals("a\n", out.toString(UTF_8));
        }
        journal().close();
        assertEquals(1, told.size());
    }

    @Test
    void shouldBeginAgainWhenAKillCameWhileTheJournalWasMade() throws Exception {
        Files.write(path, new byte[100_000]);
        Journal journal = journal();
        assertTrue(journal.put(event("a")));
        journal.close();
        assertEquals(List.of("a"), recovered());
    }

    @Test
    void shouldLeaveNothingInTheWayWhenAJournalCannotBeMade() throws Exception {
        sink.setFile("x".repeat(5_000)); // a name for which there is no room
        assertThrows(IOException.class, this::journal);
        assertFalse(Files.exists(path));
        sink.setFile(file.toString());
        journal().close();
    }

    /// Where locks belong to processes, a second channel of this one would take the lock away when it is closed.
    @Test
    @Tag("slow")
    @Tag("process")
    void shouldStayLockedForOtherProcessesWhenThisOneHasTriedToOpenItTwice() throws Exception {
        Journal journal = journal();
        assertThrows(IOException.class, this::journal);
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xlog:cds=off",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Recover.class.getName(),
                        path.toString())
                .redirectErrorStream(true)
                .start();
        String text = new String(other.getInputStream().readAllBytes(), UTF_8);
        assertEquals(1, other.waitFor(), text);
        assertTrue(text.contains("in use by a process that runs"), text);
        journal.close();
    }

    /// A later process has gone on with the log, for long: all of that is not read, and nothing of it cut off.
    @Test
    void shouldNotReadAllOfALogThatHasGrownSince() throws Exception {
        Journal journal = journal();
        for (String text : List.of("one", "two")) {
            assertTrue(journal.put(event(text)));
        }
        journal.close();
        int window = 4 * 65_536;
        Files.writeString(file, "one\n" + "x".repeat(window - 7) + "\ntw", StandardOpenOption.APPEND);
        Files.writeString(file, "ilight\n", StandardOpenOption.APPEND);
        try (RandomAccessFile grown = new RandomAccessFile(file.toFile(), "rw")) {
            grown.setLength(3L << 30); // takes no room
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertEquals(0, recover(path, file), messages::toString);
        long took = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(took < 100_000_000, () -> took + " bytes of memory");
        try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "r")) {
            byte[] end = new byte[6];
            whole.seek(whole.length() - end.length);
            whole.readFully(end);
            assertEquals((3L << 30) + 5, whole.length());
            assertEquals("\0\ntwo\n", new String(end, UTF_8));
        }
    }

    @Test
    void shouldSayWhatIsWrongWhenTheFileIsNone() throws Exception {
        assertFails("There is no journal");
        Files.writeString(path, "short");
        assertFails("Not a journal, or cut off: " + path + " has only 5 bytes");
        Files.write(path, new byte[10_000]);
        assertFails("Not a journal: " + path);
        Files.delete(path);
        Journal open = journal();
        assertFails("in use by a process that runs");
        assertThrows(IOException.class, this::journal);
        open.close();
        byte[] good = Files.readAllBytes(path);
        Files.write(path, java.util.Arrays.copyOf(good, good.length - 100));
        assertFails("it has " + (good.length - 100) + " bytes, and should have " + good.length);
        byte[] bad = good.clone();
        bad[130] ^= 1; // the name of the log
        Files.write(path, bad);
        assertFails("its checksum is wrong");
        bad = good.clone();
        bad[88] = 1; // the mark that holds
        Files.write(path, bad);
        assertFails("its mark is");
        assertEquals(2, recover());
        assertTrue(messages.toString(UTF_8).startsWith("Usage"));
    }

    private void assertFails(String text) {
        assertEquals(1, recover(path));
        assertTrue(messages.toString(UTF_8).contains(text), messages::toString);
    }

    @Test
    void shouldHoldWhatIsQueuedAndNothingElseWhenAnAppenderUsesIt() throws Exception {
        start(a -> {
            a.addAppender(sink);
            a.setJournal(path.toString());
            a.setJournalSize(SMALL);
        });
        for (int i = 0; i < 10_000; i++) {
            log.info("{} goes many times around the ring", i);
        }
        assertTrue(appender.flush(LONG));
        lines.closeGate();
        log.info("in the sink");
        log.info("queued");
        Path copy = directory.resolve("copy"); // as if the process were killed now
        Files.copy(path, copy);
        assertEquals(0, recover(copy), messages::toString);
        assertEquals(
                List.of("in the sink", "queued"), out.toString(UTF_8).lines().toList());
        lines.openGate();
        assertTrue(appender.flush(LONG));
        appender.stop();
        assertEquals(List.of(), recovered());
        assertEquals(10_002, Files.readAllLines(file).size());
    }

    @Test
    void shouldWaitForRoomWhenTheJournalIsFull() throws Exception {
        start(a -> {
            a.setJournal(path.toString());
            a.setJournalSize(SMALL);
            a.setWhenFull("INFO=BLOCK, TRACE=DROP");
        });
        log.setLevel(Level.DEBUG);
        lines.closeGate();
        log.info("in the sink");
        lines.entered.acquireUninterruptibly();
        String big = "x".repeat(10_000);
        for (int i = 0; i < 20; i++) {
            log.debug("{}", big);
        }
        long dropped = appender.statistics().of(Fate.DROPPED);
        assertTrue(dropped >= 14 && dropped < 20, () -> dropped + " dropped");
        Thread caller = Thread.ofPlatform().start(() -> log.info("{}", big));
        Awaitility.await().atMost(LONG).until(() -> caller.getState() == Thread.State.TIMED_WAITING);
        lines.openGate();
        assertTrue(caller.join(LONG));
        assertTrue(appender.flush(LONG));
        LogStatistics statistics = appender.statistics();
        assertEquals(new LogStatistics(22, 22 - dropped, 0, statistics.others()), statistics);
        appender.stop();
        assertEquals(List.of(), recovered());
    }

    @Test
    void shouldLogOnWhenTheJournalCannotBeUsed() throws Exception {
        Files.writeString(path, "something else");
        start(a -> a.setJournal(path.toString()));
        log.info("here");
        assertTrue(appender.flush(LONG));
        assertEquals(List.of("here"), lines.messages);
        assertEquals("something else", Files.readString(path));
        assertFalse(context.getStatusManager().getCopyOfStatusList().stream()
                .filter(status -> status.getMessage().startsWith("No journal: Not a journal"))
                .toList()
                .isEmpty());
    }
}
