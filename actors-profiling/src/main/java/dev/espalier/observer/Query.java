package dev.espalier.observer;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What stands behind the question mark. Immutable.
record Query(Map<String, String> words) {
    private static final int SHOWN = 40;

    static Query of(URI uri) throws Refusal {
        Map<String, String> words = new HashMap<>();
        String raw = uri.getRawQuery();
        for (String part : (raw == null ? "" : raw).split("&", -1)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                words.put(part.substring(0, equals), decoded(part.substring(equals + 1)));
            }
        }
        return new Query(Map.copyOf(words));
    }

    private static String decoded(String text) throws Refusal {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Refusal(400, "The query cannot be read.");
        }
    }

    /// For an answer.
    static String bounded(String text) {
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    }

    String word(String name) {
        return words.getOrDefault(name, "");
    }

    int number(String name, int unlessGiven, int least, int most) throws Refusal {
        String text = words.get(name);
        if (text == null) {
            return unlessGiven;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new Refusal(400, name + " is a number from " + least + " to " + most + ".");
    }

    <E extends Enum<E>> E constant(String name, Class<E> type, String unlessGiven) throws Refusal {
        E found = constant(words.getOrDefault(name, unlessGiven), type);
        if (found == null) {
            StringBuilder all = new StringBuilder();
            for (E each : type.getEnumConstants()) {
                all.append(all.isEmpty() ? "" : ", ").append(Words.of(each));
            }
            throw new Refusal(400, name + " is one of " + all + ".");
        }
        return found;
    }

    static <E extends Enum<E>> @Nullable E constant(String text, Class<E> type) {
        for (E each : type.getEnumConstants()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
                return each;
            }
        }
        return null;
    }
}
