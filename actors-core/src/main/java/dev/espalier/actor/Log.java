package dev.espalier.actor;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The engine's own log lines. One logger, so that a million actors make no million loggers.
final class Log {
    static final Logger LOG = LoggerFactory.getLogger("dev.espalier.actor");

    private Log() {}

    /// Something failed that has no actor to blame; stderr if even the log fails.
    static void engineError(String what, Throwable t) {
        try {
            LOG.error(what, t);
        } catch (Throwable inLog) {
            System.err.println(what + ": " + t + " (and the log failed: " + inLog + ")");
        }
    }
}
