package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.ProcessEnd;
import dev.espalier.sync.Registration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A recording of what actors cost, from its start to its close.
///
/// {@snippet class="dev.espalier.profiling.GuideTest" region="scope"}
///
/// Actors that end meanwhile are one row with their siblings, below their parent; those that end because
/// their system stops have a row each, the first 10,000. With a folder, the report is written there at the
/// close, or when the JVM ends: after all systems have stopped and before logging stops.
///
/// *Threads.* Thread-safe; several may record at a time. *Memory.* While it records it holds the figures
/// with which the actors that lived at its start began. *Cost.* That of its [Level].
/// *Failure.* A report that cannot be written is an error in the log.
public final class Profiler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.espalier.profiling");
    private static final Duration WRITING = Duration.ofSeconds(10);
    private static final Duration SAMPLE = Duration.ofMillis(10);
    private static final Samples NO_SAMPLES = new Samples(Map.of());

    /// How a recording is set up. Mutable, for one use; confined to one thread.
    public static final class Builder {
        private @Nullable ActorSystem system;
        private Level level = Level.FULL;
        private @Nullable Path folder;
        private boolean flightRecorder;
        private @Nullable Duration samples;
        private final List<ActorRef<?>> wallClock = new ArrayList<>();
        private Duration wallPeriod = SAMPLE;

        private Builder() {}

        /// Records this system only; the default is all, those to come included.
        public Builder system(ActorSystem only) {
            system = Objects.requireNonNull(only, "system");
            return this;
        }

        /// How much is recorded at least; the default is [Level#FULL].
        public Builder level(Level value) {
            level = Objects.requireNonNull(value, "level");
            return this;
        }

        /// Where the report is written to at the end; the default is nowhere.
        public Builder folder(Path value) {
            folder = Objects.requireNonNull(value, "folder");
            return this;
        }

        /// Lets the Flight Recorder write the events of this module to `profile.jfr` in the folder, too.
        public Builder flightRecorder() {
            flightRecorder = true;
            return this;
        }

        /// Lets the Flight Recorder take samples of what actors do, for their processor time and for flame graphs; see
        /// [Profiler#samples()]. With a folder, the flame graphs are written there, too.
        public Builder samples() {
            return samples(SAMPLE);
        }

        /// The same, with another distance than 10 ms.
        ///
        /// @param period of processor time for each sample; 1 ms to 1 s, in whole milliseconds
        /// @throws IllegalArgumentException if it is something else
        public Builder samples(Duration period) {
            samples = checked(period);
            return this;
        }

        /// Looks at an actor and its descendants every 10 ms, be it that they run, wait, or have nothing to do: where
        /// the time goes by the clock on the wall, as [Samples.Kind#WALL]. May be called for several actors.
        ///
        /// @param subtree the actor at the top; of it and those below it, the first 1,000 are looked at
        public Builder wallClock(ActorRef<?> subtree) {
            wallClock.add(Objects.requireNonNull(subtree, "subtree"));
            return this;
        }

        /// How often those of [#wallClock(ActorRef)] are looked at; less often if that took more than a tenth of the
        /// time.
        ///
        /// @param value 1 ms to 1 s; 10 ms by default
        /// @throws IllegalArgumentException if it is something else
        public Builder wallPeriod(Duration value) {
            wallPeriod = checked(value);
            return this;
        }

        private static Duration checked(Duration period) {
            if (Objects.requireNonNull(period, "period").toMillis() < 1 || period.toMillis() > 1_000) {
                throw new IllegalArgumentException("A sample is taken each 1 ms to 1 s, not each " + period);
            }
            return period;
        }

        /// Begins to record.
        ///
        /// @throws IllegalStateException if there is a folder and the JVM is ending already; if the Flight
        ///     Recorder is to write and there is no folder
        /// @throws UncheckedIOException if the Flight Recorder cannot write there
        public Profiler start() {
            return new Profiler(this);
        }
    }

    private final @Nullable ActorSystem only;
    private final Level level;
    private final @Nullable Path folder;
    private final Instant began = Instant.now();
    private final long beganNanos = System.nanoTime();
    private final Window window = new Window();
    private final @Nullable Registration end;
    private final @Nullable FlightRecording flight;
    private final @Nullable Sampling sampling;
    private final @Nullable WallClock wall;
    // Guarded by this object, as are the readings and the close.
    private boolean closed;
    private @Nullable Samples lastSamples;
    private @Nullable Report last;

    private Profiler(Builder b) {
        only = b.system;
        level = b.level;
        folder = b.folder;
        Deque<Runnable> begun = new ArrayDeque<>();
        try {
            sampling = b.samples == null ? null : new Sampling(b.samples); // first: it sets the depth of stacks
            if (sampling != null) {
                begun.push(sampling::close);
            }
            flight = b.flightRecorder ? flightTo(folder) : null;
            if (flight != null) {
                begun.push(flight::close);
            }
            wall = b.wallClock.isEmpty() ? null : new WallClock(b.wallClock, b.wallPeriod);
            if (wall != null) {
                begun.push(wall::close);
            }
            end = folder == null ? null : ProcessEnd.register(ProcessEnd.Stage.PROFILING, WRITING, this::close);
        } catch (RuntimeException e) {
            begun.forEach(Runnable::run); // nobody else could end them
            throw e;
        }
        Trees.add(this);
    }

    private static FlightRecording flightTo(@Nullable Path folder) {
        if (folder == null) {
            throw new IllegalStateException("The Flight Recorder needs a folder to write to");
        }
        try {
            Files.createDirectories(folder);
            return new FlightRecording(folder.resolve("profile.jfr"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Records all systems, those to come included, each message.
    public static Profiler start() {
        return builder().start();
    }

    /// Records one system, each message.
    public static Profiler start(ActorSystem system) {
        return builder().system(system).start();
    }

    /// Sets up a recording.
    public static Builder builder() {
        return new Builder();
    }

    /// What was recorded so far; after the close, until then. If samples are taken, it reads them all.
    public synchronized Report report() {
        Report made = last;
        return made == null ? report(isSampling() ? samples() : NO_SAMPLES) : made;
    }

    private boolean isSampling() {
        return sampling != null || wall != null;
    }

    private Report report(Samples taken) {
        return window.report(began, Duration.ofNanos(System.nanoTime() - beganNanos), level, taken);
    }

    /// What actors did so far; after the close, until then. It takes some tenths of a second, more for long recordings.
    ///
    /// @throws IllegalStateException if no samples are taken, see [Builder#samples()] and [Builder#wallClock]
    /// @throws UncheckedIOException if there is no room for a temporary file
    public synchronized Samples samples() {
        Samples taken = lastSamples;
        if (taken != null) {
            return taken;
        }
        if (!isSampling()) {
            throw new IllegalStateException("No samples are taken");
        }
        return withWall(sampling == null ? NO_SAMPLES : sampling.read(window.codes()));
    }

    private Samples withWall(Samples taken) {
        return wall == null ? taken : taken.plus(wall.weights());
    }

    /// Ends the recording, and writes the report if there is a folder. Idempotent.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (wall != null) {
            wall.close();
        }
        Samples taken = withWall(sampling == null ? NO_SAMPLES : lastSamplesOf(sampling));
        lastSamples = taken;
        Report made = report(taken);
        last = made;
        Trees.remove(this);
        window.forget();
        if (flight != null) {
            flight.close();
        }
        if (folder != null) {
            write(made, taken, folder);
        }
        if (end != null) {
            end.remove();
        }
    }

    private Samples lastSamplesOf(Sampling own) {
        Samples taken = NO_SAMPLES;
        try (own) {
            taken = own.read(window.codes());
        } catch (RuntimeException e) { // whoever ended the recording of the Flight Recorder, too
            LOG.error("The samples of the profile are lost", e);
        }
        return taken;
    }

    private static void write(Report made, Samples taken, Path folder) {
        try {
            made.writeTo(folder);
            taken.writeTo(folder);
            LOG.info("{}; written to {}", made, folder.toAbsolutePath());
        } catch (IOException e) {
            LOG.error("The profile could not be written to {}", folder.toAbsolutePath(), e);
        }
    }

    // For the trees.

    Level level() {
        return level;
    }

    boolean records(Tree tree) {
        return only == null || only == tree.system;
    }

    void systemStarted(Tree tree) {
        if (records(tree)) {
            begin(tree);
        }
    }

    private void begin(Tree tree) {
        window.begin(tree);
        Sampling own = sampling;
        if (own != null) {
            own.mark(tree);
        }
    }

    void systemStopped(Tree tree) {
        window.end(tree);
        Sampling own = sampling;
        if (own != null) {
            own.forget(tree);
        }
    }

    /// Whether it can keep the figures of one more actor that ends with its system.
    boolean hasRoom(ActorRecord record) {
        return window.hasRoom(record);
    }

    /// Keeps the figures of an actor that ends with its system.
    void keep(ActorRecord record) {
        window.keep(record);
    }
}
