package dev.espalier.logging;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.espalier.actor.ActorRef;
import org.jspecify.annotations.Nullable;

/// `%actor` in a pattern: the path of the actor that logged the event, or `-`. `%actor{none}` shows that word
/// instead.
///
/// ```xml
/// <conversionRule conversionWord="actor" class="dev.espalier.logging.ActorConverter" />
/// ```
///
/// Below an [ActorAppender] it is the actor at the time of the call; in any other appender the one whose code
/// runs while the event is written. An event with a key-value pair `actor` shows that, as crash reports do.
public final class ActorConverter extends ClassicConverter {
    /// For Logback.
    public ActorConverter() {}

    @Override
    public String convert(ILoggingEvent event) {
        String path = path(event);
        if (path != null) {
            return path;
        }
        String other = getFirstOption();
        return other == null ? "-" : other;
    }

    static @Nullable String path(ILoggingEvent event) {
        if (event instanceof ActorEvent own) {
            return own.actorPath();
        }
        String named = Captured.named(event.getKeyValuePairs(), ActorEvent.KEY);
        ActorRef<?> current = ActorRef.current();
        return named != null || current == null ? named : current.path();
    }
}
