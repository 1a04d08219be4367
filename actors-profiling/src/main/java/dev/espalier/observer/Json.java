package dev.espalier.observer;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Writes JSON, without spaces. Written by hand: a few flat shapes are no reason for a library that users must
/// then have, too. Confined.
final class Json {
    private final StringBuilder text;
    private boolean first = true;

    Json(int capacity) {
        text = new StringBuilder(capacity);
    }

    /// What is written so far.
    byte[] bytes() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    int length() {
        return text.length();
    }

    private void comma() {
        if (first) {
            first = false;
        } else {
            text.append(',');
        }
    }

    private Json open(char bracket) {
        comma();
        text.append(bracket);
        first = true;
        return this;
    }

    private Json close(char bracket) {
        text.append(bracket);
        first = false;
        return this;
    }

    Json object() {
        return open('{');
    }

    Json endObject() {
        return close('}');
    }

    Json array() {
        return open('[');
    }

    Json endArray() {
        return close(']');
    }

    Json name(String name) {
        value(name);
        text.append(':');
        first = true;
        return this;
    }

    Json value(long number) {
        comma();
        text.append(number);
        return this;
    }

    /// At most one digit after the point.
    Json value(double number) {
        comma();
        long tenths = Double.isFinite(number) ? Math.round(number * 10) : 0;
        if (tenths % 10 == 0) {
            text.append(tenths / 10);
        } else {
            text.append(BigDecimal.valueOf(tenths, 1).setScale(1, RoundingMode.UNNECESSARY));
        }
        return this;
    }

    Json value(boolean yes) {
        comma();
        text.append(yes);
        return this;
    }

    Json value(@Nullable String string) {
        comma();
        if (string == null) {
            text.append("null");
            return this;
        }
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            character(string.charAt(i));
        }
        text.append('"');
        return this;
    }

    private void character(char c) {
        if (c == '"' || c == '\\') {
            text.append('\\').append(c);
        } else if (c < 0x20 || c == '\u2028' || c == '\u2029' || Character.isSurrogate(c)) { // ends of lines to some
            text.append(String.format("\\u%04x", (int) c));
        } else {
            text.append(c);
        }
    }

    /// In milliseconds, to a nanosecond.
    Json millis(Duration time) {
        comma();
        text.append(BigDecimal.valueOf(time.toNanos(), 6).stripTrailingZeros().toPlainString());
        return this;
    }

    /// Something that is JSON already.
    Json raw(CharSequence json) {
        comma();
        text.append(json);
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
