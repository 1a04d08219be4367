package dev.espalier.benchmarks.log;

import java.io.OutputStream;

/// Counts lines and throws them away. One thread at a time writes.
final class Lines extends OutputStream {
    private volatile long count;

    long count() {
        return count;
    }

    @Override
    public void write(int b) {
        if (b == '\n') {
            add(1);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        int lines = 0;
        for (int i = offset; i < offset + length; i++) {
            lines += bytes[i] == '\n' ? 1 : 0;
        }
        add(lines);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void add(int lines) {
        count += lines;
    }
}
