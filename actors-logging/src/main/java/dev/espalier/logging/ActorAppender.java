package dev.espalier.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import ch.qos.logback.core.spi.FilterReply;
import ch.qos.logback.core.util.FileSize;
import dev.espalier.actor.ProcessEnd;
import dev.espalier.sync.Registration;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/// A Logback appender that takes events off the callers' threads and gives them to the appenders that it wraps,
/// its *sinks*, on a thread of its own; and that loses none.
///
/// ```xml
/// <appender name="actors" class="dev.espalier.logging.ActorAppender">
///     <appender-ref ref="file" />
/// </appender>
/// ```
///
/// Or, around whatever the root logger has, [#install]:
///
/// {@snippet class="dev.espalier.logging.GuideTest" region="install"}
///
/// | property | default | |
/// |---|---|---|
/// | `queueSize` | 8192 | the most events that wait; rounded up to a power of two |
/// | `capture` | `SAFE` | what the caller renders, see [Capture] |
/// | `whenFull` | `BLOCK` | what callers do then, see [WhenFull]; by level: `INFO=BLOCK, TRACE=DROP` |
/// | `groupFlush` | true | sinks are flushed when the queue runs empty, not after each event |
/// | `actorKey` | `MDC` | where else the actor's path is shown, see [ActorKey] |
/// | `includeCallerData` | false | class and line of the call, which costs the caller some µs |
/// | `repeatLimit` | 0 | how many events of one template are written in 10 s; 0: all |
/// | `lastLines` | 0 | how many lines of each actor are kept for its crash report |
/// | `drainMillis` | 30000 | how long the end waits for the sinks, then it spills |
/// | `patienceMillis` | 10000 | how long callers bear with sinks that make no progress |
/// | `spillFile` | in the temporary directory | where events go that the end did not wait for |
/// | `journal` | none | a mapped file that keeps what is not yet written if the process is killed |
/// | `journalSize` | 8MB | its size; rounded up to a power of two |
///
/// *The end.* When the JVM ends (SIGTERM, SIGINT, `System.exit`, main returns; with or without a system) the
/// queue is written, after all systems have stopped; from then on callers write themselves, so that hooks and
/// late threads lose nothing either. The Logback context is not stopped, for that would make late events vanish;
/// so leave Logback's `<shutdownHook/>` out. A halt or SIGKILL loses what is queued and what sinks have buffered;
/// with a `journal` it can be recovered, all of it: an event whose call has returned is in the log or the journal.
///
/// *Failure.* A sink that throws anything, stops itself, blocks, logs, or whose disk is full does not harm its
/// callers: see [Fate]. Appenders on Logback's base classes swallow exceptions, and tell of two in half an hour,
/// or of five in all: further ones count as written. What the disk throws at Logback's streams is always seen.
///
/// *Threads.* Thread-safe; configured by one thread before the start. *Memory.* 4 bytes per place in the queue,
/// and the events in it. *Cost.* A caller pays for Logback's event, a wrapper of 48 bytes and one CAS.
///
/// *Source.* The lazy wake is our own; that a stop must not drop what is queued we learnt from Logback's
/// AsyncAppender, which does.
public final class ActorAppender extends UnsynchronizedAppenderBase<ILoggingEvent>
        implements AppenderAttachable<ILoggingEvent> {
    private static final List<ActorAppender> STARTED = new CopyOnWriteArrayList<>();
    private static final String OWN_LOGGER = "dev.espalier.logging";
    /// How long the end of one system waits for sinks.
    private static final Duration SYSTEM_FLUSH = Duration.ofSeconds(5);

    private static final Duration REPEAT_WINDOW = Duration.ofSeconds(10);
    private static final Duration LAST_WORDS = Duration.ofMillis(300);

    private final Sinks sinks = new Sinks();
    private int queueSize = 8_192;
    private Capture capture = Capture.SAFE;
    private Levels whenFull = Levels.parse("BLOCK");
    private ActorKey actorKey = ActorKey.MDC;
    private boolean includeCallerData;
    private long drainMillis = 30_000;
    private long patienceMillis = 10_000;
    private Path spillFile = Path.of(
            System.getProperty("java.io.tmpdir"),
            "espalier-spill-" + ProcessHandle.current().pid() + ".log");

    private @Nullable LastLines lastLines;
    private int repeatLimit;
    private @Nullable SubtreeLevels levels;
    private @Nullable Path journalFile;
    private FileSize journalSize = new FileSize(8 * FileSize.MB_COEFFICIENT);
    private @Nullable Journal journal;

    private volatile @Nullable Pipeline pipeline;
    private @Nullable Registration atEnd;

    /// For Logback, and for code that configures it.
    public ActorAppender() {}

    /// Puts a new appender between the root logger and all its appenders, and starts it. To be called first of
    /// all: what another thread logs meanwhile may be written twice. Other loggers that have the same appenders
    /// go on to use them directly.
    ///
    /// @return the appender, with the defaults
    /// @throws IllegalStateException if the root logger has no appender
    public static ActorAppender install(LoggerContext context) {
        Logger root = Objects.requireNonNull(context, "context").getLogger(Logger.ROOT_LOGGER_NAME);
        List<Appender<ILoggingEvent>> found = new ArrayList<>();
        root.iteratorForAppenders().forEachRemaining(found::add);
        if (found.isEmpty()) {
            throw new IllegalStateException("The root logger of " + context.getName() + " has no appender to wrap");
        }
        ActorAppender made = new ActorAppender();
        made.setName("actors");
        made.setContext(context);
        found.forEach(made::addAppender);
        made.start();
        root.addAppender(made);
        found.forEach(root::detachAppender);
        return made;
    }

    // Life.

    /// Starts to take events.
    ///
    /// @throws IllegalStateException if it has no context
    @Override
    public void start() {
        if (isStarted()) {
            return;
        }
        LoggerContext of = loggerContext();
        if (sinks.isEmpty()) {
            addError("No appender to write to: give one by <appender-ref ref=\"...\" />");
            return;
        }
        Pipeline made = new Pipeline(
                new MpscVarHandleArrayQueue<>(queueSize),
                patienceMillis * 1_000_000,
                sinks,
                spillFile,
                repeatLimit == 0 ? null : new Repeats(repeatLimit, REPEAT_WINDOW.toNanos()),
                text -> ownEvent(text));
        openJournal(made);
        try {
            Duration limit = Duration.ofMillis(drainMillis).plus(SYSTEM_FLUSH).plus(LAST_WORDS);
            atEnd = ProcessEnd.register(ProcessEnd.Stage.LOGGING, limit, this::close);
            made.start();
        } catch (IllegalStateException e) { // the JVM is ending
            made.startDirect();
        }
        of.getStatusManager().add(sinks.listener());
        pipeline = made;
        super.start();
        STARTED.add(this);
        if (lastLines != null) {
            of.addTurboFilter(lastLines);
        }
    }

    private LoggerContext loggerContext() {
        if (getContext() instanceof LoggerContext found) { // as setContext sees to
            return found;
        }
        throw new IllegalStateException("The appender " + getName() + " has no context yet");
    }

    /// Without the journal, if it cannot be used: logging goes on.
    private void openJournal(Pipeline to) {
        if (journalFile == null) {
            return;
        }
        try {
            Journal opened = Journal.open(journalFile, journalSize, sinks, text -> {
                addWarn(text);
                LastResort.say(text + System.lineSeparator());
            });
            to.journal(opened);
            journal = opened;
        } catch (IOException | RuntimeException e) {
            addError("No journal: " + e.getMessage(), e);
            LastResort.say("There is no journal of the log: " + e.getMessage() + System.lineSeparator());
        }
    }

    private ILoggingEvent ownEvent(String text) {
        Logger logger = loggerContext().getLogger(OWN_LOGGER);
        return new LoggingEvent(ActorAppender.class.getName(), logger, Level.WARN, text, null, null);
    }

    private boolean close() {
        Pipeline to = pipeline;
        boolean well = to == null || to.close(drainMillis * 1_000_000);
        if (!well) {
            addError("The sinks did not take all events in time; what they do not take is in " + spillFile);
        }
        LastResort.await(LAST_WORDS);
        return well;
    }

    /// Writes what is queued and stops the sinks. What still arrives afterwards goes to standard error.
    @Override
    public void stop() {
        if (!isStarted()) {
            return;
        }
        STARTED.remove(this);
        loggerContext().getTurboFilterList().remove(lastLines);
        endLevels();
        Registration registered = atEnd;
        if (registered != null) {
            registered.remove();
            atEnd = null;
        }
        boolean well = close();
        getContext().getStatusManager().remove(sinks.listener());
        super.stop();
        if (journal != null) {
            journal.close();
        }
        if (well) { // else a sink is stuck, and might not let itself be stopped
            sinks.detachAndStopAllAppenders();
        }
    }

    /// Waits until everything that was logged before the call is written and flushed.
    ///
    /// @param limit positive
    /// @return whether it is; false also if a sink calls this itself
    public boolean flush(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        Pipeline to = pipeline;
        return to == null || to.flush(System.nanoTime(), nanos(limit));
    }

    /// What became of the events since the start.
    public LogStatistics statistics() {
        Pipeline to = pipeline;
        return to == null ? new LogStatistics(0, 0, 0, Map.of()) : to.statistics();
    }

    /// Sets the level of all that an actor and its descendants log, by whatever logger, for a time; to look
    /// closer at a part of the tree, or to quieten it. Of such levels for actors above each other the deepest
    /// holds, of two for one actor the last.
    ///
    /// *Cost.* While there is such a level, every call of every logger looks at the clock and at its actor.
    ///
    /// @param path of the actor, as in `/shop/orders`; it need not live yet
    /// @param limit positive: when it is over, the loggers' own levels hold again
    /// @return ends it earlier
    /// @throws IllegalArgumentException if it is no path, or the limit is not positive
    /// @throws IllegalStateException if the appender has no context yet
    public synchronized Registration levelUnder(String path, Level level, Duration limit) {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(level, "level");
        if (!Objects.requireNonNull(limit, "limit").isPositive()) {
            throw new IllegalArgumentException("The limit must be positive, not " + limit);
        }
        SubtreeLevels to = levels;
        if (to == null) {
            to = new SubtreeLevels(loggerContext());
            levels = to;
        }
        return to.add(path, level, nanos(limit));
    }

    private synchronized void endLevels() {
        SubtreeLevels ended = levels;
        if (ended != null) {
            ended.end();
        }
    }

    static void flushAll() {
        STARTED.forEach(appender -> appender.flush(SYSTEM_FLUSH));
    }

    // Events.

    /// Takes an event. Never throws; waits only as `whenFull` says.
    @Override
    public void doAppend(ILoggingEvent event) {
        try {
            if (getFilterChainDecision(event) != FilterReply.DENY) {
                append(event);
            }
        } catch (Throwable t) {
            LastResort.say("The log threw " + t.getClass().getName() + ": " + Text.of(event));
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        Pipeline to = pipeline;
        if (to == null || !isStarted()) {
            LastResort.say("The appender " + getName() + " is not started: " + Text.of(event));
            return;
        }
        if (includeCallerData) {
            event.getCallerData();
        }
        to.emit(new ActorEvent(event, capture, actorKey), whenFull);
    }

    // Properties.

    /// The most events that wait: 2 to 2^30; default 8192.
    public void setQueueSize(int size) {
        if (size < 2 || size > 1 << 30) {
            throw new IllegalArgumentException("The size of the queue must be from 2 to 2^30, not " + size);
        }
        queueSize = size;
    }

    /// What the caller renders; default [Capture#SAFE].
    public void setCapture(Capture value) {
        capture = Objects.requireNonNull(value, "capture");
    }

    /// What callers do when the queue is full; default [WhenFull#BLOCK].
    ///
    /// @param text `DROP`, or by level `INFO=BLOCK, TRACE=DROP`: from each level up to the next; BLOCK below
    public void setWhenFull(String text) {
        whenFull = Levels.parse(Objects.requireNonNull(text, "whenFull"));
    }

    /// Whether sinks are flushed when the queue runs empty, in place of after each event; default true.
    public void setGroupFlush(boolean value) {
        sinks.groupFlush(value);
    }

    /// Where else the path of the actor is shown; default [ActorKey#MDC].
    public void setActorKey(ActorKey value) {
        actorKey = Objects.requireNonNull(value, "actorKey");
    }

    /// Whether class and line of the call are found out, on the caller; default false.
    public void setIncludeCallerData(boolean value) {
        includeCallerData = value;
    }

    /// How many events of one template (logger, level, message before it is expanded) are written within 10
    /// s. The rest is counted as [Fate#REPEATED] and told in a line with the first, the last and the actors
    /// that had most.
    ///
    /// @param most 0, the default: all; set before the start
    public void setRepeatLimit(int most) {
        if (most < 0) {
            throw new IllegalArgumentException("The repeat limit must not be negative: " + most);
        }
        repeatLimit = most;
    }

    /// How many lines of each actor are kept, whatever their level is, also if it is off, for its crash
    /// report. It costs every call of every logger some time, see the guide. Set before the start.
    ///
    /// @param most 0, the default: none; up to 1,000; of all actors together 65,536 at most
    public void setLastLines(int most) {
        if (most < 0 || most > 1_000) {
            throw new IllegalArgumentException("The last lines of an actor must be 0 to 1,000, not " + most);
        }
        lastLines = most == 0 ? null : new LastLines(most);
    }

    /// How long the end waits for the sinks, in ms, before it spills; positive, default 30,000.
    public void setDrainMillis(long millis) {
        drainMillis = positive(millis);
    }

    /// How long sinks may make no progress, in ms, before events go to standard error; positive, default 10,000.
    public void setPatienceMillis(long millis) {
        patienceMillis = positive(millis);
    }

    /// As many as there can be for a time that is longer: 292 years.
    static long nanos(Duration time) {
        try {
            return time.toNanos();
        } catch (ArithmeticException e) {
            return time.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    static long positive(long millis) {
        if (millis <= 0 || millis > Duration.ofDays(365).toMillis()) {
            throw new IllegalArgumentException("Milliseconds must be positive and at most a year, not " + millis);
        }
        return millis;
    }

    /// The file for what the end did not wait for; by default `espalier-spill-PID.log` in the temporary directory.
    public void setSpillFile(String file) {
        spillFile = Path.of(Objects.requireNonNull(file, "spillFile"));
    }

    /// A mapped file for events that are not yet written, to be read by [Recover] if the process is killed; no other
    /// process may use it. None by default.
    public void setJournal(String file) {
        journalFile = Path.of(Objects.requireNonNull(file, "journal"));
    }

    /// How much text may wait in the journal: `512KB`, `8MB`; 64 kB to 1 GB, default 8 MB. When it is full, that is
    /// as if the queue were.
    public void setJournalSize(FileSize size) {
        journalSize = Objects.requireNonNull(size, "journalSize");
    }

    // The sinks.

    @Override
    public void setContext(Context context) {
        if (!(context instanceof LoggerContext)) {
            throw new IllegalArgumentException("The context must be a LoggerContext, not " + context);
        }
        super.setContext(context);
    }

    @Override
    public void addAppender(Appender<ILoggingEvent> sink) {
        sinks.addAppender(sink);
    }

    @Override
    public Iterator<Appender<ILoggingEvent>> iteratorForAppenders() {
        return sinks.iteratorForAppenders();
    }

    @Override
    public @Nullable Appender<ILoggingEvent> getAppender(String sink) {
        return sinks.getAppender(sink);
    }

    @Override
    public boolean isAttached(Appender<ILoggingEvent> sink) {
        return sinks.isAttached(sink);
    }

    @Override
    public void detachAndStopAllAppenders() {
        sinks.detachAndStopAllAppenders();
    }

    @Override
    public boolean detachAppender(Appender<ILoggingEvent> sink) {
        return sinks.detachAppender(sink);
    }

    @Override
    public boolean detachAppender(String sink) {
        return sinks.detachAppender(sink);
    }
}
