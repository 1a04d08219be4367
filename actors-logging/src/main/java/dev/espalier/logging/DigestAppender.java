package dev.espalier.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import ch.qos.logback.core.spi.AppenderAttachableImpl;
import dev.espalier.actor.ProcessEnd;
import dev.espalier.sync.Registration;
import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A Logback appender that collects warnings and errors, and gives the appenders that it wraps one event for
/// each interval in which there were any: a digest, for what people read, such as mail or a chat.
///
/// ```xml
/// <appender name="digest" class="dev.espalier.logging.DigestAppender">
///     <intervalSeconds>600</intervalSeconds>
///     <appender-ref ref="mail" />
/// </appender>
/// ```
///
/// | property | default | |
/// |---|---|---|
/// | `level` | `WARN` | events below it are ignored |
/// | `intervalSeconds` | 60 | how long is collected |
/// | `templates` | 100 | how many kinds of events a digest tells apart; further ones are counted together |
///
/// Events are of one kind if level, logger and unexpanded message are the same. Of each the digest tells how
/// many there were, the first and the last time, the first text, and which actors logged most. Its level is
/// the highest one in it, its logger `dev.espalier.logging.digest`.
///
/// *The end.* What was collected is given when it is stopped, and when the JVM ends, after an [ActorAppender]
/// around it was written; from then on each event is given as it comes.
///
/// *Failure.* What a wrapped appender throws is told on standard error, with the digest. *Threads.*
/// Thread-safe; digests are given on Logback's scheduler, one at a time. *Memory.* Bounded: as many kinds as
/// `templates`, of each one text of 300 characters and 20 actors. *Cost.* A look into a map, under a lock.
public final class DigestAppender extends UnsynchronizedAppenderBase<ILoggingEvent>
        implements AppenderAttachable<ILoggingEvent> {
    private static final String LOGGER = "dev.espalier.logging.digest";
    private static final Duration END_LIMIT = Duration.ofSeconds(5);

    private final AppenderAttachableImpl<ILoggingEvent> wrapped = new AppenderAttachableImpl<>();
    /// Guards `digest`.
    private final ReentrantLock lock = new ReentrantLock();
    /// Held while a digest is given: they come in order, and the last one before the wrapped ones stop.
    private final ReentrantLock giving = new ReentrantLock();

    private Level level = Level.WARN;
    private long intervalSeconds = 60;
    private int templates = 100;
    private Digest digest = new Digest(templates);
    private volatile boolean ended;
    private @Nullable ScheduledFuture<?> schedule;
    private @Nullable Registration atEnd;

    /// For Logback, and for code that configures it.
    public DigestAppender() {}

    @Override
    public void start() {
        if (isStarted()) {
            return;
        }
        if (!wrapped.iteratorForAppenders().hasNext()) {
            addError("No appender to give digests to: give one by <appender-ref ref=\"...\" />");
            return;
        }
        digest = new Digest(templates);
        ended = false;
        try {
            atEnd = ProcessEnd.register(ProcessEnd.Stage.LOGGING, END_LIMIT, this::end);
        } catch (IllegalStateException e) { // the JVM is ending
            ended = true;
        }
        schedule = getContext()
                .getScheduledExecutorService()
                .scheduleWithFixedDelay(this::give, intervalSeconds, intervalSeconds, TimeUnit.SECONDS);
        super.start();
    }

    /// What comes later is given as it comes.
    private void end() {
        ended = true;
        give();
    }

    /// Gives what was collected, and stops the wrapped appenders.
    @Override
    public void stop() {
        if (!isStarted()) {
            return;
        }
        super.stop();
        if (schedule != null) {
            schedule.cancel(false);
        }
        if (atEnd != null) {
            atEnd.remove();
            atEnd = null;
        }
        end();
        wrapped.detachAndStopAllAppenders();
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (!event.getLevel().isGreaterOrEqual(level) || event.getLoggerName().equals(LOGGER)) {
            return;
        }
        lock.lock();
        try {
            digest.add(event);
        } finally {
            lock.unlock();
        }
        if (ended) {
            give();
        }
    }

    private void give() {
        giving.lock();
        try {
            Digest full = take();
            if (!full.isEmpty()) {
                give(full);
            }
        } finally {
            giving.unlock();
        }
    }

    private Digest take() {
        lock.lock();
        try {
            Digest full = digest;
            digest = new Digest(templates);
            return full;
        } finally {
            lock.unlock();
        }
    }

    private void give(Digest full) {
        LoggerContext context = (LoggerContext) getContext();
        LoggingEvent event = new LoggingEvent(
                DigestAppender.class.getName(), context.getLogger(LOGGER), full.level(), full.text(), null, null);
        try {
            if (wrapped.appendLoopOnAppenders(event) == 0) {
                tellThatItIsLost(event, "no appender is left");
            }
        } catch (Throwable t) {
            tellThatItIsLost(event, t.toString());
        }
    }

    private void tellThatItIsLost(LoggingEvent event, String why) {
        LastResort.say("The digest " + getName() + " was not taken: " + why + System.lineSeparator() + Text.of(event));
    }

    // Properties.

    /// The lowest level that is collected; default WARN.
    public void setLevel(Level value) {
        level = Objects.requireNonNull(value, "level");
    }

    /// How long is collected, in seconds: at least 1; default 60.
    public void setIntervalSeconds(long seconds) {
        intervalSeconds = atLeastOne(seconds);
    }

    /// How many kinds of events are told apart: at least 1; default 100.
    public void setTemplates(int most) {
        templates = (int) atLeastOne(most);
    }

    private static long atLeastOne(long value) {
        if (value < 1) {
            throw new IllegalArgumentException("At least 1, not " + value);
        }
        return value;
    }

    // The wrapped appenders.

    @Override
    public void addAppender(Appender<ILoggingEvent> appender) {
        wrapped.addAppender(appender);
    }

    @Override
    public Iterator<Appender<ILoggingEvent>> iteratorForAppenders() {
        return wrapped.iteratorForAppenders();
    }

    @Override
    public @Nullable Appender<ILoggingEvent> getAppender(String appender) {
        return wrapped.getAppender(appender);
    }

    @Override
    public boolean isAttached(Appender<ILoggingEvent> appender) {
        return wrapped.isAttached(appender);
    }

    @Override
    public void detachAndStopAllAppenders() {
        wrapped.detachAndStopAllAppenders();
    }

    @Override
    public boolean detachAppender(Appender<ILoggingEvent> appender) {
        return wrapped.detachAppender(appender);
    }

    @Override
    public boolean detachAppender(String appender) {
        return wrapped.detachAppender(appender);
    }
}
