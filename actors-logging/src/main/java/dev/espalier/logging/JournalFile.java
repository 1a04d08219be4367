package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/// The bytes of a [Journal], mapped: how they lie in the file, for who writes it and for who recovers from it.
///
/// | at | bytes | |
/// |---|---|---|
/// | 0 | 8 | magic, in the byte order of the machine |
/// | 8 | 8 | capacity of the ring, a power of two |
/// | 16 | 8 | length of the name of the log, and checksum of all that stands in front of the ring but the marks |
/// | 64 | 8 | which mark holds, 0 or 1 |
/// | 72, 88 | 16 each | the marks: a position, and the length of the log then |
/// | 128 | | name of the log |
/// | 4096 | capacity | the ring |
///
/// A *position* counts the bytes that were ever claimed in the ring; its remainder by the capacity is the
/// place. A record begins at a multiple of 16: position plus state, length and checksum, body. The position
/// makes records of earlier rounds, and bytes that are none, recognisable, so whoever reads may look at every
/// multiple of 16.
///
/// *Threads.* As the user says. The file is locked as long as it is open, so two processes never share one.
final class JournalFile implements AutoCloseable {
    static final int UNIT = 16;
    static final int HEAD = 16;

    // States of a record, in the lowest bits of its first word.
    static final int STATES = UNIT - 1;
    /// Whole, and not yet written by the sinks.
    static final int TAKEN = 1;
    /// Written and flushed by the sinks, or told elsewhere.
    static final int WRITTEN = 2;
    /// Never to be written.
    static final int DROPPED = 3;
    /// What was left over at the end of the ring.
    static final int PAD = 4;

    static final int FRONT = 4_096;

    private static final long MAGIC = 0x4553504A524E4C31L;
    private static final int CAPACITY_AT = 8;
    private static final int CHECK_AT = 16;
    private static final int SELECTOR_AT = 64;
    private static final int MARKS_AT = 72;
    private static final int NAME_AT = 128;
    private static final int MOST_NAME = FRONT - NAME_AT;
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final LockedFile locked;
    private final MemorySegment memory;
    private final long capacity;

    private JournalFile(LockedFile locked, MemorySegment memory, long capacity) {
        this.locked = locked;
        this.memory = memory;
        this.capacity = capacity;
    }

    /// Makes a new one. All of its bytes are written, since a store to a mapped page for which the disk has
    /// no room would end the process.
    ///
    /// @param capacity a power of two, at least 4096
    /// @param log name of the file whose length the marks tell; may be empty
    /// @throws IOException if it exists, or cannot be written
    static JournalFile create(Path file, long capacity, String log) throws IOException {
        LockedFile locked = open(file);
        boolean isNew = false;
        try {
            isNew = locked.channel().size() == 0;
            if (!isNew) {
                throw new IOException("The file " + file + " exists and is not empty");
            }
            fill(locked.channel(), FRONT + capacity);
            MemorySegment memory = map(locked.channel(), FRONT + capacity);
            writeFront(memory, capacity, log.getBytes(UTF_8));
            return new JournalFile(locked, memory, capacity);
        } catch (Throwable t) {
            if (isNew) {
                Files.deleteIfExists(file); // half a journal would be in the way of the next start
            }
            locked.close();
            throw t;
        }
    }

    /// Deletes what was to become a journal when the process was killed: nothing but zeros.
    ///
    /// @return whether it was that
    /// @throws IOException if it cannot be read, or a process uses it
    static boolean deleteUnfinished(Path file) throws IOException {
        try (LockedFile locked = open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
            while (locked.channel().read(bytes.clear()) >= 0) {
                for (bytes.flip(); bytes.hasRemaining(); ) {
                    if (bytes.get() != 0) {
                        return false;
                    }
                }
            }
            Files.delete(file);
            return true;
        }
    }

    /// Opens one that exists.
    ///
    /// @throws IOException if there is none, it is none, it is damaged, or a process uses it: each in words
    static JournalFile openExisting(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("There is no journal " + file);
        }
        LockedFile locked = open(file);
        try {
            long size = locked.channel().size();
            if (size < FRONT) {
                throw new IOException("Not a journal, or cut off: " + file + " has only " + size + " bytes");
            }
            MemorySegment memory = map(locked.channel(), size);
            checkFront(file, memory);
            return new JournalFile(locked, memory, size - FRONT);
        } catch (Throwable t) {
            locked.close();
            throw t;
        }
    }

    private static LockedFile open(Path file) throws IOException {
        LockedFile locked = LockedFile.tryOpen(file, CREATE, READ, WRITE);
        if (locked == null) {
            throw new IOException("The journal " + file + " is in use by a process that runs");
        }
        return locked;
    }

    private static MemorySegment map(FileChannel channel, long size) throws IOException {
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, size, Arena.ofAuto());
    }

    private static void fill(FileChannel channel, long size) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
        for (long at = 0; at < size; at += zeros.position()) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), size - at));
            while (zeros.hasRemaining()) {
                channel.write(zeros, at + zeros.position());
            }
        }
    }

    private static void writeFront(MemorySegment memory, long capacity, byte[] name) throws IOException {
        if (name.length > MOST_NAME) {
            throw new IOException("The name of the log is longer than " + MOST_NAME + " bytes");
        }
        set(memory, CAPACITY_AT, capacity);
        MemorySegment.copy(name, 0, memory, ValueLayout.JAVA_BYTE, NAME_AT, name.length);
        set(memory, CHECK_AT, word(name.length, frontCheck(capacity, name)));
        set(memory, MARKS_AT + Long.BYTES, -1);
        LONG.setRelease(memory, 0L, MAGIC);
    }

    private static void checkFront(Path file, MemorySegment memory) throws IOException {
        long magic = get(memory, 0);
        if (magic != MAGIC) {
            throw new IOException(
                    magic == Long.reverseBytes(MAGIC)
                            ? "The journal " + file + " is from a machine of another byte order"
                            : "Not a journal: " + file);
        }
        long capacity = get(memory, CAPACITY_AT);
        long check = get(memory, CHECK_AT);
        boolean sane = capacity >= FRONT && Long.bitCount(capacity) == 1 && length(check) <= MOST_NAME;
        if (!sane || (int) check != frontCheck(capacity, name(memory))) {
            throw new IOException("The journal " + file + " is damaged: its checksum is wrong");
        }
        if (memory.byteSize() != FRONT + capacity) {
            throw new IOException("The journal " + file + " is damaged: it has " + memory.byteSize()
                    + " bytes, and should have " + (FRONT + capacity));
        }
        long mark = get(memory, markAt(memory));
        if (mark < 0 || mark % UNIT != 0) {
            throw new IOException("The journal " + file + " is damaged: its mark is " + mark);
        }
    }

    private static int frontCheck(long capacity, byte[] name) {
        CRC32C crc = new CRC32C();
        crc.update(name);
        return check(crc, capacity, name.length);
    }

    private static byte[] name(MemorySegment memory) {
        int length = length(get(memory, CHECK_AT));
        return memory.asSlice(NAME_AT, Math.clamp(length, 0, MOST_NAME)).toArray(ValueLayout.JAVA_BYTE);
    }

    // What is in it.

    long capacity() {
        return capacity;
    }

    /// The most bytes that a record has; what is longer is cut.
    int longest() {
        return (int) Math.min(capacity / 4, 1 << 24);
    }

    /// The log whose length the marks tell; may be empty.
    String log() {
        return new String(name(memory), UTF_8);
    }

    /// Everything before this position has been freed.
    long mark() {
        return get(memory, markAt(memory));
    }

    /// How long the log was when the mark was set; -1 if that is not known.
    long markedLength() {
        return get(memory, markAt(memory) + Long.BYTES);
    }

    /// Sets both in one step: into the mark that does not hold, which holds then.
    void mark(long position, long length) {
        long other = 1 - (get(memory, SELECTOR_AT) & 1);
        long at = MARKS_AT + other * 2 * Long.BYTES;
        set(memory, at, position);
        set(memory, at + Long.BYTES, length);
        LONG.setRelease(memory, (long) SELECTOR_AT, other);
    }

    private static long markAt(MemorySegment memory) {
        return MARKS_AT + (get(memory, SELECTOR_AT) & 1) * 2 * Long.BYTES;
    }

    /// The first word of the record at a position: the position itself plus a state, if there is a record.
    long wordAcquire(long position) {
        return (long) LONG.getAcquire(memory, place(position));
    }

    /// Makes the record visible as whole, with all that was written before.
    void setStateRelease(long position, int state) {
        LONG.setRelease(memory, place(position), position | state);
    }

    /// Writes all of a record but its first word.
    void write(long position, byte[] body, int length) {
        CRC32C crc = new CRC32C();
        crc.update(body, 0, length);
        set(memory, place(position) + Long.BYTES, word(length, check(crc, position, length)));
        MemorySegment.copy(body, 0, memory, ValueLayout.JAVA_BYTE, place(position) + HEAD, length);
    }

    /// Writes what fills the ring up to its end.
    void writePad(long position, int length) {
        set(memory, place(position) + Long.BYTES, word(length - HEAD, check(new CRC32C(), position, length - HEAD)));
        setStateRelease(position, PAD);
    }

    /// How many bytes of the ring the record has.
    long span(long position) {
        return HEAD + roundUp(length(get(memory, place(position) + Long.BYTES)));
    }

    /// The state of a whole record at this position, or 0 if there is none.
    int validState(long position) {
        long word = wordAcquire(position);
        int state = (int) (word & STATES);
        if (word - state != position || state < TAKEN || state > PAD) {
            return 0;
        }
        long second = get(memory, place(position) + Long.BYTES);
        long room = capacity - (position & (capacity - 1));
        int length = length(second);
        if (length < 0 || HEAD + roundUp(length) > room) {
            return 0;
        }
        CRC32C crc = new CRC32C();
        if (state != PAD) {
            crc.update(memory.asSlice(place(position) + HEAD, length).asByteBuffer());
        }
        return check(crc, position, length) == (int) second ? state : 0;
    }

    byte[] body(long position) {
        int length = length(get(memory, place(position) + Long.BYTES));
        return memory.asSlice(place(position) + HEAD, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /// Onto the disk.
    void force() {
        memory.force();
    }

    @Override
    public void close() throws IOException {
        locked.close();
    }

    private long place(long position) {
        return FRONT + (position & (capacity - 1));
    }

    static long roundUp(long length) {
        return (length + UNIT - 1) & -UNIT;
    }

    private static int check(CRC32C crc, long position, int length) {
        return (int) crc.getValue() ^ Long.hashCode((position + length) * 0x9E3779B97F4A7C15L);
    }

    private static long word(int length, int check) {
        return ((long) length << Integer.SIZE) | (check & 0xFFFFFFFFL);
    }

    private static int length(long word) {
        return (int) (word >>> Integer.SIZE);
    }

    private static long get(MemorySegment memory, long at) {
        return (long) LONG.get(memory, at);
    }

    private static void set(MemorySegment memory, long at, long value) {
        LONG.set(memory, at, value);
    }
}
