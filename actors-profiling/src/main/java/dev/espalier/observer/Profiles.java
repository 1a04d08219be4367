package dev.espalier.observer;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.profiling.By;
import dev.espalier.profiling.FlameGraph;
import dev.espalier.profiling.Level;
import dev.espalier.profiling.Profiler;
import dev.espalier.profiling.Report;
import dev.espalier.profiling.Samples;
import dev.espalier.profiling.Sort;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Profiles that somebody records from the page: one at a time, each with an end; the last one and the one before it
/// are kept until nobody has looked for ten minutes.
///
/// *Threads.* Thread-safe. Who begins, ends or reads a profile waits for the Flight Recorder with `lock`
/// held, tenths of a second; [#patrol] and [#json] wait for nobody. *Cost.* While one is recorded, that of
/// [Profiler.Builder#samples()], of [Profiler.Builder#wallClock] and of the level 1:16. *Memory.* The
/// different stacks of two profiles and the figures of one: some megabytes.
final class Profiles {
    /// In seconds.
    static final int LONGEST = 300;

    private static final Logger LOG = LoggerFactory.getLogger("dev.espalier.observer");
    private static final Duration WALL_PERIOD = Duration.ofMillis(20);
    /// For the table; it costs some nanoseconds more than to count.
    private static final Level TIMED = Level.sampled(16);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long READ_AGAIN = TimeUnit.SECONDS.toNanos(2);
    private static final long FORGET = TimeUnit.MINUTES.toNanos(10);
    private static final int MOST_SUMS = 100;

    /// What stands in a flame graph below the whole.
    enum Shape {
        /// Actors, on them their children.
        PATH,
        /// Classes of behaviors and bodies.
        CODE,
        /// One actor and what is below it.
        SUBTREE
    }

    /// How a flame graph is written.
    enum Format {
        HTML("text/html", "html"),
        COLLAPSED("text/plain", "collapsed"),
        SPEEDSCOPE("application/json", "speedscope.json"),
        PPROF("application/octet-stream", "pprof");

        final String type;
        final String ending;

        Format(String type, String ending) {
            this.type = type;
            this.ending = ending;
        }
    }

    /// What is to be seen of a profile.
    ///
    /// @param path the actor, for [Shape#SUBTREE]
    /// @param compared whether to the profile before
    record View(Samples.Kind kind, Shape shape, String path, boolean compared) {}

    /// Where a profile stands; for everybody.
    ///
    /// @param ends by [System#nanoTime]; 0 if none is recorded
    /// @param wall the actor whose subtree is looked at by the clock on the wall
    /// @param number of readings so far: a new one has something new to show
    /// @param before whether there is one to compare with
    private record Stand(String state, long ends, String wall, int number, boolean before) {}

    private final ActorSystem system;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Stand stand = new Stand("none", 0, "", 0, false);
    private volatile long askedAt = System.nanoTime();

    // Guarded by `lock`.
    private @Nullable Profiler running;
    private @Nullable Samples last;
    private @Nullable Samples before;
    private @Nullable Report report;
    private long readAt;
    private long reportedAt;
    private boolean closed;

    Profiles(ActorSystem system) {
        this.system = system;
    }

    /// Begins one, of all actors.
    ///
    /// @param top of whose subtree also the waiting is looked at
    /// @param seconds 1 to [#LONGEST]
    /// @throws Refusal if one goes on, or there is no Flight Recorder
    void begin(ActorRef<?> top, int seconds) throws Refusal {
        lock.lock();
        try {
            if (running != null || closed) {
                throw new Refusal(409, "A profile is being recorded already.");
            }
            askedAt = System.nanoTime();
            running = started(top);
            before = last;
            last = null;
            report = null;
            long ends = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            stand = new Stand("recording", ends, top.path(), stand.number + 1, before != null);
        } finally {
            lock.unlock();
        }
        LOG.info("Observer: a profile is recorded for {} s", seconds);
    }

    private Profiler started(ActorRef<?> top) throws Refusal {
        try {
            return Profiler.builder()
                    .system(system)
                    .level(TIMED)
                    .samples()
                    .wallClock(top)
                    .wallPeriod(WALL_PERIOD)
                    .start();
        } catch (RuntimeException e) {
            LOG.warn("No profile can be recorded", e);
            throw new Refusal(503, "No profile can be recorded; see the log.");
        }
    }

    /// Ends the one that goes on, if any, and waits some seconds until it is there. The work is done on another thread:
    /// one that is interrupted would lose the profile.
    void stopNow() {
        try {
            if (!ending().join(PATIENCE)) {
                LOG.info("Observer: the profile takes long to be read");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Thread ending() {
        return Thread.ofVirtual().name("espalier-observer-profile").start(this::stop);
    }

    private void stop() {
        lock.lock();
        try {
            Profiler own = running;
            if (own == null) {
                return;
            }
            running = null;
            stand = new Stand("reading", 0, stand.wall, stand.number, stand.before);
            own.close();
            last = own.samples();
            report = own.report();
        } finally {
            if (stand.state.equals("reading")) {
                stand = new Stand("done", 0, stand.wall, stand.number + 1, stand.before);
            }
            lock.unlock();
        }
    }

    /// Once a second: ends what is over, on a thread of its own, and forgets what nobody looks at.
    void patrol() {
        Stand now = stand;
        if (now.ends != 0 && System.nanoTime() - now.ends >= 0) {
            ending();
        } else if (now.state.equals("done") && System.nanoTime() - askedAt >= FORGET && lock.tryLock()) {
            try {
                forget();
            } finally {
                lock.unlock();
            }
        }
    }

    private void forget() {
        if (running == null) {
            last = null;
            before = null;
            report = null;
            stand = new Stand("none", 0, "", stand.number, false);
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            stop();
            forget();
        } finally {
            lock.unlock();
        }
    }

    // The readers.

    byte[] json() {
        askedAt = System.nanoTime();
        Stand now = stand;
        double left = now.ends == 0 ? 0 : Math.max(0, (now.ends - System.nanoTime()) / 1e9);
        Json json = new Json(256);
        json.object().name("state").value(now.state).name("left").value(left);
        json.name("wall").value(now.wall).name("number").value(now.number);
        json.name("before").value(now.before);
        return json.endObject().bytes();
    }

    /// As JSON: the frames as [FlameGraph#toJson] has them, and what each actor or class has used.
    byte[] flames(View view) throws Refusal {
        Samples samples = read();
        FlameGraph graph = graph(samples, view);
        By by = view.shape == Shape.CODE ? By.CODE : By.PATH;
        Map<String, Long> sums = samples.sums(view.kind, by);
        Json json = new Json(16_384);
        json.object().name("kind").value(Words.of(view.kind));
        json.name("by").value(Words.of(by)).name("unit").value(graph.unit());
        json.name("compared").value(graph.isCompared()).name("total").value(graph.total());
        json.name("all").value(sums.values().stream().mapToLong(Long::longValue).sum());
        json.name("sums").array();
        sums.entrySet().stream()
                .filter(each -> view.shape != Shape.SUBTREE || isBelow(each.getKey(), view.path))
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(MOST_SUMS)
                .forEach(each ->
                        json.array().value(each.getKey()).value(each.getValue()).endArray());
        json.endArray();
        return json.name("frames").raw(graph.toJson()).endObject().bytes();
    }

    private static boolean isBelow(String path, String top) {
        return path.equals(top) || path.startsWith(top + "/");
    }

    /// As JSON: the table of the [Report].
    byte[] table(By by, Sort sort) throws Refusal {
        return TablePart.of(report(), by, sort);
    }

    byte[] file(View view, Format format) throws Refusal {
        FlameGraph graph = graph(read(), view);
        String title = system.name() + ", " + view.kind.name().toLowerCase(Locale.ROOT);
        return switch (format) {
            case HTML -> Words.utf8(graph.toHtml(title));
            case COLLAPSED -> Words.utf8(graph.toCollapsed());
            case SPEEDSCOPE -> Words.utf8(graph.toSpeedscope(title));
            case PPROF -> graph.toPprof();
        };
    }

    private FlameGraph graph(Samples samples, View view) {
        FlameGraph graph = graphOf(samples, view);
        Samples other = before();
        return view.compared && other != null ? graph.comparedTo(graphOf(other, view)) : graph;
    }

    private static FlameGraph graphOf(Samples samples, View view) {
        return switch (view.shape) {
            case PATH -> samples.flames(view.kind, By.PATH);
            case CODE -> samples.flames(view.kind, By.CODE);
            case SUBTREE -> samples.flames(view.kind, view.path);
        };
    }

    private @Nullable Samples before() {
        lock.lock();
        try {
            return before;
        } finally {
            lock.unlock();
        }
    }

    /// The report of the profile that goes on, at most two seconds old, or of the last one.
    private Report report() throws Refusal {
        lock.lock();
        try {
            askedAt = System.nanoTime();
            Profiler own = running;
            if (own != null && (report == null || askedAt - reportedAt >= READ_AGAIN)) {
                report = own.report();
                reportedAt = System.nanoTime();
            }
            Report made = report;
            if (made == null) {
                throw new Refusal(404, "No profile has been recorded.");
            }
            return made;
        } finally {
            lock.unlock();
        }
    }

    /// The samples of the profile that goes on, at most two seconds old, or of the last one.
    private Samples read() throws Refusal {
        lock.lock();
        try {
            askedAt = System.nanoTime();
            Profiler own = running;
            if (own != null && (last == null || askedAt - readAt >= READ_AGAIN)) {
                last = own.samples();
                readAt = System.nanoTime();
            }
            Samples read = last;
            if (read == null) {
                throw new Refusal(404, "No profile has been recorded.");
            }
            return read;
        } finally {
            lock.unlock();
        }
    }
}
