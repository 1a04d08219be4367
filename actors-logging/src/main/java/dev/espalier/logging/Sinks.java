package dev.espalier.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.AppenderAttachable;
import ch.qos.logback.core.status.StatusListener;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The wrapped appenders. One thread at a time writes, see [Turn]; attaching is thread-safe.
///
/// *Group flush.* Logback's appenders that write to a stream flush it after each event, unless they are told
/// not to, by their property `immediateFlush`. They are told so, and their streams are flushed here. Not a
/// `prudent` file, of which other processes write lines, too: it is locked for one event, flush and all.
final class Sinks implements AppenderAttachable<ILoggingEvent> {
    private final List<Appender<ILoggingEvent>> all = new CopyOnWriteArrayList<>();
    private final Streams streams = new Streams();
    private final Swallowed swallowed = new Swallowed();
    private volatile boolean groupFlush = true;

    void groupFlush(boolean value) {
        groupFlush = value;
        all.forEach(this::tellToFlush);
    }

    /// Gives the event to every sink; if one does not take it, or there is none, to standard error, too.
    ///
    /// @return whether there is one, and every one took the event without throwing
    boolean write(ILoggingEvent event) {
        boolean well = true;
        boolean any = false;
        for (Appender<ILoggingEvent> sink : all) {
            well &= write(sink, event);
            any = true;
        }
        if (!any) { // they were detached
            LastResort.say("No appender is left for: " + Text.of(event));
        }
        return well && any;
    }

    private boolean write(Appender<ILoggingEvent> sink, ILoggingEvent event) {
        try {
            boolean started = sink.isStarted();
            if (started) {
                streams.watch(sink);
                swallowed.begin(sink);
                sink.doAppend(event);
            }
            if (swallowed.hasFailed()) {
                streams.sinkFailed(sink);
            }
            if (started && sink.isStarted()) { // one that stops itself has failed over this event
                if (streams.isWell(sink) && !swallowed.hasFailed()) {
                    return true;
                }
                LastResort.say("The appender " + sink.getName() + " could not write: " + Text.of(event));
                return false;
            }
            LastResort.say("The appender " + sink.getName() + " is not started: " + Text.of(event));
        } catch (Throwable t) {
            LastResort.say(
                    "The appender " + sink.getName() + " threw " + t.getClass().getName() + ": " + Text.of(event));
        }
        return false;
    }

    /// Flushes what is not flushed after each event.
    ///
    /// @return whether nothing was thrown, and no stream has failed since the flush before
    boolean flush() {
        return flush(false);
    }

    /// The end of group flush: what sinks hold back is flushed, also events that did not come from here, and from
    /// now on each event is, whoever writes it.
    ///
    /// @return as [#flush()]
    boolean flushEach() {
        groupFlush(false);
        return flush(true);
    }

    private boolean flush(boolean each) {
        boolean well = true;
        for (Appender<ILoggingEvent> sink : all) {
            if (sink instanceof OutputStreamAppender<ILoggingEvent> stream && (each || !stream.isImmediateFlush())) {
                well &= flush(stream);
            }
        }
        return streams.flushed() && well;
    }

    private static boolean flush(OutputStreamAppender<ILoggingEvent> sink) {
        try {
            OutputStream stream = sink.getOutputStream();
            if (stream != null) {
                stream.flush();
            }
            return true;
        } catch (IOException | RuntimeException | Error e) {
            LastResort.say("The appender " + sink.getName() + " could not be flushed: " + e + System.lineSeparator());
            return false;
        }
    }

    private void tellToFlush(Appender<ILoggingEvent> sink) {
        if (sink instanceof OutputStreamAppender<ILoggingEvent> stream) {
            stream.setImmediateFlush(!groupFlush || isPrudent(sink));
        }
    }

    private static boolean isPrudent(Appender<ILoggingEvent> sink) {
        return sink instanceof FileAppender<ILoggingEvent> file && file.isPrudent();
    }

    /// To be told of what Logback tells its status.
    StatusListener listener() {
        return swallowed;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /// The file of the first sink that has one.
    @Nullable
    String file() {
        for (Appender<ILoggingEvent> sink : all) {
            if (sink instanceof FileAppender<ILoggingEvent> appender) {
                return appender.getFile();
            }
        }
        return null;
    }

    /// The encoder of that, or of the first sink that has one.
    @Nullable
    Encoder<ILoggingEvent> encoder() {
        Encoder<ILoggingEvent> first = null;
        for (Appender<ILoggingEvent> sink : all) {
            if (sink instanceof FileAppender<ILoggingEvent> appender) {
                return appender.getEncoder();
            }
            if (first == null && sink instanceof OutputStreamAppender<ILoggingEvent> appender) {
                first = appender.getEncoder();
            }
        }
        return first;
    }

    // As Logback has it.

    @Override
    public void addAppender(Appender<ILoggingEvent> sink) {
        if (!all.contains(sink)) {
            tellToFlush(sink);
            all.add(sink);
        }
    }

    @Override
    public Iterator<Appender<ILoggingEvent>> iteratorForAppenders() {
        return all.iterator();
    }

    @Override
    public @Nullable Appender<ILoggingEvent> getAppender(String name) {
        return all.stream()
                .filter(sink -> name.equals(sink.getName()))
                .findFirst()
                .orElse(null);
    }

    @Override
    public boolean isAttached(Appender<ILoggingEvent> sink) {
        return all.contains(sink);
    }

    @Override
    public void detachAndStopAllAppenders() {
        all.forEach(Appender::stop);
        all.clear();
    }

    /// It flushes each event again.
    @Override
    public boolean detachAppender(Appender<ILoggingEvent> sink) {
        boolean removed = all.remove(sink);
        if (removed && groupFlush && sink instanceof OutputStreamAppender<ILoggingEvent> stream) {
            stream.setImmediateFlush(true);
            flush(stream);
        }
        return removed;
    }

    @Override
    public boolean detachAppender(String name) {
        Appender<ILoggingEvent> sink = getAppender(name);
        return sink != null && detachAppender(sink);
    }
}
