package dev.espalier.observer;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Constants as the page writes them.
final class Words {
    private Words() {}

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// `LEFT_OVER` as `left over`.
    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
