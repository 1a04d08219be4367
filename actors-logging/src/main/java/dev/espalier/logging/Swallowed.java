package dev.espalier.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.status.StatusListener;
import org.jspecify.annotations.Nullable;

/// Notices exceptions that Logback's own base classes of appenders swallow: of some of them these tell
/// Logback's status, in the call itself. The others nobody can see: `UnsynchronizedAppenderBase`, on which those
/// for streams and files stand, tells of two in half an hour, `AppenderBase` of the first five.
///
/// *Source.* Both classes in Logback 1.5.38, and `SimpleTimeBasedGuard`.
///
/// `current` and `failed` are confined to the holder of the [Turn]: statuses of other threads are ignored.
final class Swallowed implements StatusListener {
    private volatile @Nullable Thread writer;
    private @Nullable Appender<ILoggingEvent> current;
    private boolean failed;

    /// The next statuses of this thread may be about this sink.
    void begin(Appender<ILoggingEvent> sink) {
        current = sink;
        failed = false;
        if (!Thread.currentThread().equals(writer)) {
            writer = Thread.currentThread();
        }
    }

    /// Whether an error was told since the begin.
    boolean hasFailed() {
        return failed;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // whether it is that sink
    public void addStatusEvent(Status status) {
        if (Thread.currentThread().equals(writer)
                && status.getEffectiveLevel() == Status.ERROR
                && status.getOrigin() == current) {
            failed = true;
        }
    }
}
