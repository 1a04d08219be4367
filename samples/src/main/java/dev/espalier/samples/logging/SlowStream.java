package dev.espalier.samples.logging;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// A stream that takes 50 µs for each line.
final class SlowStream extends FilterOutputStream {
    private static final long NANOS = 50_000;
    private volatile long lines;

    SlowStream(OutputStream out) {
        super(out);
    }

    long lines() {
        return lines;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        int begin = offset;
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] == '\n') {
                waste();
                out.write(bytes, begin, i + 1 - begin);
                begin = i + 1;
                lines++;
            }
        }
        out.write(bytes, begin, offset + length - begin);
    }

    private static void waste() {
        long until = System.nanoTime() + NANOS;
        while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
    }
}
