package dev.espalier.benchmarks.log;

/// A log with a queue of 64k events that drops nothing, over a pattern.
public interface Log extends AutoCloseable {
    /// Its queue.
    int QUEUE = 65_536;
    /// What a line says.
    String MESSAGE = "{} {} order shipped";

    /// Starts the one of this name: `espalier`, `async` (Logback's AsyncAppender), `log4j2`, `sync`, or `nothing`,
    /// which is Logback with an appender that does nothing: what nobody who appends can save.
    ///
    /// @param sink where lines go: `file`, or `memory`, which is nowhere
    static Log start(String name, String sink) {
        Lines lines = Lines.to(sink);
        return switch (name) {
            case "sync" -> LogbackLog.sync(lines);
            case "async" -> LogbackLog.async(lines);
            case "nothing" -> LogbackLog.nothing();
            case "espalier" -> LogbackLog.espalier(lines);
            case "log4j2" -> new Log4jLog(lines);
            default -> throw new IllegalArgumentException("There is no log " + name);
        };
    }

    /// Logs a line.
    void log(Object producer, Object number);

    /// How many lines its sink has taken and flushed.
    long written();

    @Override
    void close();
}
