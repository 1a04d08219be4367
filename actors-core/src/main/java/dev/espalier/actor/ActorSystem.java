package dev.espalier.actor;

import dev.espalier.sync.Registration;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A tree of actors with one root: the entry point of this package.
///
/// {@snippet class="dev.espalier.actor.SnippetsTest" region="system"}
///
/// It owns the process as far as the stop is concerned: SIGTERM, SIGINT and the end of the JVM stop the tree in
/// order, within the *budget* (30 s by default); a second signal halts at once. Exit codes: see [ExitCode].
///
/// *Threads.* Thread-safe. *Failure.* A failure that reaches the root stops the system, and [#awaitShutdown]
/// throws it.
public final class ActorSystem implements AutoCloseable {
    private static final int FAILURES_KEPT = 1_000;
    private static final Runtime.Version SOUND = Runtime.Version.parse("25.0.3");

    /// How a system is set up. Mutable, for one use; confined to one thread.
    public static final class Builder {
        private final String name;
        private Duration budget = Duration.ofSeconds(30);
        private Supervision supervision = Supervision.DEFAULT;
        private final List<ActorObserver> observers = new ArrayList<>();
        private boolean discover = true;
        private boolean signals = true;
        private boolean parallelStop;
        private int parallelism = Runtime.getRuntime().availableProcessors();
        private boolean dedicated = Boolean.getBoolean("dev.espalier.dedicated");

        private Builder(String name) {
            this.name = Objects.requireNonNull(name, "name");
        }

        /// How long a stop of the whole tree may take; after it whatever still runs is abandoned. Default 30 s.
        ///
        /// @param whole positive
        public Builder budget(Duration whole) {
            if (Objects.requireNonNull(whole, "budget").isNegative() || whole.isZero()) {
                throw new IllegalArgumentException("The budget must be positive, not " + whole);
            }
            budget = whole;
            return this;
        }

        /// How the root supervises the actors at the top; the default is [Supervision#DEFAULT].
        public Builder supervision(Supervision value) {
            supervision = Objects.requireNonNull(value, "supervision");
            return this;
        }

        /// Adds an observer to those that are found.
        public Builder observer(ActorObserver observer) {
            observers.add(Objects.requireNonNull(observer, "observer"));
            return this;
        }

        /// Whether observers are looked for on the class path and module path; on by default.
        public Builder discoverObservers(boolean value) {
            discover = value;
            return this;
        }

        /// Whether SIGTERM, SIGINT and the end of the JVM stop the system; on by default.
        public Builder handleSignals(boolean value) {
            signals = value;
            return this;
        }

        /// Stops the actors at the top all at once instead of in reverse start order.
        public Builder stopsChildrenInParallel() {
            parallelStop = true;
            return this;
        }

        /// How many turns of behaviors run at a time, not counting those that wait or have computed for long.
        /// Default: the number of processors.
        ///
        /// @param turnsAtATime at least 1
        /// @throws IllegalArgumentException if it is less than 1
        public Builder parallelism(int turnsAtATime) {
            if (turnsAtATime < 1) {
                throw new IllegalArgumentException("The parallelism must be at least 1, not " + turnsAtATime);
            }
            parallelism = turnsAtATime;
            return this;
        }

        /// Gives every behavior a green thread of its own, as [ActorSpec#dedicated] does for one; also the
        /// default of all systems where the system property `dev.espalier.dedicated` is `true`.
        public Builder dedicated() {
            dedicated = true;
            return this;
        }

        /// Starts the system.
        public ActorSystem start() {
            return new ActorSystem(this);
        }
    }

    final Strand strand = Strand.current();
    private final Scheduler dedicated = new DedicatedScheduler();
    final TurnScheduler turns;
    final Patience patience = new Patience(this);
    private final boolean allDedicated;
    final Observers observers;
    final Letters deadLetters = new Letters(this);
    final LastFailures failures = new LastFailures(FAILURES_KEPT);
    final Totals totals = new Totals();
    final SystemStop stop;

    private final String name;
    private final Cell<Object> root;
    private final boolean handlesSignals;
    private volatile @Nullable Failure fatal;

    private ActorSystem(Builder b) {
        name = b.name;
        stop = new SystemStop(this, b.budget);
        List<ActorObserver> all = new ArrayList<>();
        if (b.discover) {
            ServiceLoader.load(ActorObserver.class).forEach(all::add);
        }
        all.addAll(b.observers);
        observers = new Observers(all);
        ActorSpec<Object> spec = ActorSpec.node(name, Optional.empty(), b.supervision);
        allDedicated = b.dedicated;
        turns = new TurnScheduler(strand, name, b.parallelism);
        root = new Cell<>(this, null, b.parallelStop ? spec.stopsChildrenInParallel() : spec);
        if (Runtime.version().compareTo(SOUND) < 0) {
            Log.warn("Java {} can hang green threads (JDK-8369227); use {} or later", Runtime.version(), SOUND);
        }
        handlesSignals = b.signals;
        if (handlesSignals) {
            ProcessStop.register(this);
        }
        observers.systemStarted(this);
        root.scheduler().start(root);
    }

    /// Starts a system with the defaults.
    ///
    /// @param name the first part of every path; not blank, without `/`
    public static ActorSystem start(String name) {
        return builder(name).start();
    }

    /// Sets up a system.
    ///
    /// @param name the first part of every path; not blank, without `/`
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /// Who runs the program of an actor.
    Scheduler schedulerOf(Cell<?> cell) {
        if (cell.program instanceof InlineProgram) {
            return InlineScheduler.ONE;
        }
        return cell.program.endsItself() || cell.spec.options.dedicated || allDedicated ? dedicated : turns;
    }

    // The tree.

    /// The name.
    public String name() {
        return name;
    }

    /// Spawns a message-driven actor at the top and waits until it has started; see [ActorContext#spawn].
    public <M> ActorRef<M> spawn(String actorName, Supplier<? extends Behavior<M>> factory) {
        return spawn(ActorSpec.behavior(actorName, factory));
    }

    /// Spawns a body at the top; see [ActorContext#spawnBody].
    public <M> ActorRef<M> spawnBody(String actorName, Body<M> body) {
        return spawn(ActorSpec.body(actorName, body));
    }

    /// Spawns an actor at the top as its spec says; see [ActorContext#spawn].
    public <M> ActorRef<M> spawn(ActorSpec<M> spec) {
        return root.spawnChild(spec);
    }

    /// Spawns several actors at the top; see [ActorContext#spawnAll].
    public List<ActorRef<?>> spawnAll(List<? extends ActorSpec<?>> specs) {
        return StartOrder.spawnAll(root, specs);
    }

    /// The actors at the top.
    public Children children() {
        return root.children();
    }

    /// Makes the calling thread, which belongs to somebody else, an actor at the top until it closes the
    /// result.
    ///
    /// {@snippet class="dev.espalier.actor.SnippetsTest" region="adopt"}
    ///
    /// @throws NameTakenException if a living actor has the name
    /// @throws SpawnRefusedException if the system is stopping
    public Adoption adopt(String actorName) {
        return Adoption.of(this, actorName);
    }

    /// The living actor at a path such as `/shop/orders/writer`.
    public Optional<ActorRef<?>> find(String path) {
        String[] parts = Objects.requireNonNull(path, "path").split("/", -1);
        if (parts.length < 2 || !parts[0].isEmpty() || !parts[1].equals(name)) {
            return Optional.empty();
        }
        Cell<?> at = root;
        for (int i = 2; i < parts.length && at != null; i++) {
            at = at.hasLivingChildren() ? at.children().get(parts[i]) : null;
        }
        return Optional.ofNullable(at);
    }

    /// The living tree as text, a line per actor.
    ///
    /// @param most how many lines, 0 or more; one more says that there are others
    public String tree(int most) {
        if (most < 0) {
            throw new IllegalArgumentException("A tree has 0 lines or more, not " + most);
        }
        return TreeText.of(root, most);
    }

    /// Calls the action with every living actor, a parent before its children and these in start order: the
    /// cheapest look at a whole tree. Actors that start or end meanwhile may be met or not.
    ///
    /// @param action must not block
    public void forEachActor(Consumer<? super ActorRef<?>> action) {
        Objects.requireNonNull(action, "action");
        ArrayDeque<Cell<?>> open = new ArrayDeque<>();
        open.push(root);
        for (Cell<?> at = open.poll(); at != null; at = open.poll()) {
            action.accept(at);
            at.forEachChild(open::push);
        }
    }

    /// Restarts an actor as its supervisor would after a failure: when it has handled the message in hand, by
    /// the supervisor's strategy and after the back-off, with a fresh behavior, the same ref and the mailbox
    /// kept. It is not counted against the supervisor's intensity. Returns at once; nothing happens while it
    /// is stopping, or is being restarted anyway.
    ///
    /// @param actor one of this system, but not its root
    /// @throws IllegalArgumentException if it is not, or is temporary: those are never restarted
    public void restart(ActorRef<?> actor) {
        Cell<?> cell = own(actor);
        Cell<?> above = cell.parent;
        if (above == null || cell.spec.options.restart == Restart.TEMPORARY) {
            throw new IllegalArgumentException(
                    cell.path() + " cannot be restarted, for it is " + (above == null ? "the root" : "temporary"));
        }
        above.supervisor().restartByHand(cell);
    }

    private Cell<?> own(ActorRef<?> actor) {
        if (!(Objects.requireNonNull(actor, "actor") instanceof Cell<?> cell) || !equals(cell.system)) {
            throw new IllegalArgumentException(actor + " is no actor of " + name());
        }
        return cell;
    }

    /// The sum over all actors, living and ended.
    public Ledger ledger() {
        return totals.with(root);
    }

    /// The messages that no actor handled.
    public DeadLetters deadLetters() {
        return deadLetters;
    }

    /// The last 1,000 failures, oldest first, each once; `failures().under("/shop/orders")` those of one
    /// subtree.
    public Failures failures() {
        return failures.all();
    }

    /// For observers: from now on, one in so many messages that an actor is sent tells its
    /// [MessageObserver#arrived], and [ActorObserver#arrived], how long it has waited, and for whom. Which
    /// ones is left to chance.
    ///
    /// *Cost.* A sample costs its sender an object of 32 bytes and a look at the clock; others about 1 ns.
    ///
    /// @param actor one of this system
    /// @param every 0: none, as at first; 1: each; n: about one in n, n rounded up to a power of two
    /// @return what it was before
    public int sampleArrivals(ActorRef<?> actor, int every) {
        if (every < 0) {
            throw new IllegalArgumentException("one in " + every + " messages cannot be sampled");
        }
        Cell<?> cell = own(actor);
        int before = cell.sampling;
        cell.sampling = (byte) (every == 0 ? 0 : 33 - Integer.numberOfLeadingZeros(every - 1));
        return before == 0 ? 0 : 1 << (before - 1);
    }

    /// For observers: the messages that wait the longest in a mailbox, the oldest first, without the one in
    /// hand. A look from outside: exact while the actor takes none, as when it is stuck; else one may be
    /// missing, twice, or in hand already. Of a mailbox with priorities, only those that the actor has not
    /// ranked yet.
    ///
    /// *Cost.* Some nanoseconds for each message that has come since the actor last looked, for a million at
    /// most.
    ///
    /// @param actor one of this system
    /// @param most how many, at least 1
    /// @return for each its class; of strings, numbers, characters, booleans and constants also the text, at
    ///     most 100 characters. No code of a message runs for it.
    public List<String> waiting(ActorRef<?> actor, int most) {
        if (most < 1) {
            throw new IllegalArgumentException(most + " messages are none");
        }
        return own(actor).mailbox.peek(most).stream()
                .map(entry -> Failure.safeText(Mailbox.message(entry)))
                .toList();
    }

    /// For observers: from now on, what stands in the stack of the turns of all behaviors that share threads.
    /// Turns that go on already, bodies and dedicated behaviors are not concerned: their threads have their
    /// names.
    ///
    /// @param frame null for none, as at first; another one takes the place of the last
    public void frameTurns(@Nullable TurnFrame frame) {
        observers.frame(frame);
    }

    // The stop.

    /// Begins the orderly stop and returns at once. Idempotent.
    public void stop() {
        stop.begin();
    }

    /// Stops in order and waits for the end.
    ///
    /// @return how it went
    /// @throws IllegalStateException if called by an actor of this system, which it would wait for; use [#stop]
    ///     there
    public StopReport shutdown() {
        Cell<?> caller = Cell.current();
        if (caller != null && caller.system == this) {
            throw new IllegalStateException(caller.path() + " cannot wait for the end of its own system; use stop()");
        }
        stop.begin();
        stop.await();
        return report();
    }

    /// Stops in order and waits for the end; the report is logged, as a warning if it is not clean.
    ///
    /// @throws IllegalStateException if called by an actor of this system; use [#stop] there
    @Override
    public void close() {
        shutdown();
    }

    /// Waits until the system has stopped: after SIGTERM, SIGINT, [#stop()], [#exit] or a failure that reached
    /// the root.
    ///
    /// @return how it went
    /// @throws ActorFailedException if a failure reached the root
    public StopReport awaitShutdown() {
        stop.await();
        Failure failure = fatal;
        if (failure != null) {
            throw new ActorFailedException("The system " + name + " failed: " + failure, failure.cause());
        }
        return report();
    }

    /// Goes when the root has stopped, the callbacks and the observers have run.
    public Signal stopped() {
        return stop.stopped();
    }

    /// Whether the stop has begun.
    public boolean isStopping() {
        return stop.hasBegun();
    }

    /// How the stop went.
    ///
    /// @throws IllegalStateException before the end
    public StopReport report() {
        StopReport made = stop.report();
        if (made == null) {
            throw new IllegalStateException("The system " + name + " has not stopped");
        }
        return made;
    }

    /// Runs an action after the tree has stopped and before the system is announced as stopped; the last one
    /// given runs first, each once, whatever the others throw.
    ///
    /// @throws SpawnRefusedException if the callbacks have begun to run
    public Registration onStopped(Runnable action) {
        return stop.onStopped(action);
    }

    /// Ends the process in order: stops the tree, then exits with this code. Returns at once, so that an actor
    /// can call it; `System.exit` inside an actor would wait for that actor for ever.
    ///
    /// @param code 0 to 255
    public void exit(int code) {
        if (code < 0 || code > 255) {
            throw new IllegalArgumentException("An exit code is 0 to 255, not " + code);
        }
        ProcessStop.exit(this, code);
    }

    // For the engine.

    long now() {
        return strand.nanoTime();
    }

    Cell<?> root() {
        return root;
    }

    boolean handlesSignals() {
        return handlesSignals;
    }

    /// The exit code that this system wants.
    int exitCode() {
        StopReport made = stop.report();
        if (fatal != null) {
            return ExitCode.FAILED;
        }
        return made != null && made.counts().getOrDefault(StopReport.How.ABANDONED, 0) > 0
                ? ExitCode.ABANDONED
                : ExitCode.OK;
    }

    void failed(Cell<?> cell, Failure failure, Decision decision, int restarts) {
        failures.add(failure);
        Serial.Turns.afterwards(() -> observers.failed(cell, failure, decision, restarts));
    }

    void restarted(Cell<?> cell) {
        Log.debug("{} was restarted", cell);
    }

    void fatal(Failure failure) {
        if (fatal == null) {
            fatal = failure;
        }
        stop.begin();
    }

    /// Some throwables concern more than the actor that met them.
    void noteThrown(@Nullable Throwable thrown) {
        if (thrown instanceof OutOfMemoryError) {
            ProcessStop.outOfMemory(this); // before anything that needs memory
            fatal(root.life.failure(thrown, null));
        }
    }

    @Override
    public String toString() {
        return "ActorSystem[" + name + (stop.stopped().isGo() ? ", stopped]" : isStopping() ? ", stopping]" : "]");
    }
}
