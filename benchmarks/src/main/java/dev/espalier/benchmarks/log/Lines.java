package dev.espalier.benchmarks.log;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Counts the lines that have been written and flushed. One thread at a time writes.
final class Lines extends FilterOutputStream {
    /// After so many bytes a file begins anew: what is measured is the way to the operating system, not the disk.
    private static final long LONGEST = 64 << 20;

    private final @Nullable FileChannel file;
    private long unflushed;
    private volatile long count;

    private Lines(OutputStream to, @Nullable FileChannel file) {
        super(to);
        this.file = file;
    }

    /// @param sink `memory`: nowhere; `file`: a temporary file, through a buffer as Logback's appender for files has it
    static Lines to(String sink) {
        return switch (sink) {
            case "memory" -> new Lines(OutputStream.nullOutputStream(), null);
            case "file" -> toFile();
            default -> throw new IllegalArgumentException("There is no sink " + sink);
        };
    }

    private static Lines toFile() {
        try {
            Path path = Files.createTempFile("lines", ".log");
            path.toFile().deleteOnExit();
            FileOutputStream file = new FileOutputStream(path.toFile());
            return new Lines(new BufferedOutputStream(file), file.getChannel());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long count() {
        return count;
    }

    @Override
    public void write(int b) throws IOException {
        out.write(b);
        unflushed += b == '\n' ? 1 : 0;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        for (int i = offset; i < offset + length; i++) {
            unflushed += bytes[i] == '\n' ? 1 : 0;
        }
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    public void flush() throws IOException {
        out.flush();
        if (file != null && file.position() > LONGEST) {
            file.position(0);
        }
        count += unflushed;
        unflushed = 0;
    }
}
