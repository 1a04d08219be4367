package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.util.FileSize;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A ring in a mapped file that holds, as text, every event that was taken and is not yet written and
/// flushed. The pages of a mapped file belong to the operating system, so they outlive a process that is
/// killed; [Recover] reads them. They do not outlive the machine.
///
/// *Problem.* Many callers put records in at once; each record must be whole before its caller returns; no
/// caller may wait for another, nor a record that was cut off by the kill hide those behind it.
///
/// *Idea.* A caller claims room by moving `tail`, copies its bytes there, and makes the record valid by one
/// store. A record carries its position and a checksum, see [JournalFile], so a reader needs no chain of
/// records: it looks at every place where one may begin.
///
/// | state of the bytes at a position | -> | by | |
/// |---|---|---|---|
/// | free | claimed | a caller | CAS of `tail` over them |
/// | claimed | TAKEN | the same caller | release, last store: from here on the event is safe |
/// | TAKEN | WRITTEN, DROPPED | who has the event, when its fate is decided | release |
/// | claimed | PAD | the caller whose record did not fit in front of the end of the ring | release |
/// | WRITTEN, DROPPED, PAD | free | the holder of the [Turn], in order | write of `free` |
///
/// 1. Bytes from `free` to `tail` are never claimed again: a CAS succeeds only if the new `tail` is at most
///    `free + capacity`, and `free` only grows.
/// 2. Only who has the event writes its record, and an event is with one thread at a time ([Pipeline], 3).
/// 3. Every record from the mark on is still in the ring: the mark is set before `free` is moved.
/// 4. The mark's length is that of the log when everything before its position had been written: what stands
///    behind it in the log are events from the mark on.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `tail` | callers | callers, holder of the turn | volatile, CAS |
/// | `free` | holder of the turn | callers | volatile |
/// | the mark | holder of the turn | the next process | release |
/// | a record | see above | holder of the turn, the next process | release, acquire |
///
/// *If a caller stalls* between claim and TAKEN, nothing behind it is freed, and the others wait when the
/// ring is full. *If it dies there*, by an Error while it copies, the record becomes DROPPED.
///
/// *Not guaranteed:* anything about a machine that loses power; that an event is in the journal that came
/// when the ring was full and is written to standard error. Longer ones than a quarter of the ring are cut.
///
/// *Cost.* The caller renders the event, sums up its bytes and copies them: some µs, and garbage of twice the
/// text.
///
/// Tests: `JournalTest`; `ProcessEndTest` kills processes.
final class Journal {
    /// No place: the event is not in the journal.
    static final int NONE = 0;

    private final JournalFile file;
    private final @Nullable Encoder<ILoggingEvent> encoder;
    private final @Nullable File log;
    private final long capacity;
    private final int longest;
    private final AtomicLong tail = new AtomicLong();
    private volatile long free;

    private Journal(JournalFile file, @Nullable Encoder<ILoggingEvent> encoder, @Nullable File log) {
        this.file = file;
        this.encoder = encoder;
        this.log = log;
        capacity = file.capacity();
        longest = file.longest();
        file.mark(0, logLength());
    }

    /// Starts with an empty one. If there is one with records that were not recovered, it is moved aside.
    ///
    /// @param size of the ring; rounded up to a power of two from 64 kB to 1 GB
    /// @param sinks whose first file gives the encoder
    /// @param tell gets a text about what was moved aside
    /// @throws IOException in words, if it cannot be used
    static Journal open(Path path, FileSize size, Sinks sinks, Consumer<String> tell) throws IOException {
        if (Files.exists(path) && Files.size(path) > 0 && !JournalFile.deleteUnfinished(path)) {
            setAside(path, tell);
        }
        String name = sinks.file();
        long capacity = Long.highestOneBit(Math.clamp(size.getSize(), 1 << 16, 1 << 30) * 2 - 1);
        File log = name == null ? null : new File(name).getAbsoluteFile();
        JournalFile made = JournalFile.create(path, capacity, log == null ? "" : log.getPath());
        return new Journal(made, sinks.encoder(), log);
    }

    private static void setAside(Path path, Consumer<String> tell) throws IOException {
        int left;
        try (JournalFile old = JournalFile.openExisting(path)) {
            left = Recovery.read(old).size();
        }
        if (left == 0) {
            Files.delete(path);
            return;
        }
        Path aside = path.resolveSibling(path.getFileName() + "." + System.currentTimeMillis());
        Files.move(path, aside);
        tell.accept("A process was killed before it wrote up to " + left + " events; they are in the journal " + aside
                + ", read them by java -cp ... " + Recover.class.getName() + " " + aside);
    }

    // Callers.

    /// Puts the event in, once, if there is room.
    ///
    /// @return whether it is in
    boolean put(ActorEvent event) {
        if (event.place == NONE) {
            event.place = put(render(event));
        }
        return event.place != NONE;
    }

    private byte[] render(ActorEvent event) {
        try {
            byte[] bytes = encoder == null ? null : encoder.encode(event);
            if (bytes != null) {
                return bytes;
            }
        } catch (Throwable t) { // the sink will have the same trouble, and tell
        }
        return Text.of(event).getBytes(UTF_8);
    }

    /// Puts a record in.
    ///
    /// @return the place, or [#NONE] if there is no room
    int put(byte[] body) {
        int length = Math.min(body.length, longest);
        long need = JournalFile.HEAD + JournalFile.roundUp(length);
        while (true) {
            long at = tail.get();
            long room = capacity - (at & (capacity - 1));
            long pad = room < need ? room : 0;
            long end = at + pad + need;
            if (end - free > capacity) {
                return NONE;
            }
            if (tail.compareAndSet(at, end)) { // invariant 1
                if (pad > 0) {
                    file.writePad(at, (int) pad);
                }
                return write(at + pad, body, length);
            }
        }
    }

    private int write(long position, byte[] body, int length) {
        int state = JournalFile.DROPPED;
        try {
            file.write(position, body, length);
            state = JournalFile.TAKEN;
        } finally {
            file.setStateRelease(position, state);
        }
        return (int) ((position & (capacity - 1)) / JournalFile.UNIT) + 1;
    }

    // Who has the event.

    /// The fate of the event is decided: it is written, or told elsewhere.
    void written(ActorEvent event) {
        settle(event, JournalFile.WRITTEN);
    }

    /// The event is not to be written.
    void dropped(ActorEvent event) {
        settle(event, JournalFile.DROPPED);
    }

    private void settle(ActorEvent event, int state) {
        if (event.place != NONE) {
            long place = (long) (event.place - 1) * JournalFile.UNIT;
            event.place = NONE;
            long position = file.wordAcquire(place) & ~JournalFile.STATES;
            file.setStateRelease(position, state);
        }
    }

    // The holder of the turn.

    /// Frees the room of what is settled.
    ///
    /// @param length of the log after the last flush, by [#logLength]
    void advance(long length) {
        long from = free;
        long at = from;
        long end = tail.get();
        while (at < end && isSettled(at)) {
            at += file.span(at);
        }
        if (at != from) {
            file.mark(at, length); // invariants 3 and 4
            free = at;
        }
    }

    private boolean isSettled(long position) {
        long state = file.wordAcquire(position) - position;
        return state > JournalFile.TAKEN && state <= JournalFile.PAD;
    }

    /// Asks the disk, which may not answer: the sinks may as well.
    long logLength() {
        return log == null ? -1 : log.length();
    }

    /// Nobody uses it any more. What is in it stays.
    void close() {
        try {
            file.close();
        } catch (IOException e) {
            LastResort.say("The journal could not be closed: " + e + System.lineSeparator());
        }
    }
}
