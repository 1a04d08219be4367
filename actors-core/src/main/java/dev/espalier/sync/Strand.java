package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A thread as this library sees it: the clock it reads, the place where it parks, the scope that cancels it.
///
/// There is one object per thread, green or platform. A thread that was not started here gets one on first use,
/// on the JVM's own clock.
///
/// *Threads.* Static methods concern the calling thread; the others may be called from any thread.
/// *Memory.* What a thread does before [#unpark] happens before what the strand does after the [#park] that it
/// ends; what it does before starting a strand happens before the body.
///
/// *Lost wake-ups.* [#park] looks for a cancel and then parks; a cancel that comes in between would be missed
/// if it were only a flag. It is not: [CancelScope#cancel] first sets its state and the strand's hint, then
/// unparks. Either the hint is seen before parking, or the unpark comes after that look and leaves a permit,
/// which nothing between the look and the real park can consume; the park then returns at once, and the second
/// look finds the cancel.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `tenant`, `host`, `dice` | the strand itself | the strand itself | plain |
/// | `listed` | the strand itself, see [DeadlockWatch] | the strand itself | plain |
/// | `waitsFor` | the strand itself | all | release; acquire, plain for itself |
public final class Strand extends Cancellable implements Waiter {
    /// As a deadline: never.
    private static final long NEVER = Long.MAX_VALUE;
    /// Differences of clock values are meaningful up to here, about 146 years; longer durations never end.
    private static final long FARTHEST = Long.MAX_VALUE / 2;

    private static final ThreadLocal<Strand> CURRENT = new ThreadLocal<>();
    private static final VarHandle WAITS_FOR;

    static {
        try {
            WAITS_FOR = MethodHandles.lookup().findVarHandle(Strand.class, "waitsFor", WaitsFor.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Ground ground;
    private final Thread thread;
    private final @Nullable Runnable body;
    private final @Nullable Signal ended;

    /// For the ground alone: what it remembers about this strand.
    @Nullable
    Object seat;

    /// For the scheduler above: whose code runs here now.
    private @Nullable Object tenant;

    private @Nullable TraceContext trace;
    private @Nullable Host host;
    /// For coroutines: whose code runs here; written before the strand goes on.
    @Nullable
    Ring ring;

    private long dice;
    private boolean listed;
    private @Nullable WaitsFor waitsFor;

    /// Whoever runs the code of many on one strand: it is told when that code waits, and can let another strand
    /// go on with the rest.
    ///
    /// *Threads.* Called by the strand itself.
    public interface Host {
        /// Whose code the strand runs from now on; see [Strand#tenant(Object)].
        ///
        /// @param whose null for nobody's
        void tenant(@Nullable Object whose);

        /// Whose code the strand runs.
        ///
        /// @return what was told last, or null
        @Nullable
        Object tenant();

        /// The strand is about to be parked. Must not park or throw.
        ///
        /// @param strand the calling strand
        void beforePark(Strand strand);

        /// The strand goes on. Must not park or throw.
        ///
        /// @param strand the calling strand
        void afterPark(Strand strand);
    }

    private Strand(Thread adopted) {
        ground = RealGround.INSTANCE;
        thread = adopted;
        body = null;
        ended = null;
    }

    private Strand(Ground ground, String name, boolean green, boolean daemon, Runnable body) {
        this.ground = ground;
        this.body = requireNonNull(body, "body");
        this.ended = new Signal();
        this.thread = ground.newThread(requireNonNull(name, "name"), green, daemon, this::runBody);
    }

    /// The strand of the calling thread.
    ///
    /// @return always the same object for one thread
    public static Strand current() {
        Strand strand = CURRENT.get();
        if (strand == null) {
            strand = new Strand(Thread.currentThread());
            CURRENT.set(strand);
        }
        return strand;
    }

    /// Whether the calling thread is the timer of the JVM. It must never wait: all timers would wait with it.
    public static boolean isTimer() {
        return RealGround.isTimer();
    }

    /// Starts a green thread, on the ground of the calling strand.
    ///
    /// *Failure.* What the body throws goes to the thread's uncaught-exception handler.
    ///
    /// @param name the thread's name, set before it starts
    /// @param body what it does
    /// @return the started strand
    public static Strand start(String name, Runnable body) {
        return start(current().ground, name, true, true, body);
    }

    /// Starts a platform thread, on the ground of the calling strand.
    ///
    /// *Failure.* What the body throws goes to the thread's uncaught-exception handler.
    ///
    /// @param name the thread's name, set before it starts
    /// @param daemon false: the JVM does not end before this thread
    /// @param body what it does
    /// @return the started strand
    public static Strand startPlatform(String name, boolean daemon, Runnable body) {
        return start(current().ground, name, false, daemon, body);
    }

    /// Starts a green thread on the ground of this strand, whoever calls; see [#start].
    ///
    /// @param name the thread's name, set before it starts
    /// @param body what it does
    /// @return the started strand
    public Strand startSibling(String name, Runnable body) {
        return start(ground, name, true, true, body);
    }

    /// Starts a platform thread on the ground of this strand, whoever calls; see [#startPlatform].
    ///
    /// @param name the thread's name, set before it starts
    /// @param daemon false: the JVM does not end before this thread
    /// @param body what it does
    /// @return the started strand
    public Strand startPlatformSibling(String name, boolean daemon, Runnable body) {
        return start(ground, name, false, daemon, body);
    }

    static Strand start(Ground ground, String name, boolean green, boolean daemon, Runnable body) {
        var strand = new Strand(ground, name, green, daemon, body);
        ground.launch(strand);
        return strand;
    }

    /// A green thread that is started by [#launch].
    Strand unstartedSibling(String name, Runnable work) {
        return new Strand(ground, name, true, true, work);
    }

    void launch() {
        ground.launch(this);
    }

    Ground ground() {
        return ground;
    }

    private void runBody() {
        CURRENT.set(this);
        try {
            requireNonNull(body).run();
        } finally {
            requireNonNull(ended).go();
        }
    }

    /// The thread behind it.
    ///
    /// @return the thread
    @Override
    public Thread thread() {
        return thread;
    }

    /// The monotonic clock of this strand's ground. It may be negative and may wrap: compare values by their
    /// difference only.
    ///
    /// @return nanoseconds since an arbitrary origin
    public long nanoTime() {
        return ground.nanoTime();
    }

    /// The monotonic clock of the calling strand, see [#nanoTime].
    ///
    /// @return nanoseconds since an arbitrary origin
    public static long now() {
        return current().nanoTime();
    }

    /// Tells whether this strand lives in a simulation.
    ///
    /// @return true if time only passes when every strand of the simulation is parked
    public boolean isVirtualTime() {
        return ground.isVirtual();
    }

    /// Parks the calling strand until it is unparked, the deadline, a cancel or an interrupt. It may return for
    /// no reason at all: call it in a loop that looks at what it waits for.
    ///
    /// *Cost.* Does not allocate.
    ///
    /// @param blocker shown by debuggers and thread dumps
    /// @param deadlineNanos a value of this strand's clock; [Long#MAX_VALUE] for none
    /// @throws CancelledException if a cancel of a scope of this strand is pending and not shielded (it is
    ///     delivered once), or if the thread is interrupted and not shielded (the flag stays set)
    public static void park(Object blocker, long deadlineNanos) {
        Strand self = current();
        self.checkCancelled();
        if (deadlineNanos != NEVER && deadlineNanos - self.ground.nanoTime() <= 0) {
            return;
        }
        WaitsFor wait = self.waitsFor;
        if (wait != null && wait.beforePark()) {
            return;
        }
        Host told = self.host;
        if (told == null) {
            self.ground.park(self, blocker, deadlineNanos);
        } else {
            told.beforePark(self);
            try {
                self.ground.park(self, blocker, deadlineNanos);
            } finally {
                told.afterPark(self);
            }
        }
        self.checkCancelled();
        if (wait != null) {
            wait.check();
        }
    }

    /// Lets every green thread that waits for a processor have one before the calling strand goes on; green
    /// threads are not preempted. [Thread#yield] would not do: it only serves the carrier's own queue.
    ///
    /// @param nanos how long to stay away at least; less than 1 counts as 1
    public static void giveWay(long nanos) {
        parkIdle(Strand.class, now() + Math.max(1, nanos));
    }

    /// Parks the calling strand, whatever scope it is in: for threads that wait for work to do, not for an event
    /// of the code that they run. A cancel does not end it; an interrupt that is pending is dropped.
    ///
    /// @param blocker shown by debuggers and thread dumps
    /// @param deadlineNanos a value of this strand's clock; [Long#MAX_VALUE] for none
    public static void parkIdle(Object blocker, long deadlineNanos) {
        Strand self = current();
        if (Thread.interrupted()) {
            return; // a set flag would turn every park into a busy loop
        }
        self.ground.park(self, blocker, deadlineNanos);
    }

    /// Ends the current or next [#park] of this strand.
    public void unpark() {
        ground.unpark(this);
    }

    /// Interrupts the thread, see [Thread#interrupt].
    public void interrupt() {
        ground.interrupt(this);
    }

    /// Sleeps, never too short.
    ///
    /// @param duration how long; not negative; zero only looks for a cancel
    /// @throws CancelledException if cancelled or interrupted, see [#park]
    public static void sleep(Duration duration) {
        long deadline = deadlineAfter(duration);
        do {
            park(Strand.class, deadline);
        } while (!isOver(deadline));
    }

    /// The deadline that many nanoseconds from now, on the clock of the calling strand.
    ///
    /// @param duration how long; not negative; from about 146 years on it never ends
    /// @return a clock value, or [Long#MAX_VALUE] for never
    /// @throws IllegalArgumentException if the duration is negative
    public static long deadlineAfter(Duration duration) {
        refuseNegative(duration);
        if (duration.compareTo(Duration.ofNanos(FARTHEST)) >= 0) {
            return NEVER;
        }
        long deadline = now() + duration.toNanos(); // may wrap: the clock may, too
        return deadline == NEVER ? deadline + 1 : deadline; // a nanosecond late rather than never
    }

    /// Looks at a duration that may not be needed: what must not be is refused always, not only by who has to wait.
    static void refuseNegative(Duration duration) {
        if (requireNonNull(duration, "duration").isNegative()) {
            throw new IllegalArgumentException("negative duration: " + duration);
        }
    }

    /// Says whose code the calling strand runs from now on.
    ///
    /// @param whose any object that means something to the caller; null for nobody's
    public void tenant(@Nullable Object whose) {
        Host told = host;
        if (told == null) {
            tenant = whose;
        } else {
            told.tenant(whose);
        }
    }

    /// Whose code it runs; for the strand itself.
    ///
    /// @return what [#tenant(Object)] was told last, or null
    public @Nullable Object tenant() {
        Host told = host;
        return told == null ? tenant : told.tenant();
    }

    /// For the scheduler above: what [TraceContext] is current; for the strand itself.
    ///
    /// @return null if none is
    public @Nullable TraceContext trace() {
        return trace;
    }

    /// For the scheduler above: makes a context the current one; for the strand itself.
    ///
    /// @param now null for none
    public void trace(@Nullable TraceContext now) {
        trace = now;
    }

    /// From now on the host is told when a tenant's code parks here; for the strand itself.
    ///
    /// @param host whom to tell, or null
    public void host(@Nullable Host host) {
        this.host = host;
    }

    /// Who is told when a tenant's code parks here; for the strand itself.
    ///
    /// @return the host, or null
    public @Nullable Host host() {
        return host;
    }

    @Override
    public @Nullable WaitsFor waitsFor() {
        return (WaitsFor) WAITS_FOR.getAcquire(this);
    }

    @Override
    public void waitsFor(@Nullable WaitsFor wait) {
        WAITS_FOR.setRelease(this, wait);
    }

    /// Notes whether others find it by its thread.
    ///
    /// @return whether that is new
    boolean list(boolean now) {
        boolean changed = listed != now;
        listed = now;
        return changed;
    }

    /// Whether the deadline has come on the clock of the calling strand.
    static boolean isOver(long deadlineNanos) {
        return deadlineNanos != NEVER && deadlineNanos - now() <= 0;
    }

    /// Tells whether it has not ended yet.
    ///
    /// @return false once the body has returned or thrown
    public boolean isAlive() {
        return ended == null ? thread.isAlive() : !ended.isGo();
    }

    /// Waits until the body has returned or thrown.
    ///
    /// @param duration how long at most; not negative
    /// @return true if it has ended
    /// @throws IllegalStateException if this strand was not started by [#start] or [#startPlatform]
    /// @throws CancelledException if the caller is cancelled or interrupted meanwhile
    public boolean join(Duration duration) {
        if (ended == null) {
            throw new IllegalStateException("not started as a strand: " + thread);
        }
        return ended.waitForGo(duration);
    }

    /// Runs a task at or after the deadline, on the ground's timer thread; never early.
    ///
    /// *Failure.* What the task throws is logged; the timer goes on.
    /// *Threads.* All timers of the JVM share one thread: tasks must be short and must not wait.
    /// *Cost.* O(log n) with n pending tasks, also to remove it.
    ///
    /// @param deadlineNanos a value of this strand's clock; [Long#MAX_VALUE] never comes
    /// @param task what to run
    /// @return removes the task
    public Registration schedule(long deadlineNanos, Runnable task) {
        return ground.schedule(deadlineNanos, requireNonNull(task, "task"));
    }

    @Override
    public String toString() {
        return "Strand[" + thread.getName() + "]";
    }

    /// Any number below the bound; for the strand itself. In a simulation the same ones in every run. Strands
    /// that roll once each must not all roll the same, so each begins elsewhere.
    int roll(int bound) {
        if (dice == 0) {
            dice = ground.anyNumber();
        }
        dice = dice * 6364136223846793005L + 1442695040888963407L; // Knuth, MMIX
        return (int) ((dice >>> 33) % bound);
    }

    /// Parks while another strand runs the code of this one: the host is told, but nothing is delivered here.
    void parkForOther(Object blocker, BooleanSupplier done) {
        Host told = host;
        if (told != null) {
            told.beforePark(this);
        }
        try {
            if (!done.getAsBoolean()) {
                ground.park(this, blocker, NEVER);
            }
        } finally {
            if (told != null) {
                told.afterPark(this);
            }
        }
    }
}
