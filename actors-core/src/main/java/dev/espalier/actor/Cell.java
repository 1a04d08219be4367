package dev.espalier.actor;

import dev.espalier.sync.Nursery;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import dev.espalier.sync.Waiter;
import dev.espalier.sync.WaitsFor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One actor: where its parts meet. Senders use it as [ActorRef]; its life is in [Lifecycle], its user code in
/// [Program], its messages in [Mailbox].
final class Cell<M> extends Offspring implements ActorRef<M>, Nursery, Waiter {
    private static final VarHandle RUN;
    private static final VarHandle WAITS_FOR;
    private static final VarHandle STOPPED;
    private static final int LONGEST_PATH = 400;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            RUN = lookup.findVarHandle(Cell.class, "run", int.class);
            WAITS_FOR = lookup.findVarHandle(Cell.class, "waitsFor", WaitsFor.class);
            STOPPED = lookup.findVarHandle(Cell.class, "stopped", Signal.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final ActorSystem system;
    final @Nullable Cell<?> parent;
    final ActorSpec<M> spec;
    final Mailbox mailbox;
    final Program<M> program;
    final Lifecycle life;
    private volatile @Nullable Signal stopped;
    private final Scheduler scheduler;

    /// Owned by the [Scheduler]; awake until it has started, so that nobody else starts it.
    volatile int run = DedicatedScheduler.AWAKE;

    /// A turn scheduler's: for how many turns it is expected to wait in foreign code. A guess; races do no harm.
    short mayWait;

    /// Which messages are [Sampled]: 0 none, 1 all, n one in 2^(n-1). Written by who observes, read by senders;
    /// plain, for a sender that sees a change late only samples late.
    byte sampling;

    volatile @Nullable Strand strand;
    /// What this actor waits for now; written by its own thread.
    @SuppressWarnings("UnusedVariable") // through WAITS_FOR
    private @Nullable WaitsFor waitsFor;

    volatile @Nullable CellContext<M> context;
    volatile @Nullable Object result;
    /// Written by its own thread; null while each request was answered by its handler.
    private @Nullable Unanswered unanswered;

    Cell(ActorSystem system, @Nullable Cell<?> parent, ActorSpec<M> spec) {
        this.system = system;
        this.parent = parent;
        this.spec = spec;
        this.mailbox = new Mailbox(spec.options.mailbox, this);
        this.program = SpawnOptions.program(this);
        this.scheduler = system.schedulerOf(this);
        this.life = new Lifecycle(this);
    }

    /// The actor whose code the calling thread runs.
    static @Nullable Cell<?> current() {
        return (Cell<?>) Strand.current().tenant();
    }

    static void enter(@Nullable Cell<?> cell) {
        Strand.current().tenant(cell);
    }

    @Override
    public @Nullable WaitsFor waitsFor() {
        return (WaitsFor) WAITS_FOR.getAcquire(this);
    }

    @Override
    public void waitsFor(@Nullable WaitsFor wait) {
        WAITS_FOR.setRelease(this, wait);
    }

    boolean casRun(int from, int to) {
        return RUN.compareAndSet(this, from, to);
    }

    /// Without the fence of a volatile write.
    void runBy(int state) {
        RUN.setRelease(this, state);
    }

    void wake() {
        scheduler.wake(this);
    }

    Scheduler scheduler() {
        return scheduler;
    }

    // Names.

    @Override
    public String name() {
        return spec.name;
    }

    @Override
    public String path() {
        int length = 0;
        Cell<?> at = this;
        for (; at != null && length <= LONGEST_PATH; at = at.parent) {
            length += 1 + at.name().length();
        }
        String start = at == null ? "" : "/" + system.name() + "/…";
        char[] path = new char[length];
        for (Cell<?> from = this; length > 0 && from != null; from = from.parent) {
            String name = from.name();
            length -= name.length();
            name.getChars(0, name.length(), path, length);
            path[--length] = '/';
        }
        return start + new String(path);
    }

    @Override
    public String toString() {
        return path();
    }

    /// The time to end that its spec gives it, or that it has by default; null: unlimited.
    @Nullable
    Duration grace() {
        if (spec.options.grace != null) {
            return spec.options.grace;
        }
        return hasChildSet() || program instanceof InlineProgram ? null : ActorSpec.DEFAULT_GRACE;
    }

    // Sending and asking.

    @Override
    public void tell(M message) {
        Sending.send(this, Objects.requireNonNull(message, "message"));
    }

    @Override
    public Told tryTell(M message) {
        return Sending.trySend(this, Objects.requireNonNull(message, "message"));
    }

    @Override
    public void tellAll(Collection<? extends M> messages) {
        Objects.requireNonNull(messages, "messages").forEach(this::tell);
    }

    @Override
    public <R> R ask(Function<ReplyTo<R>, ? extends M> request, Duration timeout) {
        return Asking.ask(this, request, timeout);
    }

    // The end.

    @Override
    public void stop() {
        stop(Ladder.Rung.ASKED);
    }

    private void stop(Ladder.Rung from) {
        Cell<?> caller = current();
        if (caller != null && caller == parent) {
            life.stopByParent(from);
        } else {
            life.stop(from);
        }
    }

    @Override
    public void cancel() {
        stop(Ladder.Rung.CANCEL);
    }

    @Override
    public Signal stopped() {
        Signal now = stopped;
        if (now == null) {
            Signal fresh = new Signal();
            fresh.onGo(this::leaveParent); // before all others, which may wait for the parent
            STOPPED.compareAndSet(this, null, fresh);
            now = Objects.requireNonNull(stopped);
        }
        return now;
    }

    @Override
    public ActorState state() {
        return life.state();
    }

    @Override
    public @Nullable Object join() {
        awaitStopped(WaitEdge.Kind.JOIN);
        return outcome();
    }

    @Override
    public @Nullable Object join(Duration timeout) {
        if (!stopped().waitForGo(timeout)) {
            throw new JoinTimeoutException(path() + " has not stopped within " + timeout + "; it is " + state() + " ("
                    + life.activity() + ") with " + mailbox.depth() + " messages queued");
        }
        return outcome();
    }

    /// Waits for the end; an ask of this actor to the one that waits closes a cycle.
    void awaitStopped(WaitEdge.Kind kind) {
        WaitEdge edge = WaitEdge.enter(kind, this, null);
        try {
            stopped().waitForGo();
        } finally {
            edge.leave();
        }
    }

    private @Nullable Object outcome() {
        Failure failure = life.fatalFailure();
        if (failure != null) {
            throw new ActorFailedException(path() + " failed", failure.cause());
        }
        return result;
    }

    @Override
    public boolean awaitReady(Duration timeout) {
        long deadline = Strand.deadlineAfter(timeout);
        while (true) {
            Signal ready = life.ready();
            if (ready == null) {
                return life.state() == ActorState.RUNNING;
            }
            long left = deadline == Long.MAX_VALUE ? Long.MAX_VALUE : deadline - Strand.now();
            if (left < 0 || !ready.waitForGo(Duration.ofNanos(Math.max(0, left)))) {
                return false;
            }
            if (life.state() != ActorState.RUNNING) {
                return false;
            }
        }
    }

    @Override
    public boolean awaitProcessed(Duration timeout) {
        long mark = mailbox.tickets();
        long deadline = Strand.deadlineAfter(timeout);
        Strand self = Strand.current();
        mailbox.addSettledWaiter(self);
        long until = Ladder.later(self.nanoTime(), Mailbox.FIRST_LOOK);
        try {
            while (mailbox.settled() < mark) {
                if (deadline != Long.MAX_VALUE && deadline - self.nanoTime() <= 0) {
                    return false;
                }
                Strand.park(this, Ladder.earlier(until, deadline));
                until = deadline;
            }
            return true;
        } finally {
            mailbox.removeSettledWaiter(self);
        }
    }

    @Override
    public Ledger ledger() {
        return mailbox.ledger();
    }

    @Override
    public ActorInfo info() {
        ChildSet set = childSet();
        Strand own = strand;
        return new ActorInfo(
                path(),
                state(),
                life.incarnation(),
                ledger(),
                life.activity(),
                set == null ? List.of() : set.refs(),
                own == null || !program.endsItself() ? program.userThread() : own.thread());
    }

    // Children.

    @Override
    Cell<?> self() {
        return this;
    }

    @Override
    public Nursery.Place admit(String fork, boolean ofGroup) {
        return ForkProgram.admit(this, fork, ofGroup);
    }

    /// Makes a child, starts it and, for a behavior, waits until it has started.
    <C> ActorRef<C> spawnChild(ActorSpec<C> childSpec) {
        Objects.requireNonNull(childSpec, "spec");
        if (childSpec.options.significant && childSpec.options.restart == Restart.PERMANENT) {
            throw new IllegalArgumentException("A significant child must be transient or temporary: " + childSpec.name);
        }
        Cell<C> child = new Cell<>(system, this, childSpec);
        ActorSpec<?> before = children().add(child);
        life.childAdded(child);
        if (child.program.endsItself() && !childSpec.options.saysReady) {
            child.scheduler.start(child);
            return child;
        }
        // Before the start, which may run on this very thread: a child that asks its spawner closes a cycle.
        WaitEdge edge = WaitEdge.enter(WaitEdge.Kind.START, child, null);
        try {
            child.scheduler.start(child);
            child.awaitStart();
        } catch (StartFailedException e) {
            if (before != null) {
                children().keep(before);
            }
            throw e;
        } finally {
            edge.leave();
        }
        return child;
    }

    /// Waits for the first start, not for whatever comes after it: a child that has failed meanwhile may have to wait
    /// for this actor's verdict, which cannot come while the spawner waits here.
    void awaitStart() {
        Signal ready = life.ready();
        if (ready != null && !life.hasStartedOnce()) { // in this order: the start notes itself and goes then
            ready.waitForGo();
        }
        Throwable failure = life.startFailure();
        if (failure != null) {
            stopped().waitForGo();
            if (!(failure instanceof IgnoreStartException)) {
                throw new StartFailedException(path() + " could not start: " + failure, failure);
            }
        }
    }

    void tellChildFailure(Failure failure) {
        CellContext<M> now = context;
        if (now != null) {
            now.childFailed(failure);
        }
    }

    // The last things.

    void deadLetter(Object entry, DeadLetter.Reason reason) {
        mailbox.countDead(reason == DeadLetter.Reason.LEFT_OVER);
        system.deadLetters.add(new DeadLetter(Mailbox.message(entry), path(), reason));
        if (reason != DeadLetter.Reason.EXPIRED) { // its asker has its answer, or is about to see the time-out
            Sending.refuse(entry);
        }
    }

    void closeMailbox() {
        mailbox.close();
        for (Object entry = mailbox.poll(); entry != null; entry = mailbox.poll()) {
            deadLetter(Sampled.opened(entry), DeadLetter.Reason.LEFT_OVER);
        }
        mailbox.wakeSettledWaiters();
    }

    /// A request was handled: it is still to be answered, unless it was already.
    void noteUnanswered(Asked asked) {
        if (asked.noted || !asked.isHeld()) {
            return;
        }
        Unanswered all = unanswered;
        if (all == null) {
            all = new Unanswered();
            unanswered = all;
        }
        all.note(asked);
    }

    private void refuseUnanswered() {
        CellContext<M> last = context;
        if (last != null) {
            last.refuseInHand();
        }
        Unanswered all = unanswered;
        if (all != null) {
            all.refuseAll();
        }
    }

    /// The life is over: frees the name, tells everybody. Runs with nothing held.
    ///
    /// @param end null if nobody wants to know
    void ended(@Nullable Ending end, boolean keepSpec, boolean wasStarted, boolean byItself) {
        system.totals.add(mailbox.ledgerBeforeClose());
        if (wasStarted && end != null) {
            system.stop.actorEnded(end);
        }
        if (parent != null) {
            parent.children().remove(this, keepSpec && keepsSpec());
        }
        if (wasStarted && end != null) {
            system.observers.stopped(this, end);
        }
        if (STOPPED.compareAndSet(this, null, LifeState.GONE)) {
            leaveParent(); // nobody has asked for it
        } else {
            stopped().go();
        }
        refuseUnanswered(); // after the above: who fails to forward looks at it
        if (parent != null) {
            if (parent.awaitsEndOf(this)) {
                parent.life.childStopped(this, byItself);
            }
        } else {
            system.turns.close();
            system.patience.end();
            system.stop.rootStopped();
        }
    }

    /// `stopped` has gone: from now on the parent may end, too.
    private void leaveParent() {
        if (parent != null) {
            parent.children().left();
        }
    }

    /// Whether the end of a child, which has left before this look, may mean anything to this actor. Who
    /// begins to wait for ends says so first, by its goal or by making a supervisor, and looks for its children
    /// then: either it does not see the child any more, or it is seen here.
    private boolean awaitsEndOf(Cell<?> child) {
        return !life.goesOn() || child.spec.options.significant || supervisorIfAny() != null;
    }

    private boolean keepsSpec() {
        return spec.options.restart != Restart.TEMPORARY;
    }
}
