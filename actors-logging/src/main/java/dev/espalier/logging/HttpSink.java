package dev.espalier.logging;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.util.FileSize;
import dev.espalier.actor.ProcessEnd;
import dev.espalier.sync.Registration;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A Logback appender that posts events in batches to an HTTP server, one JSON line for each, and keeps on
/// disk what the server does not take. To be wrapped by an [ActorAppender], so that nobody waits, or used by
/// itself.
///
/// ```xml
/// <appender name="remote" class="dev.espalier.logging.HttpSink">
///     <url>https://logs.example.org/shop</url>
///     <header>Authorization: Bearer ${TOKEN}</header>
///     <spillFolder>/var/spool/shop</spillFolder>
/// </appender>
/// ```
///
/// | property | default | |
/// |---|---|---|
/// | `url` | | where to post; required |
/// | `spillFolder` | | where batches wait that the server has not taken; required, of this appender alone |
/// | `encoder` | Logback's JsonEncoder | makes the lines |
/// | `contentType` | `application/x-ndjson` | |
/// | `header` | | `Name: value`, as often as you like |
/// | `gzip` | false | whether bodies are compressed |
/// | `queueSize` | 10000 | the most events that wait in memory; further ones move the oldest to the disk |
/// | `batchSize`, `batchBytes` | 500, 512KB | the most events and bytes of a batch; one event may be longer |
/// | `ageMillis` | 1000 | how long an event waits for others |
/// | `timeoutMillis` | 10000 | how long a post may take, answer and all |
/// | `backOffMillis`, `longestBackOffMillis` | 200, 30000 | the waits after failures: doubled each time, jittered |
/// | `spillSize` | 100MB | the most that is kept on disk; what does not fit is dropped and counted |
/// | `closeMillis` | 5000 | how long the end waits for the server |
///
/// *Answers.* 2xx: the batch is sent. 401, 403, 404, 408, 425, 429, 5xx, none in time, or no connection: it
/// is posted again, until it is taken; not before the time that a `Retry-After` asks for, which counts up to
/// five minutes. All others: the batch is rejected, which is told on standard error. The client follows no
/// redirects.
///
/// *Order.* Batches are posted one after the other, the oldest first, in them events as they came. *Once.* A
/// batch is posted again if its answer was lost; each has an id, the header `Idempotency-Key`, the same at
/// each attempt and in the next process, by which the server can tell.
///
/// *The end.* It comes after all that logs is closed, see [ActorAppender]: what waits is posted, for
/// `closeMillis`; then it goes to the disk, as does all that comes later, and is the first to be posted by
/// the next start. SIGKILL loses what is in memory; the journal of an [ActorAppender] does not know about the
/// network.
///
/// *Threads.* Thread-safe; configured by one thread before the start. *Memory.* What waits has 32 times
/// `batchBytes` at most, however few events that are. *Cost.* The thread that appends renders the event, and
/// writes a batch to the disk when the queue is full. It never waits for the network.
public final class HttpSink extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /// What became of the events: `resumed + taken = sent + rejected + dropped + spilled + queued`, exactly.
    ///
    /// @param resumed found on disk at the start
    /// @param taken from the log
    /// @param sent the server has taken them
    /// @param rejected the server does not want them
    /// @param dropped neither could they be written to the disk
    /// @param spilled on disk now
    /// @param queued in memory now
    /// @param posts how often a batch was posted
    public record Statistics(
            long resumed, long taken, long sent, long rejected, long dropped, long spilled, long queued, long posts) {
        /// Whether the identity holds.
        public boolean isBalanced() {
            return resumed + taken == sent + rejected + dropped + spilled + queued;
        }
    }

    /// How many times the bytes of a batch may wait in memory.
    private static final long BATCHES_IN_MEMORY = 32;
    /// What closing may take on top of the wait for the server.
    private static final Duration SPILLING = Duration.ofSeconds(2);

    private final List<String> headers = new ArrayList<>();
    private @Nullable URI url;
    private @Nullable Path spillFolder;
    private @Nullable Encoder<ILoggingEvent> encoder;
    private String contentType = "application/x-ndjson";
    private boolean gzip;
    private int queueSize = 10_000;
    private int batchSize = 500;
    private FileSize batchBytes = new FileSize(512 * FileSize.KB_COEFFICIENT);
    private Duration age = Duration.ofSeconds(1);
    private Duration timeout = Duration.ofSeconds(10);
    private Duration backOff = Duration.ofMillis(200);
    private Duration longestBackOff = Duration.ofSeconds(30);
    private FileSize spillSize = new FileSize(100 * FileSize.MB_COEFFICIENT);
    private Duration closeLimit = Duration.ofSeconds(5);

    private volatile @Nullable Sender sender;
    private @Nullable Registration atEnd;

    /// For Logback, and for code that configures it.
    public HttpSink() {}

    @Override
    public void start() {
        if (isStarted()) {
            return;
        }
        if (url == null || spillFolder == null) {
            addError("Give a <url> and a <spillFolder>");
            return;
        }
        try {
            sender = sender(new Poster(url, headers, contentType, gzip, timeout), spillFolder);
        } catch (IllegalArgumentException e) {
            addError("Nothing can be posted: " + e.getMessage(), e);
            return;
        } catch (IOException e) {
            addError("No folder to spill to: " + e.getMessage(), e);
            return;
        }
        if (encoder == null) {
            encoder = jsonLines();
        }
        try {
            atEnd = ProcessEnd.register(ProcessEnd.Stage.LOGGING, closeLimit.plus(SPILLING), this::close);
        } catch (IllegalStateException e) { // the JVM is ending: to the disk
            close();
        }
        super.start();
    }

    private Sender sender(Poster poster, Path folder) throws IOException {
        long bytes = batchBytes.getSize();
        var bounds = new Outbox.Bounds(queueSize, BATCHES_IN_MEMORY * bytes, batchSize, bytes, age.toNanos());
        try {
            Outbox outbox = new Outbox(new SpillFolder(folder, spillSize.getSize()), bounds);
            return new Sender(getName(), outbox, poster, backOff, longestBackOff);
        } catch (Throwable t) {
            poster.close();
            throw t;
        }
    }

    private JsonEncoder jsonLines() {
        JsonEncoder made = new JsonEncoder();
        made.setContext(getContext());
        made.setWithFormattedMessage(true);
        made.start();
        return made;
    }

    private void close() {
        Sender to = sender;
        if (to != null) {
            to.close(closeLimit, SPILLING);
        }
    }

    /// Posts what waits, as long as it may take; the rest goes to the disk.
    @Override
    public void stop() {
        if (!isStarted()) {
            return;
        }
        if (atEnd != null) {
            atEnd.remove();
            atEnd = null;
        }
        super.stop();
        close();
        Sender to = sender;
        if (to != null) {
            to.release();
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        Sender to = sender;
        Encoder<ILoggingEvent> with = encoder;
        if (to != null && with != null) {
            to.take(with.encode(event));
        }
    }

    /// Posts at once what waits, and waits until the server has taken or rejected all that was appended
    /// before the call.
    ///
    /// @param limit not negative
    /// @return whether it has; false also if events were dropped while it waited
    public boolean flush(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        Sender to = sender;
        return to != null && to.flush(limit);
    }

    /// What became of the events since the start.
    public Statistics statistics() {
        Sender to = sender;
        return to == null ? new Statistics(0, 0, 0, 0, 0, 0, 0, 0) : to.statistics();
    }

    // Properties.

    /// Where to post: `http` or `https`.
    public void setUrl(String value) {
        URI uri = URI.create(Objects.requireNonNull(value, "url"));
        if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
            throw new IllegalArgumentException("Not an HTTP URL: " + value);
        }
        url = uri;
    }

    /// Where batches wait on disk; made if it does not exist.
    public void setSpillFolder(String folder) {
        spillFolder = Path.of(Objects.requireNonNull(folder, "spillFolder"));
    }

    /// What makes the lines; Logback's JsonEncoder by default. A line break is added where there is none.
    public void setEncoder(Encoder<ILoggingEvent> value) {
        encoder = Objects.requireNonNull(value, "encoder");
    }

    /// The type of the bodies.
    public void setContentType(String type) {
        contentType = Objects.requireNonNull(type, "contentType");
    }

    /// A header of each post.
    ///
    /// @param text `Name: value`
    public void addHeader(String text) {
        if (Objects.requireNonNull(text, "header").indexOf(':') <= 0) {
            throw new IllegalArgumentException("Not a header: " + text);
        }
        headers.add(text);
    }

    /// Whether bodies are compressed; default false.
    public void setGzip(boolean value) {
        gzip = value;
    }

    /// The most events that wait in memory: at least 1; default 10,000. They have 32 times the bytes of a batch
    /// at most.
    public void setQueueSize(int events) {
        queueSize = atLeastOne(events);
    }

    /// The most events of a batch: at least 1; default 500.
    public void setBatchSize(int events) {
        batchSize = atLeastOne(events);
    }

    /// The most bytes of a batch before compression: 1 to 1 GB; default 512 kB.
    public void setBatchBytes(FileSize size) {
        if (Objects.requireNonNull(size, "batchBytes").getSize() < 1 || size.getSize() > FileSize.GB_COEFFICIENT) {
            throw new IllegalArgumentException("From 1 byte to 1 GB, not " + size);
        }
        batchBytes = size;
    }

    /// How long an event waits for others, in ms: 1 to a year; default 1,000.
    public void setAgeMillis(long millis) {
        age = duration(millis);
    }

    /// How long a post may take, in ms: 1 to a year; default 10,000.
    public void setTimeoutMillis(long millis) {
        timeout = duration(millis);
    }

    /// The wait after the first failure, in ms: 1 to a year; default 200.
    public void setBackOffMillis(long millis) {
        backOff = duration(millis);
    }

    /// The longest wait after a failure, in ms: 1 to a year; default 30,000.
    public void setLongestBackOffMillis(long millis) {
        longestBackOff = duration(millis);
    }

    /// The most that is kept on disk; default 100 MB.
    public void setSpillSize(FileSize size) {
        spillSize = Objects.requireNonNull(size, "spillSize");
    }

    /// How long the end waits for the server, in ms: 1 to a year; default 5,000.
    public void setCloseMillis(long millis) {
        closeLimit = duration(millis);
    }

    private static Duration duration(long millis) {
        return Duration.ofMillis(ActorAppender.positive(millis));
    }

    private static int atLeastOne(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("At least 1, not " + value);
        }
        return value;
    }
}
