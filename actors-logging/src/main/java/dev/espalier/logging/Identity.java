package dev.espalier.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.espalier.actor.ActorRef;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/// Whose event it is, key by key. An event that names an actor itself, by a key-value pair `actor`, is about
/// that one, and shows nothing of the actor whose code made the call.
final class Identity {
    static final String ACTOR = "actor";
    static final String INCARNATION = "incarnation";
    static final String MESSAGE = "messageType";

    private Identity() {}

    /// What an event shows for one of the keys above.
    static @Nullable String of(ILoggingEvent event, String key) {
        String named = Captured.named(event.getKeyValuePairs(), key);
        if (named != null || isNamed(event.getKeyValuePairs())) {
            return named;
        }
        ActorRef<?> actor = event instanceof ActorEvent own ? own.actor() : ActorRef.current();
        if (actor == null) {
            return null;
        }
        return switch (key) {
            case ACTOR -> actor.path();
            case INCARNATION ->
                Integer.toString(event instanceof ActorEvent own ? own.incarnation() : actor.incarnation());
            default -> typeName(event instanceof ActorEvent own ? own.message() : typeOf(actor.handling()));
        };
    }

    static boolean isNamed(@Nullable List<KeyValuePair> pairs) {
        return Captured.named(pairs, ACTOR) != null;
    }

    static @Nullable Class<?> typeOf(@Nullable Object message) {
        return message == null ? null : message.getClass();
    }

    /// All that there is to show of the actor of an event, its labels last.
    static void forEach(ActorEvent event, BiConsumer<String, String> action) {
        ActorRef<?> actor = event.actor();
        if (actor != null) {
            action.accept(ACTOR, actor.path());
            action.accept(INCARNATION, Integer.toString(event.incarnation()));
            String type = typeName(event.message());
            if (type != null) {
                action.accept(MESSAGE, type);
            }
            actor.labels().forEach(action);
        }
    }

    /// Without the package; of a nested class with those around it: `Order.Place`.
    private static @Nullable String typeName(@Nullable Class<?> type) {
        if (type == null) {
            return null;
        }
        String name = type.getName();
        return name.substring(name.lastIndexOf('.') + 1).replace('$', '.');
    }
}
