package dev.espalier.logging;

import ch.qos.logback.classic.layout.TTLLLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;

/// An event as text, for where no sink does it: standard error and the spill file. And texts within bounds.
final class Text {
    private static final TTLLLayout LAYOUT = new TTLLLayout();

    static {
        LAYOUT.start();
    }

    private Text() {}

    /// Ends with a line break; never throws.
    static String of(ILoggingEvent event) {
        try {
            return LAYOUT.doLayout(event);
        } catch (Throwable t) {
            return event.getClass().getName() + " cannot be shown: "
                    + t.getClass().getName() + System.lineSeparator();
        }
    }

    /// The beginning of a text, with a mark if that is not all.
    ///
    /// @param most characters of the result, positive
    static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most - 1) + "…";
    }
}
