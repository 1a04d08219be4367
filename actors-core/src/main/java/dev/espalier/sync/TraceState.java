package dev.espalier.sync;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The header `tracestate`: up to 32 entries `key=value`, no key twice, the latest first.
final class TraceState {
    private static final int MOST = 32;
    private static final Pattern KEY =
            Pattern.compile("[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13}");
    private static final Pattern VALUE = Pattern.compile("[ -+\\--<>-~]{0,255}[!-+\\--<>-~]");

    private TraceState() {}

    /// Without what may be left out.
    ///
    /// @return empty if there is none or it is not valid, for half of it could mislead
    static String parse(@Nullable String text) {
        Set<String> keys = new HashSet<>();
        List<String> entries = entries(text == null ? "" : text);
        for (String entry : entries) {
            int sign = entry.indexOf('=');
            if (sign < 0
                    || !isKey(entry.substring(0, sign))
                    || !isValue(entry.substring(sign + 1))
                    || !keys.add(entry.substring(0, sign))) {
                return "";
            }
        }
        return entries.size() > MOST ? "" : String.join(",", entries);
    }

    /// @param state valid
    static String with(String state, String key, String value) {
        if (!isKey(key) || !isValue(value)) {
            throw new IllegalArgumentException("No entry of a tracestate: " + key + "=" + value);
        }
        List<String> entries = entries(state);
        entries.removeIf(each -> each.startsWith(key + "="));
        entries.addFirst(key + "=" + value);
        return String.join(",", entries.subList(0, Math.min(MOST, entries.size())));
    }

    private static List<String> entries(String text) {
        List<String> entries = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            String entry = each.strip();
            if (!entry.isEmpty()) {
                entries.add(entry);
            }
        }
        return entries;
    }

    private static boolean isKey(String text) {
        return KEY.matcher(text).matches();
    }

    private static boolean isValue(String text) {
        return VALUE.matcher(text).matches();
    }
}
