package dev.espalier.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// A sink that keeps messages as text, does what a test wants before it keeps one, and waits at a gate that a
/// test may close.
final class Lines extends UnsynchronizedAppenderBase<ILoggingEvent> {
    final List<String> messages = new CopyOnWriteArrayList<>();
    final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
    final Semaphore entered = new Semaphore(0);
    private final Semaphore gate = new Semaphore(Integer.MAX_VALUE / 2);
    private volatile Consumer<ILoggingEvent> before = event -> {};

    static Lines in(LoggerContext context) {
        Lines lines = new Lines();
        lines.setName("lines");
        lines.setContext(context);
        lines.start();
        return lines;
    }

    Lines before(Consumer<ILoggingEvent> action) {
        before = action;
        return this;
    }

    void closeGate() {
        gate.drainPermits();
    }

    void openGate() {
        gate.release(Integer.MAX_VALUE / 2);
    }

    /// Lets errors and exceptions through, as appenders that are not Logback's own do.
    @Override
    public void doAppend(ILoggingEvent event) {
        entered.release();
        gate.acquireUninterruptibly();
        before.accept(event);
        messages.add(event.getFormattedMessage());
        events.add(event);
    }

    @Override
    protected void append(ILoggingEvent event) {}
}
