package dev.espalier.logging;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.List;

/// `%actor` in a pattern: the path of the actor that logged the event, or `-`.
///
/// | | shows |
/// |---|---|
/// | `%actor{none}` | that word where there is no actor |
/// | `%actor{-, incarnation}` | which of its lives the actor was in: 1, 2, … |
/// | `%actor{-, message}` | the class of the message that it handled, as in `Order.Place` |
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

    private String key = Identity.ACTOR;
    private String other = "-";

    /// Reads the options.
    @Override
    public void start() {
        List<String> options = getOptionList();
        if (options != null && !options.isEmpty()) {
            other = options.getFirst();
            if (options.size() > 1) {
                key = keyOf(options.get(1).strip());
            }
        }
        super.start();
    }

    private String keyOf(String what) {
        return switch (what) {
            case "path" -> Identity.ACTOR;
            case "incarnation" -> Identity.INCARNATION;
            case "message" -> Identity.MESSAGE;
            default -> {
                addError("%actor shows path, incarnation or message, not " + what);
                yield Identity.ACTOR;
            }
        };
    }

    @Override
    public String convert(ILoggingEvent event) {
        String shown = Identity.of(event, key);
        return shown == null ? other : shown;
    }
}
