package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a journal holds of a process that was killed, and what of that the log lacks.
///
/// *Once.* The kill may come when events are in the log and their records not yet marked as written. So the
/// records are compared with what the log has behind the length that the mark tells: a record that stands
/// there, byte by byte, is not given again. Of records with the same bytes those that were marked as written
/// are found first, so a record is held back only if the log has it. A log that was replaced meanwhile
/// (rolled over) holds nothing back: then a record may be given that the old one has.
///
/// *Whole.* A kill in the middle of a write leaves the beginning of a record at the end of the log. It is found
/// as the beginning of a record that the log lacks, and is to be cut off.
///
/// *Bounded.* Behind the mark the process has written no more than the ring holds, and a few lines of its own.
/// What the log has behind several times that, it has from later processes, and is not read.
final class Recovery {
    private static final int WINDOW = 4;

    /// A record from the mark on.
    ///
    /// @param taken whether it is not marked as written
    @SuppressWarnings("ArrayRecordComponent") // entries are not compared
    record Entry(long position, boolean taken, byte[] body) {}

    /// What a log lacks.
    ///
    /// @param missing in the order of [#read]
    /// @param cutAt where the last record of the log begins, if that is not whole; else -1
    record Comparison(List<Entry> missing, long cutAt) {}

    private Recovery() {}

    /// All that may not be in the log, in the order of their positions; for each caller that is the order of
    /// its calls.
    static List<Entry> read(JournalFile file) {
        List<Entry> found = entries(file);
        found.removeIf(entry -> !entry.taken);
        return found;
    }

    private static List<Entry> entries(JournalFile file) {
        List<Entry> found = new ArrayList<>();
        long end = file.mark() + file.capacity();
        long at = file.mark();
        while (at < end) {
            int state = file.validState(at);
            if (state == JournalFile.TAKEN || state == JournalFile.WRITTEN) {
                found.add(new Entry(at, state == JournalFile.TAKEN, file.body(at)));
            }
            at += state == 0 ? JournalFile.UNIT : file.span(at);
        }
        return found;
    }

    static Comparison compare(JournalFile file, Path log) throws IOException {
        List<Entry> entries = entries(file);
        long marked = file.markedLength();
        byte[] tail = tail(log, marked, WINDOW * file.capacity());
        Set<Long> standing = new HashSet<>();
        int whole = findStanding(tail, entries, standing);
        entries.removeIf(entry -> !entry.taken || standing.contains(entry.position));
        boolean isEnd = marked + tail.length >= length(log);
        return new Comparison(entries, whole == tail.length || !isEnd ? -1 : marked + whole);
    }

    private static long length(Path log) throws IOException {
        return Files.isRegularFile(log) ? Files.size(log) : 0;
    }

    private static byte[] tail(Path log, long from, long most) throws IOException {
        long length = length(log) - from;
        if (from < 0 || length <= 0) {
            return new byte[0];
        }
        byte[] bytes = new byte[(int) Math.min(length, Math.min(most, Integer.MAX_VALUE - 16))];
        try (RandomAccessFile in = new RandomAccessFile(log.toFile(), "r")) {
            in.seek(from);
            in.readFully(bytes);
        }
        return bytes;
    }

    /// Goes through the text record by record; what is none is skipped to the end of its line.
    ///
    /// @param found gets the positions of those that stand in the text
    /// @return the length of the text without a record that was cut off at its end
    private static int findStanding(byte[] text, List<Entry> entries, Set<Long> found) {
        Map<ByteBuffer, Deque<Entry>> byFirstLine = new HashMap<>();
        for (Entry entry : entries) {
            Deque<Entry> same = byFirstLine.computeIfAbsent(line(entry.body, 0), line -> new ArrayDeque<>());
            if (entry.taken) {
                same.addLast(entry);
            } else {
                same.addFirst(entry);
            }
        }
        int longest =
                entries.stream().mapToInt(entry -> entry.body.length).max().orElse(0);
        int at = 0;
        while (at < text.length) {
            ByteBuffer line = line(text, at);
            Entry entry = take(byFirstLine.get(line), text, at);
            if (entry == null && text.length - at < longest && isCutOff(text, at, entries, found)) {
                return at;
            } else if (entry == null) {
                at += line.remaining();
            } else {
                found.add(entry.position);
                at += entry.body.length;
            }
        }
        return at;
    }

    private static boolean isCutOff(byte[] text, int at, List<Entry> entries, Set<Long> found) {
        int length = text.length - at;
        for (Entry entry : entries) {
            boolean may = entry.taken && entry.body.length > length && !found.contains(entry.position);
            if (may && Arrays.equals(text, at, text.length, entry.body, 0, length)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Entry take(@Nullable Deque<Entry> candidates, byte[] text, int at) {
        if (candidates == null) {
            return null;
        }
        for (Entry entry : candidates) {
            ByteBuffer rest = ByteBuffer.wrap(text, at, Math.min(entry.body.length, text.length - at));
            if (rest.equals(ByteBuffer.wrap(entry.body))) {
                candidates.remove(entry);
                return entry;
            }
        }
        return null;
    }

    /// The line that begins here, with its end.
    private static ByteBuffer line(byte[] text, int at) {
        int end = at;
        while (end < text.length && text[end] != '\n') {
            end++;
        }
        return ByteBuffer.wrap(text, at, Math.min(end + 1, text.length) - at);
    }

    /// Writes them; what comes behind one that was cut begins a line.
    static void write(List<Entry> entries, JournalFile from, OutputStream to) throws IOException {
        for (Entry entry : entries) {
            to.write(entry.body);
            int length = entry.body.length;
            if (length == from.longest() && entry.body[length - 1] != '\n') {
                to.write(System.lineSeparator().getBytes(UTF_8));
            }
        }
        to.flush();
    }

    /// Whether a line was cut off at the end of the log.
    static boolean endsWithinLine(Path log) throws IOException {
        byte[] last = tail(log, length(log) - 1, 1);
        return last.length > 0 && last[0] != '\n';
    }

    /// Marks all records as written.
    static void settle(JournalFile file) {
        for (Entry entry : read(file)) {
            file.setStateRelease(entry.position, JournalFile.WRITTEN);
        }
        file.force();
    }
}
