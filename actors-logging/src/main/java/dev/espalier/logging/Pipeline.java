package dev.espalier.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/// The way of events from many callers to the sinks: a bounded queue, a thread that writes, and an end after
/// which callers write themselves.
///
/// *Problem.* A caller must not pay for the sinks, nor for waking a thread; no event may be lost at the end,
/// whoever still logs; and no sink may hang the program.
///
/// *Idea.* A caller puts its event into the queue and reads one word, `phase`, that hardly ever changes:
///
/// | phase | the writer | who has put an event in |
/// |---|---|---|
/// | WARM | looks at the queue every ms | is done: wakes nobody |
/// | PARKED | is parked, after 1 s without events | moves it to WARM and unparks |
/// | DIRECT | ends | takes the turn and writes what is queued; later callers write their own event, too |
///
/// * `WARM -> PARKED`: the writer, CAS. `PARKED -> WARM`: whoever wakes it, CAS. `-> DIRECT`: [#close], or the
///   writer when it dies; for good.
///
/// Only who has the [Turn] polls the queue and touches the sinks: the writer, in DIRECT any caller. The turn
/// can be lost for good: then the sinks are given up and events go to the [Rescue].
///
/// 1. *No event is left.* An offer moves the queue's index by a CAS, then the caller reads `phase`; who writes
///    `phase` looks at the queue afterwards. All are volatile: the one sees the event or the other the phase.
/// 2. *Order.* A caller's events reach the sinks in the order of its calls: through the queue, and a direct write
///    comes after what is queued.
/// 3. *Once.* An event is in the queue or with one thread. Only events that a sink was given and has not flushed
///    when it did not come back, may be both in that sink and the spill file.
/// 4. *Callers that wait* look for themselves; nobody has to wake them. The engine never waits, see [Backlog].
/// 5. *A sink that logs* is found by its thread: the writer, or a guest, which sets `hasGuests` before it takes the
///    turn and so sees it itself. Others may see an old value: they have no turn.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `phase` | see above | all | volatile, CAS |
/// | `hasGuests` | who takes the turn and is not the writer | callers | plain, see 5 |
/// | `flushed`, `flushedAside` | holder of the turn | `flush` | volatile; how many of the queue, of its lane |
/// | `wanted` | `flush` | holder of the turn | volatile, max |
/// | `stuckAt` | callers that gave up | callers | volatile; a hint |
///
/// *What a caller reads* stands in this object and hardly ever changes. What the writer writes for each event (the
/// word of the turn, counters) stands in others, so that the caches of callers can keep this one.
///
/// *If the writer dies*, its last act is DIRECT: callers write themselves, also those that wait for room. *If it
/// stalls in a sink*, callers wait or drop as they are told, give up after the patience, and the close spills.
/// *If a caller stalls* between the index and the element, which is two instructions, the writer spins.
/// *Not guaranteed:* the order between callers; that what was given to a stream is on the disk.
///
/// Tests: `PipelineTest` stops threads at the points that count; `ActorAppenderTest`, `ProcessEndTest`.
final class Pipeline {
    private static final int WARM = 0;
    private static final int PARKED = 1;
    private static final int DIRECT = 2;

    private static final long NAP = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long WARM_FOR = TimeUnit.SECONDS.toNanos(1);
    private static final int SUMMARY_EVERY = 1_024;
    private static final VarHandle PHASE;

    static {
        try {
            PHASE = MethodHandles.lookup().findVarHandle(Pipeline.class, "phase", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // What every call reads.
    private volatile int phase = WARM;
    private boolean hasGuests;
    private final Backlog backlog;
    private final Thread writer;
    /// Written before the start.
    private @Nullable Journal journal;

    private final Turn turn = new Turn();
    private final Tally tally = new Tally();
    private final Outlet outlet;
    private final Rescue rescue;
    private final long patience;
    private final AtomicLong flushed = new AtomicLong();
    private final AtomicLong flushedAside = new AtomicLong();
    private final AtomicLong wanted = new AtomicLong();
    private volatile long stuckAt = -1;

    /// Nothing runs yet.
    ///
    /// @param queue empty
    /// @param patience how long the sinks may make no progress, in ns
    /// @param repeats null: nothing is folded
    /// @param summary makes the event for a text of the library's own
    Pipeline(
            MpscVarHandleArrayQueue<ActorEvent> queue,
            long patience,
            Sinks sinks,
            Path spillFile,
            @Nullable Repeats repeats,
            Function<String, ILoggingEvent> summary) {
        backlog = new Backlog(queue);
        outlet = new Outlet(sinks, tally, turn, repeats, summary);
        rescue = new Rescue(backlog, turn, outlet, tally, spillFile);
        this.patience = patience;
        writer = Thread.ofPlatform()
                .name("espalier-log")
                .daemon(true)
                .inheritInheritableThreadLocals(false)
                .unstarted(this::run);
    }

    /// Every event goes into the journal first. To be called before the start.
    void journal(Journal value) {
        journal = value;
        outlet.journal(value);
        rescue.journal(value);
    }

    void start() {
        writer.start();
    }

    /// Callers write themselves from the beginning.
    void startDirect() {
        phase = DIRECT;
    }

    // Callers.

    /// Takes an event. Does not throw.
    void emit(ActorEvent event, Levels whenFull) {
        if (isInSinks()) {
            outlet.takeOwn(event);
            if (turn.isLost()) {
                rescue.writeOwn();
            }
        } else if (phase == DIRECT) {
            writeDirect(event);
        } else if (offer(event)) {
            offered();
        } else {
            emitWhenFull(event, whenFull.of(event.getLevel()));
        }
    }

    /// Invariant 5. The writer never logs but there.
    @SuppressWarnings("ReferenceEquality") // whether it is that thread
    private boolean isInSinks() {
        return Thread.currentThread() == writer || (hasGuests && turn.isMine());
    }

    /// To be called before another thread than the writer takes the turn.
    private void announceGuest() {
        if (!hasGuests) {
            hasGuests = true;
        }
    }

    /// May be repeated with the same event.
    private boolean offer(ActorEvent event) {
        return (journal == null || journal.put(event)) && backlog.offer(event);
    }

    private void offered() {
        int seen = phase; // invariant 1
        if (seen == PARKED) {
            wakeWriter();
        } else if (seen == DIRECT) {
            writeQueued();
        }
    }

    private void wakeWriter() {
        if (PHASE.compareAndSet(this, PARKED, WARM)) {
            LockSupport.unpark(writer);
        }
    }

    private void emitWhenFull(ActorEvent event, WhenFull whenFull) {
        if (whenFull != WhenFull.DROP && Backlog.isOfTheEngine(event)) {
            emitAside(event);
            return;
        }
        if (whenFull == WhenFull.DROP) {
            tally.bypassed();
            tally.count(Fate.DROPPED);
            if (journal != null) {
                journal.dropped(event);
            }
            return;
        }
        if (whenFull == WhenFull.SPILL) {
            rescue.writeFirst(event);
            return;
        }
        if (whenFull == WhenFull.WRITE) {
            announceGuest();
        }
        Pause pause = new Pause();
        try {
            long since = System.nanoTime();
            long seen = outlet.progress();
            while (phase != DIRECT) {
                if (offer(event)) {
                    offered();
                    return;
                }
                if (whenFull == WhenFull.WRITE && turn.tryTake()) {
                    writeWithTurn(event);
                    return;
                }
                long now = System.nanoTime();
                long at = outlet.progress();
                if (at != seen) {
                    seen = at;
                    since = now;
                } else if (at == stuckAt || now - since > patience) {
                    stuckAt = at;
                    giveUp(event);
                    return;
                }
                LockSupport.unpark(writer); // it may be napping
                pause.next();
            }
            writeDirect(event);
        } finally {
            pause.end();
        }
    }

    private void emitAside(ActorEvent event) {
        if (backlog.offerAside(event)) {
            offered();
        } else {
            giveUp(event);
        }
    }

    private void giveUp(ActorEvent event) {
        tally.bypassed();
        tally.count(Fate.STUCK);
        LastResort.say("The log is stuck: " + Text.of(event));
        if (journal != null) {
            journal.dropped(event);
        }
    }

    // Callers that write.

    private void writeDirect(ActorEvent event) {
        if (awaitTurn()) {
            writeWithTurn(event);
        } else if (turn.isLost()) {
            tally.bypassed();
            rescue.writeLast(event);
        } else {
            giveUp(event);
        }
    }

    /// Invariant 2: what is queued first. If the turn is lost on the way, its new owner has the event, or none had.
    private void writeWithTurn(ActorEvent event) {
        boolean mine = false;
        try {
            mine = drain();
            tally.bypassed();
            if (mine && outlet.write(event)) {
                outlet.flush();
            }
        } finally {
            turn.give();
        }
        if (!mine) {
            rescue.writeLast(event);
        } else if (phase == DIRECT && !backlog.isEmpty()) {
            writeQueued();
        }
    }

    /// The writer has ended, or is about to, and may not have seen the event of this thread. If the sinks are stuck,
    /// the event stays in the queue: who has the turn looks at that after it has given the turn back, or a close
    /// spills it.
    private void writeQueued() {
        while (awaitTurn()) {
            try {
                drain();
            } finally {
                turn.give();
            }
            if (backlog.isEmpty()) {
                return;
            }
        }
        if (turn.isLost()) {
            rescue.writeQueue();
        }
    }

    /// Waits as long as the sinks make progress.
    ///
    /// @return false if they are stuck, or the turn is lost
    private boolean awaitTurn() {
        announceGuest();
        for (long at = outlet.progress(); !turn.await(at == stuckAt ? 0 : patience); at = outlet.progress()) {
            if (turn.isLost()) {
                return false;
            }
            if (outlet.progress() == at) {
                stuckAt = at;
                return false;
            }
        }
        return true;
    }

    // Whoever has the turn.

    /// Writes what is queued, flushes if that was something.
    ///
    /// @return false if the turn is lost
    private boolean drain() {
        for (ActorEvent event = backlog.poll(); event != null; event = backlog.poll()) {
            if (!outlet.write(event)) {
                return false;
            }
            long now = backlog.taken();
            long asked = wanted.get();
            if (flushed.get() < asked && now >= asked && !backlog.isAsideNext() && !flush()) {
                return false;
            }
            if (now % SUMMARY_EVERY == 0 && !outlet.summarise(false)) {
                return false;
            }
        }
        return flush() && outlet.summarise(false);
    }

    private boolean flush() {
        long aside = backlog.takenAside();
        long upTo = backlog.taken();
        if (flushed.get() >= upTo && flushedAside.get() >= aside) {
            return true;
        }
        if (!outlet.flush()) {
            return false;
        }
        flushedAside.set(aside);
        flushed.set(upTo);
        return true;
    }

    // The writer.

    private void run() {
        try {
            long active = System.nanoTime();
            while (phase != DIRECT) {
                if (work(false)) {
                    active = System.nanoTime();
                }
                if (System.nanoTime() - active < WARM_FOR) {
                    LockSupport.parkNanos(this, NAP);
                } else {
                    work(true);
                    sleep();
                    active = System.nanoTime();
                }
                Thread.interrupted(); // a set flag would make the nap a busy loop
            }
        } catch (Throwable t) {
            LastResort.say("The writer of the log died, callers write themselves: " + t + System.lineSeparator());
        } finally {
            phase = DIRECT;
            finish();
        }
    }

    /// Invariant 1. Who has the turn now may have taken it before, and not look at the queue again.
    private void finish() {
        if (turn.await(Long.MAX_VALUE)) {
            try {
                if (drain() && outlet.summarise(true)) {
                    outlet.flushEach();
                }
            } finally {
                turn.give();
            }
        }
    }

    /// @return whether there was something to do
    private boolean work(boolean summarises) {
        if (!turn.tryTake()) {
            return true; // somebody else writes
        }
        long before = backlog.taken() + backlog.takenAside();
        try {
            if (drain() && summarises) {
                outlet.summarise(true);
            }
        } finally {
            turn.give();
        }
        return backlog.taken() + backlog.takenAside() != before;
    }

    private void sleep() {
        if (PHASE.compareAndSet(this, WARM, PARKED)) {
            while (phase == PARKED && backlog.isEmpty()) {
                LockSupport.park(this);
                Thread.interrupted();
            }
            PHASE.compareAndSet(this, PARKED, WARM);
        }
    }

    // Flush and end.

    /// Waits until what was emitted before the call is written and flushed.
    ///
    /// @return whether it is
    boolean flush(long begun, long nanos) {
        if (isInSinks()) {
            return false; // it would wait for itself
        }
        Backlog.Mark mark = backlog.offered();
        wanted.accumulateAndGet(mark.queue(), Math::max);
        Pause pause = new Pause();
        try {
            while (flushed.get() < mark.queue() || flushedAside.get() < mark.lane()) {
                if (turn.isLost() || System.nanoTime() - begun >= nanos) {
                    return false;
                }
                wakeWriter();
                LockSupport.unpark(writer); // it may be napping
                if (phase == DIRECT) {
                    drainAsGuest();
                }
                pause.next();
            }
            return true;
        } finally {
            pause.end();
        }
    }

    private void drainAsGuest() {
        announceGuest();
        if (turn.tryTake()) {
            try {
                drain();
            } finally {
                turn.give();
            }
        }
    }

    /// Writes what is queued; from then on callers write themselves. Repeating it is harmless.
    ///
    /// @return false if it took too long, and the rest was spilled; or if a sink has called this, which cannot wait
    ///     for itself: what is queued is written when it comes back
    boolean close(long nanos) {
        if (isInSinks()) {
            phase = DIRECT;
            return false;
        }
        long begun = System.nanoTime();
        flush(begun, nanos); // while callers go on
        phase = DIRECT;
        LockSupport.unpark(writer);
        Pause pause = new Pause();
        try {
            while (writer.isAlive()) {
                if (System.nanoTime() - begun >= nanos) {
                    rescue.giveUp(nanos);
                    return false;
                }
                pause.next();
            }
        } finally {
            pause.end();
        }
        return !turn.isLost();
    }

    LogStatistics statistics() {
        Backlog.Mark offered = backlog.offered();
        long all = offered.queue() + offered.lane();
        return tally.statistics(all, all - backlog.taken() - backlog.takenAside() + outlet.unflushed());
    }
}
