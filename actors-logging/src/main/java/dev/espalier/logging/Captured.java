package dev.espalier.logging;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;
import org.slf4j.helpers.MessageFormatter;

/// The parts of an event that may change after the call, made fast.
final class Captured {
    /// Up to two arguments are put into an array by Logback, unless their caller has made one itself, which is not
    /// to be told; a longer one is always the caller's.
    private static final int OWN_ARRAY = 2;

    private Captured() {}

    /// The arguments themselves, or a copy in which those that may change are text.
    static Object @Nullable [] arguments(Object @Nullable [] given, Capture capture) {
        if (given == null || capture == Capture.BY_REFERENCE) {
            return given;
        }
        boolean copied = given.length > OWN_ARRAY;
        Object[] kept = copied ? given.clone() : given;
        for (int i = 0; i < given.length; i++) {
            Object value = given[i];
            if (capture == Capture.EAGER ? !(value instanceof String) : !Immutables.isImmutable(value)) {
                kept = copied ? kept : given.clone();
                copied = true;
                kept[i] = text("{}", new Object[] {value});
            }
        }
        return kept;
    }

    static @Nullable List<KeyValuePair> pairs(@Nullable List<KeyValuePair> given, Capture capture) {
        if (given == null || capture == Capture.BY_REFERENCE) {
            return given;
        }
        List<KeyValuePair> kept = new ArrayList<>(given.size());
        for (KeyValuePair pair : given) {
            kept.add(
                    Immutables.isImmutable(pair.value)
                            ? pair
                            : new KeyValuePair(pair.key, text("{}", new Object[] {pair.value})));
        }
        return kept;
    }

    /// The value of a pair with this key, if it is text or a whole number.
    static @Nullable String named(@Nullable List<KeyValuePair> pairs, String key) {
        if (pairs != null) {
            for (KeyValuePair pair : pairs) {
                if (key.equals(pair.key) && (pair.value instanceof String || pair.value instanceof Integer)) {
                    return pair.value.toString();
                }
            }
        }
        return null;
    }

    /// What SLF4J makes of it; never throws for what an argument's `toString` throws.
    static String text(String message, Object @Nullable [] arguments) {
        String text = MessageFormatter.basicArrayFormat(message, arguments);
        return text == null ? "null" : text;
    }
}
