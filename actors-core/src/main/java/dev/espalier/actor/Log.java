package dev.espalier.actor;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.MessageFormatter;

/// The engine's own log lines. One logger, so that a million actors make no million loggers.
///
/// *Failure.* Nothing is thrown, whatever an appender, a filter or an argument throws: a step of an actor's life that
/// ended at its log line would leave the actor where it is for ever. What cannot be logged, errors and warnings, goes
/// to stderr.
final class Log {
    private static final Logger LOG = LoggerFactory.getLogger("dev.espalier.actor");

    private Log() {}

    /// Something failed that has no actor to blame.
    static void engineError(String what, Throwable t) {
        error(what, t);
    }

    /// @param args as with SLF4J, a throwable last
    static void error(String text, @Nullable Object... args) {
        try {
            LOG.error(text, args);
        } catch (Throwable inLog) {
            lastResort(text, args, inLog);
        }
    }

    static void warn(String text, @Nullable Object... args) {
        try {
            LOG.warn(text, args);
        } catch (Throwable inLog) {
            lastResort(text, args, inLog);
        }
    }

    static void info(String text, @Nullable Object... args) {
        try {
            LOG.info(text, args);
        } catch (Throwable inLog) {
            // Nobody needs to know.
        }
    }

    static void debug(String text, @Nullable Object... args) {
        try {
            LOG.debug(text, args);
        } catch (Throwable inLog) {
            // Nobody needs to know.
        }
    }

    static void trace(String text, @Nullable Object... args) {
        try {
            LOG.trace(text, args);
        } catch (Throwable inLog) {
            // Nobody needs to know.
        }
    }

    static boolean isErrorEnabled() {
        try {
            return LOG.isErrorEnabled();
        } catch (Throwable inLog) {
            return true; // then stderr says it
        }
    }

    @SuppressWarnings("SystemOut")
    private static void lastResort(String text, @Nullable Object[] args, Throwable inLog) {
        try {
            var said = MessageFormatter.arrayFormat(text, args);
            Throwable why = said.getThrowable();
            System.err.println(
                    said.getMessage() + (why == null ? "" : ": " + why) + " (and the log failed: " + inLog + ")");
        } catch (Throwable ignored) {
            // Nothing is left that could be told.
        }
    }
}
