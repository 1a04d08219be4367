package dev.espalier.benchmarks.log;

/// A log with a queue of 64k events that drops nothing, over a pattern that goes nowhere.
public interface Log extends AutoCloseable {
    /// Its queue.
    int QUEUE = 65_536;
    /// What a line says.
    String MESSAGE = "{} {} order shipped";

    /// Starts the one of this name: `espalier`, `async` (Logback's AsyncAppender), `log4j2`, `sync`, or `nothing`,
    /// which is Logback with an appender that does nothing: what nobody who appends can save.
    static Log start(String name) {
        return switch (name) {
            case "sync" -> LogbackLog.sync();
            case "async" -> LogbackLog.async();
            case "nothing" -> LogbackLog.nothing();
            case "espalier" -> LogbackLog.espalier();
            case "log4j2" -> new Log4jLog();
            default -> throw new IllegalArgumentException("There is no log " + name);
        };
    }

    /// Logs a line.
    void log(Object producer, Object number);

    /// How many lines its sink has taken.
    long written();

    @Override
    void close();
}
