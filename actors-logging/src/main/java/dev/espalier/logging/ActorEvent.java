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
/// Made on the caller. The thread's name and the MDC are asked for there, since Logback's event reads them
/// from the current thread when first asked; what names the actor is only made when somebody wants it.
final class ActorEvent implements ILoggingEvent {
    private static final ActorKey[] KEYS = ActorKey.values();
    private static final int KEY_BITS = 2;

    private final ILoggingEvent event;
    private final @Nullable ActorRef<?> actor;
    private final Object @Nullable [] arguments;
    private final @Nullable List<KeyValuePair> pairs;
    /// The class of the message that the actor handled.
    private final @Nullable Class<?> message;
    /// The incarnation, and the [ActorKey] in the lowest bits.
    private final int bits;
    /// Of arguments that are not those of the event; made by whoever asks first, the same by each.
    private @Nullable String text;
    /// Where the [Journal] has it; by who has the event.
    int place;

    ActorEvent(ILoggingEvent event, Capture capture, ActorKey actorKey) {
        this.event = event;
        ActorRef<?> current = ActorRef.current();
        actor = current;
        message = current == null ? null : Identity.typeOf(current.handling());
        bits = (current == null ? 0 : current.incarnation() << KEY_BITS) | actorKey.ordinal();
        arguments = Captured.arguments(event.getArgumentArray(), capture);
        pairs = Captured.pairs(event.getKeyValuePairs(), capture);
        event.getThreadName();
        event.getMDCPropertyMap();
        if (capture == Capture.EAGER) {
            getFormattedMessage();
        }
    }

    /// Whose code made the call.
    @Nullable
    ActorRef<?> actor() {
        return actor;
    }

    int incarnation() {
        return bits >> KEY_BITS;
    }

    /// The class of the message that the actor handled.
    @Nullable
    Class<?> message() {
        return message;
    }

    private boolean shows(ActorKey where) {
        return KEYS[bits & (1 << KEY_BITS) - 1] == where;
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
        String named = Captured.named(pairs, Identity.ACTOR);
        if (!shows(ActorKey.MDC) || (named == null && actor == null)) {
            return mdc;
        }
        Map<String, String> with = new HashMap<>(mdc);
        if (named == null) {
            Identity.forEach(this, with::putIfAbsent);
        } else {
            with.putIfAbsent(Identity.ACTOR, named);
        }
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
        if (!shows(ActorKey.KEY_VALUE) || actor == null || Identity.isNamed(pairs)) {
            return pairs;
        }
        List<KeyValuePair> with = pairs == null ? new ArrayList<>(4) : new ArrayList<>(pairs);
        Identity.forEach(this, (key, value) -> with.add(new KeyValuePair(key, value)));
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
