package dev.espalier.logging;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Batches on disk, one file each, named by its id: whole, since a file gets its name when it has been
/// written. Locked against other processes. Confined to who holds the lock of the [Outbox].
final class SpillFolder implements AutoCloseable {
    private record Entry(int events, long bytes) {}

    private static final String SUFFIX = ".lines";
    private static final String PARTIAL = ".part";

    private final Path folder;
    private final long bound;
    private final LockedFile lock;
    private final NavigableMap<String, Entry> entries = new TreeMap<>();
    private final String idStart = "%013d".formatted(System.currentTimeMillis());
    private final String idEnd = "%08x".formatted(ThreadLocalRandom.current().nextInt());
    private long bytes;
    private int events;
    private int nextId;
    private @Nullable String late;

    /// Locks the folder, and finds what an earlier process has left.
    ///
    /// @param bound how many bytes it may hold
    /// @throws IOException if it cannot be used, or another appender uses it
    SpillFolder(Path folder, long bound) throws IOException {
        this.folder = folder;
        this.bound = bound;
        Files.createDirectories(folder);
        LockedFile locked = LockedFile.tryOpen(folder.resolve("lock"), CREATE, WRITE);
        if (locked == null) {
            throw new IOException("another appender uses " + folder);
        }
        lock = locked;
        try {
            find();
        } catch (Throwable t) {
            lock.close();
            throw t;
        }
    }

    private void find() throws IOException {
        List<String> names;
        try (Stream<Path> files = Files.list(folder)) {
            names = files.map(file -> file.getFileName().toString()).toList();
        }
        for (String name : names) {
            if (name.endsWith(PARTIAL)) {
                Files.delete(folder.resolve(name)); // a kill came before it was whole
            } else if (name.endsWith(SUFFIX)) {
                String id = name.substring(0, name.length() - SUFFIX.length());
                byte[] body = wholeLines(Files.readAllBytes(file(id)));
                if (body.length == 0) {
                    Files.delete(file(id));
                } else {
                    put(id, lines(body), Files.size(file(id)));
                }
            }
        }
    }

    /// A kill may have cut the last line off.
    private static byte[] wholeLines(byte[] found) {
        int end = found.length;
        while (end > 0 && found[end - 1] != '\n') {
            end--;
        }
        return Arrays.copyOf(found, end);
    }

    private static int lines(byte[] body) {
        int count = 0;
        for (byte b : body) {
            count += b == '\n' ? 1 : 0;
        }
        return count;
    }

    private Path file(String id) {
        return folder.resolve(id + SUFFIX);
    }

    String newId() {
        return "%s-%08d-%s".formatted(idStart, nextId++, idEnd);
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    boolean has(String id) {
        return entries.containsKey(id);
    }

    /// How many events there are.
    int events() {
        return events;
    }

    /// Adds a batch.
    ///
    /// @throws IOException if it is full, or the disk is
    void write(Batch batch) throws IOException {
        checkRoom(batch.body().length);
        Path partial = folder.resolve(batch.id() + PARTIAL);
        try {
            Files.write(partial, batch.body());
            Files.move(partial, file(batch.id()), ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(partial); // a full disk has no room for it
            throw e;
        }
        put(batch.id(), batch.events(), batch.body().length);
    }

    /// Adds a line to the file of those that came after the end; to a new one if that is a batch, or could not
    /// be written and may end within a line.
    void writeLate(byte[] line, Outbox.Bounds bounds) throws IOException {
        checkRoom(line.length);
        String id = late != null && hasRoom(late, line.length, bounds) ? late : newId();
        late = null;
        Files.write(file(id), line, CREATE, APPEND);
        late = id;
        Entry before = entries.getOrDefault(id, new Entry(0, 0));
        entries.put(id, new Entry(before.events + 1, before.bytes + line.length));
        events++;
        bytes += line.length;
    }

    private boolean hasRoom(String id, int more, Outbox.Bounds bounds) {
        Entry entry = entries.get(id);
        return entry != null && entry.events < bounds.batchEvents() && entry.bytes + more <= bounds.batchBytes();
    }

    private void checkRoom(long more) throws IOException {
        if (bytes + more > bound) {
            throw new IOException("There are " + bytes + " of at most " + bound + " bytes in " + folder);
        }
    }

    /// The oldest one; not to be called when it is empty.
    ///
    /// @throws IOException if it cannot be read; its place is then given up
    Batch oldest() throws IOException {
        Map.Entry<String, Entry> oldest = entries.entrySet().iterator().next();
        String id = oldest.getKey();
        // an event may have been of many lines
        return new Batch(id, oldest.getValue().events, wholeLines(Files.readAllBytes(file(id))));
    }

    /// Gives up the place of the oldest one, whose file cannot be read, and stays.
    ///
    /// @return how many events it has
    int forgetOldest() {
        return forget(entries.firstKey());
    }

    /// Removes a batch.
    ///
    /// @throws IOException if the file is still there: the next process will post it again
    void delete(String id) throws IOException {
        forget(id);
        Files.deleteIfExists(file(id));
    }

    private void put(String id, int count, long length) {
        entries.put(id, new Entry(count, length));
        bytes += length;
        events += count;
    }

    private int forget(String id) {
        Entry entry = entries.remove(id);
        if (entry == null) {
            return 0;
        }
        bytes -= entry.bytes;
        events -= entry.events;
        return entry.events;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
