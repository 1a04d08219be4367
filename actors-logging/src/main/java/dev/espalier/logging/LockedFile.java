package dev.espalier.logging;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A file that is locked as long as it is open: against other processes, and against a second use in this one.
///
/// *Why a table.* Where locks belong to processes, as POSIX has it, closing any channel of a file gives up all
/// locks that the process has on it. So a file that is open here must not be opened again, not even to see that
/// it is locked.
///
/// *Threads.* As the channel.
final class LockedFile implements AutoCloseable {
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private final Path key;
    private final FileChannel channel;

    private LockedFile(Path key, FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /// Opens and locks a file whose folder exists.
    ///
    /// @return null if somebody else has it
    static @Nullable LockedFile tryOpen(Path file, OpenOption... how) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path folder = absolute.getParent();
        Path key = folder == null ? absolute : folder.toRealPath().resolve(absolute.getFileName());
        if (!OPEN.add(key)) {
            return null;
        }
        FileChannel opened = null;
        try {
            opened = lock(FileChannel.open(file, how));
        } finally {
            if (opened == null) {
                OPEN.remove(key);
            }
        }
        return opened == null ? null : new LockedFile(key, opened);
    }

    private static @Nullable FileChannel lock(FileChannel channel) throws IOException {
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return null; // it is open here by another name
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        return locked ? channel : null;
    }

    FileChannel channel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            OPEN.remove(key);
        }
    }
}
