package dev.espalier.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.recovery.RecoveryListener;
import ch.qos.logback.core.recovery.ResilientOutputStreamBase;
import java.io.IOException;
import java.io.OutputStream;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/// Knows which of Logback's streams fail. They swallow what the disk throws, and then also events, in
/// silence, until an attempt to write succeeds again; but they tell a listener of both moments.
///
/// A stream is watched from the first event on; a new one (after a roll-over) from its first event on.
/// Confined to the holder of the [Turn].
final class Streams {
    private static final class Watch implements RecoveryListener {
        private final OutputStream stream;
        private boolean fails;
        private boolean failed;

        Watch(OutputStream stream) {
            this.stream = stream;
        }

        @Override
        public void newFailure(IOException e) {
            fails = true;
            failed = true;
        }

        @Override
        public void recoveryOccured() {
            fails = false;
        }
    }

    private final IdentityHashMap<Appender<ILoggingEvent>, Watch> watches = new IdentityHashMap<>();

    @SuppressWarnings("ReferenceEquality") // whether it is that stream
    void watch(Appender<ILoggingEvent> sink) {
        OutputStream stream = stream(sink);
        Watch watch = watches.get(sink);
        if (stream instanceof ResilientOutputStreamBase resilient && (watch == null || watch.stream != stream)) {
            Watch made = new Watch(stream);
            made.failed = watch != null && watch.failed;
            resilient.addRecoveryListener(made);
            watches.put(sink, made);
        }
    }

    private static @Nullable OutputStream stream(Appender<ILoggingEvent> sink) {
        return sink instanceof OutputStreamAppender<ILoggingEvent> appender ? appender.getOutputStream() : null;
    }

    /// To be asked after each event.
    ///
    /// @return whether the stream of the sink has taken the last event, as far as one can know before a flush
    boolean isWell(Appender<ILoggingEvent> sink) {
        Watch watch = watches.get(sink);
        return watch == null || !watch.fails;
    }

    /// The sink has told of an error while it took an event. If it also has another stream now (a roll-over), the old
    /// one could not be closed: it may lack what was in its buffer, of which it tells no listener.
    @SuppressWarnings("ReferenceEquality") // whether it is that stream
    void sinkFailed(Appender<ILoggingEvent> sink) {
        Watch watch = watches.get(sink);
        if (watch != null && watch.stream != stream(sink)) {
            watch.failed = true;
        }
    }

    /// To be asked after each flush.
    ///
    /// @return whether no stream has failed since the last call
    boolean flushed() {
        boolean well = true;
        for (Watch watch : watches.values()) {
            well &= !watch.failed;
            watch.failed = watch.fails;
        }
        return well;
    }
}
