package dev.espalier.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.CallerData;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggerContextVO;
import dev.espalier.actor.ActorRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;

/// An event as it was at the moment of the call: Logback's own by reference, plus what its caller alone knows.
///
/// Made on the caller. The thread's name and the MDC are asked for there, since Logback's event reads them from
/// the current thread when first asked; the path of the actor is only made when somebody wants it.
final class ActorEvent implements ILoggingEvent {
    static final String KEY = "actor";

    private final ILoggingEvent event;
    private final @Nullable ActorRef<?> actor;
    private final Object @Nullable [] arguments;
    private final @Nullable List<KeyValuePair> pairs;
    private final ActorKey actorKey;
    /// Of arguments that are not those of the event; made by whoever asks first, the same by each.
    private @Nullable String text;
    /// Where the [Journal] has it; by who has the event.
    int place;

    ActorEvent(ILoggingEvent event, Capture capture, ActorKey actorKey) {
        this.event = event;
        this.actor = ActorRef.current();
        this.actorKey = actorKey;
        arguments = Captured.arguments(event.getArgumentArray(), capture);
        pairs = Captured.pairs(event.getKeyValuePairs(), capture);
        event.getThreadName();
        event.getMDCPropertyMap();
        if (capture == Capture.EAGER) {
            getFormattedMessage();
        }
    }

    /// The path: the one that the event itself names by a key-value pair, else that of the calling actor.
    @Nullable
    String actorPath() {
        String named = Captured.named(event.getKeyValuePairs(), KEY);
        if (named != null) {
            return named;
        }
        return actor == null ? null : actor.path();
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // whether it is that array
    public String getFormattedMessage() {
        if (arguments == event.getArgumentArray()) { // the event keeps its text itself
            return event.getFormattedMessage();
        }
        String made = text;
        if (made == null) {
            made = Captured.text(event.getMessage(), arguments);
            text = made;
        }
        return made;
    }

    @Override
    public Object @Nullable [] getArgumentArray() {
        return arguments;
    }

    @Override
    public Map<String, String> getMDCPropertyMap() {
        Map<String, String> mdc = event.getMDCPropertyMap();
        String path = actorKey == ActorKey.MDC ? actorPath() : null;
        if (path == null) {
            return mdc;
        }
        Map<String, String> with = new HashMap<>(mdc);
        with.putIfAbsent(KEY, path);
        return with;
    }

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester")
    public Map<String, String> getMdc() {
        return getMDCPropertyMap();
    }

    @Override
    public @Nullable List<KeyValuePair> getKeyValuePairs() {
        if (actorKey != ActorKey.KEY_VALUE || actor == null || Captured.named(pairs, KEY) != null) {
            return pairs;
        }
        List<KeyValuePair> with = pairs == null ? new ArrayList<>(1) : new ArrayList<>(pairs);
        with.add(new KeyValuePair(KEY, actor.path()));
        return with;
    }

    /// Only what the caller has captured: here it would be the writer's stack.
    @Override
    public StackTraceElement[] getCallerData() {
        return event.hasCallerData() ? event.getCallerData() : CallerData.EMPTY_CALLER_DATA_ARRAY;
    }

    @Override
    public boolean hasCallerData() {
        return event.hasCallerData();
    }

    /// All done by the constructor.
    @Override
    public void prepareForDeferredProcessing() {}

    // As the event says.

    @Override
    public String getThreadName() {
        return event.getThreadName();
    }

    @Override
    public Level getLevel() {
        return event.getLevel();
    }

    @Override
    public String getMessage() {
        return event.getMessage();
    }

    @Override
    public String getLoggerName() {
        return event.getLoggerName();
    }

    @Override
    public LoggerContextVO getLoggerContextVO() {
        return event.getLoggerContextVO();
    }

    @Override
    public @Nullable IThrowableProxy getThrowableProxy() {
        return event.getThrowableProxy();
    }

    @Override
    public @Nullable List<Marker> getMarkerList() {
        return event.getMarkerList();
    }

    @Override
    public long getTimeStamp() {
        return event.getTimeStamp();
    }

    @Override
    public int getNanoseconds() {
        return event.getNanoseconds();
    }

    @Override
    public Instant getInstant() {
        return event.getInstant();
    }

    @Override
    public long getSequenceNumber() {
        return event.getSequenceNumber();
    }

    @Override
    public String toString() {
        return "[" + getLevel() + "] " + getFormattedMessage();
    }
}
