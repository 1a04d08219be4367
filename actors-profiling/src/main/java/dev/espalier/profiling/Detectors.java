package dev.espalier.profiling;

import dev.espalier.actor.ActorSystem;
import dev.espalier.sync.Registration;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds actors in trouble: stuck, behind, starving, computing for long, pinned to a carrier, restarting again and
/// again. Each trouble is told once until it is over: to the log, to the Flight Recorder (`dev.espalier.Trouble`) and
/// to listeners, its own and those of [Profiling#onTrouble].
///
/// {@snippet class="dev.espalier.profiling.GuideTest" region="detectors"}
///
/// *Threads.* One platform thread, `espalier-detectors`, on which listeners run; they must not block. *Cost.* None for
/// messages, but for pinned carriers that of [Profiler.Builder#samples()] for each turn; a look at every actor that has
/// had messages four times a second, and at the others once, less often when that takes more than a twentieth of the
/// time. *Failure.* What a listener throws is logged. An actor at [Level#OFF] is not seen.
public final class Detectors implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.espalier.profiling");
    private static final long PAUSE = 250_000_000L;
    /// One look in so many is also at actors that have had no message.
    private static final int MEET = 4;

    private static final int MOST_LINES = 10;
    private static final long LINES_NANOS = 10_000_000_000L;

    /// From when on something is a trouble. Mutable, for one use; confined to one thread.
    public static final class Builder {
        private Duration stuck = Duration.ofSeconds(5);
        private Duration queue = Duration.ofSeconds(5);
        private Duration hog = Duration.ofSeconds(1);
        private Duration pinned = Duration.ZERO;
        private int restarts = 3;
        private Duration within = Duration.ofSeconds(10);

        private Builder() {}

        /// How long one message may be in hand; 5 s by default.
        public Builder stuckAfter(Duration value) {
            stuck = positive(value);
            return this;
        }

        /// How long a message may be in a mailbox; 5 s by default. It is found after that and before twice that.
        public Builder queueAge(Duration value) {
            queue = positive(value);
            return this;
        }

        /// How long one message may compute; 1 s by default.
        public Builder hogAfter(Duration value) {
            hog = positive(value);
            return this;
        }

        /// How long a green thread may hold its carrier while it waits; not looked for by default. It is told some
        /// seconds later.
        public Builder pinnedFor(Duration value) {
            pinned = positive(value);
            return this;
        }

        /// How many restarts within which time are too many; 3 within 10 s by default.
        ///
        /// @param count at least 1
        public Builder restarts(int count, Duration time) {
            if (count < 1) {
                throw new IllegalArgumentException(count + " restarts are none");
            }
            within = positive(time);
            restarts = count;
            return this;
        }

        private static Duration positive(Duration value) {
            if (!Objects.requireNonNull(value, "value").isPositive()) {
                throw new IllegalArgumentException("A limit is longer than " + value);
            }
            return value;
        }

        /// Begins to look.
        ///
        /// @param system whose actors
        public Detectors start(ActorSystem system) {
            return new Detectors(Objects.requireNonNull(system, "system"), this);
        }
    }

    private final ActorSystem system;
    private final Patrol patrol;
    private final @Nullable PinnedWatch pinned;
    private final List<Consumer<? super Trouble>> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean closed;
    private volatile List<Trouble> goingOn = List.of();
    /// What the stream of the Flight Recorder has told of: events that its thread writes are not recorded.
    private final Queue<Trouble> heard = new ConcurrentLinkedQueue<>();

    private long looks;
    private int lines;
    private int unsaid;
    private long linesSince = System.nanoTime();

    private Detectors(ActorSystem system, Builder b) {
        this.system = system;
        patrol = new Patrol(
                new Limits(b.stuck.toNanos(), b.queue.toNanos(), b.hog.toNanos(), b.within.toNanos(), b.restarts),
                this::tell);
        pinned = b.pinned.isZero() ? null : new PinnedWatch(system, b.pinned, heard::add);
        thread = Thread.ofPlatform().name("espalier-detectors").daemon().unstarted(this::run);
        Troubles.add(this); // before the thread, which takes it out
        thread.start();
    }

    /// Begins to look, with the defaults.
    ///
    /// @param system whose actors
    public static Detectors start(ActorSystem system) {
        return builder().start(system);
    }

    /// Sets limits.
    public static Builder builder() {
        return new Builder();
    }

    /// Tells of each trouble from now on.
    ///
    /// @param listener must not block
    /// @return to end that
    public Registration onTrouble(Consumer<? super Trouble> listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return () -> listeners.remove(listener);
    }

    /// The troubles that go on, as the last look has found them. A pinned carrier is none of them: when it is
    /// told, it is over.
    public List<Trouble> troubles() {
        return goingOn;
    }

    /// Whether they look at this system.
    boolean areOf(ActorSystem other) {
        return system.equals(other);
    }

    private void run() {
        while (!closed && !system.stopped().isGo()) {
            long began = System.nanoTime();
            Tree tree = Trees.of(system);
            try {
                if (tree != null) {
                    if (looks++ % MEET == 0) {
                        tree.meetWaiting();
                    }
                    patrol.look(tree.living(), began);
                    goingOn = patrol.goingOn();
                }
            } catch (RuntimeException e) {
                LOG.warn("The detectors could not look at {}", system.name(), e);
            }
            for (Trouble next = heard.poll(); next != null; next = heard.poll()) {
                tell(next);
            }
            sayHowMany();
            LockSupport.parkNanos(this, Math.max(PAUSE, 20 * (System.nanoTime() - began)));
        }
        goingOn = List.of();
        close();
    }

    private synchronized void tell(Trouble trouble) {
        TroubleEvent.write(trouble);
        log(trouble);
        listeners.forEach(listener -> tell(listener, trouble));
        Troubles.of(system).forEach(listener -> tell(listener, trouble));
    }

    private static void tell(Consumer<? super Trouble> listener, Trouble trouble) {
        try {
            listener.accept(trouble);
        } catch (RuntimeException e) {
            LOG.warn("A listener failed over {}", trouble, e);
        }
    }

    /// At most so many lines in ten seconds; then how many there were besides.
    private void log(Trouble trouble) {
        sayHowMany();
        if (lines++ < MOST_LINES) {
            LOG.warn(
                    "{}{}",
                    trouble,
                    trouble.stack().isEmpty() ? "" : ", at " + trouble.stack().getFirst());
        } else {
            unsaid++;
        }
    }

    private synchronized void sayHowMany() {
        long now = System.nanoTime();
        if (now - linesSince < LINES_NANOS) {
            return;
        }
        if (unsaid > 0) {
            LOG.warn("{} more troubles were not logged", unsaid);
        }
        linesSince = now;
        lines = 0;
        unsaid = 0;
    }

    /// Looks no more, as when the system has stopped. Idempotent.
    @Override
    public void close() {
        closed = true;
        Troubles.remove(this);
        LockSupport.unpark(thread);
        if (pinned != null) {
            pinned.close();
        }
    }
}
