package dev.espalier.observer;

import java.util.Locale;

/// Constants as the page writes them.
final class Words {
    private Words() {}

    /// `LEFT_OVER` as `left over`.
    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
