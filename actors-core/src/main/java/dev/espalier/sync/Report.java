package dev.espalier.sync;

import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Where an error goes that has no caller to be thrown to.
final class Report {
    private Report() {}

    /// Logs it; if even that fails, prints it to the standard error stream. Never throws.
    static void error(String what, @Nullable Throwable error) {
        try {
            // Not a static field: the first use of slf4j takes its time, and a class initialiser would pin carriers.
            LoggerFactory.getLogger(Report.class).error(what, error);
        } catch (Throwable second) {
            lastResort(what, error, second);
        }
    }

    /// Logs a warning. Never throws.
    static void warn(String what) {
        try {
            LoggerFactory.getLogger(Report.class).warn(what);
        } catch (Throwable second) {
            lastResort(what, null, second);
        }
    }

    @SuppressWarnings("SystemOut")
    private static void lastResort(String what, @Nullable Throwable error, Throwable second) {
        try {
            System.err.println(what + ": " + error + " (and the log failed: " + second + ")");
        } catch (Throwable ignored) {
            // Nothing is left that could be told.
        }
    }
}
