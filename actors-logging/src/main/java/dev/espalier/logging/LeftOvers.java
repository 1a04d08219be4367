package dev.espalier.logging;

import ch.qos.logback.classic.util.LogbackMDCAdapter;
import org.slf4j.MDC;
import org.slf4j.spi.MDCAdapter;

/// What turns leave in the MDC of their worker.
final class LeftOvers {
    private static final MDCAdapter MDC_ADAPTER = MDC.getMDCAdapter();

    private LeftOvers() {}

    /// Two reads of thread locals where nothing is left.
    static void clear() {
        boolean isEmpty = MDC_ADAPTER instanceof LogbackMDCAdapter logback
                ? logback.getPropertyMap() == null
                : MDC_ADAPTER.getCopyOfContextMap() == null;
        if (!isEmpty) {
            MDC_ADAPTER.clear();
        }
    }
}
