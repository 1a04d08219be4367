package dev.espalier.logging;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import dev.espalier.actor.LogSource;
import dev.espalier.sync.Registration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Shows what [ActorAppender]s write to who follows it, such as the observer's page. Found by
/// [java.util.ServiceLoader]. Events that do not pass through an [ActorAppender] are not seen.
///
/// *Threads.* Thread-safe. *Cost.* None for callers; a look at a list for the writer, and the making of a line
/// for each event while somebody follows. *Memory.* None: it keeps nothing.
public final class LogTail implements LogSource {
    private static final int TEXT = 1_000;
    private static final int STACK = 3_000;
    private static final List<Reader> READERS = new CopyOnWriteArrayList<>();

    /// One registration.
    private static final class Reader {
        final Consumer<? super Line> action;

        Reader(Consumer<? super Line> action) {
            this.action = action;
        }
    }

    /// For the ServiceLoader.
    public LogTail() {}

    @Override
    public Registration follow(Consumer<? super Line> reader) {
        Reader own = new Reader(Objects.requireNonNull(reader, "reader"));
        READERS.add(own);
        return () -> READERS.remove(own);
    }

    /// An event that was given to the sinks; by the writer, which may have to ask arguments for their text.
    static void show(ActorEvent event) {
        if (READERS.isEmpty()) {
            return;
        }
        try {
            Line line = line(event);
            READERS.forEach(reader -> give(reader, line));
        } catch (Throwable t) { // an argument's text; the sinks tell of it
            READERS.forEach(reader -> give(reader, new Line(event.getTimeStamp(), "ERROR", "", "", t.toString())));
        }
    }

    private static void give(Reader reader, Line line) {
        try {
            reader.action.accept(line);
        } catch (Throwable t) { // the log must not suffer from it
            READERS.remove(reader);
            LastResort.say("Somebody who followed the log threw " + t + System.lineSeparator());
        }
    }

    private static Line line(ActorEvent event) {
        String actor = Identity.of(event, Identity.ACTOR);
        String text = Text.cut(String.valueOf(event.getFormattedMessage()), TEXT);
        IThrowableProxy thrown = event.getThrowableProxy();
        return new Line(
                event.getTimeStamp(),
                event.getLevel().toString(),
                event.getLoggerName(),
                actor == null ? "" : actor,
                thrown == null ? text : text + "\n" + Text.cut(ThrowableProxyUtil.asString(thrown), STACK));
    }
}
