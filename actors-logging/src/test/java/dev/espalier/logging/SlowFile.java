package dev.espalier.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;

/// A file that takes 50 µs for each event.
public final class SlowFile extends FileAppender<ILoggingEvent> {
    private static final long NANOS = 50_000;

    @Override
    protected void subAppend(ILoggingEvent event) {
        long until = System.nanoTime() + NANOS;
        while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
        super.subAppend(event);
    }
}
