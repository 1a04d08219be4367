package dev.espalier.actor;

import dev.espalier.sync.Registration;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The escalation of one actor that has been asked to end: ASKED, and at its times CANCEL, INTERRUPT, ABANDON.
///
/// The times: the cancel comes when the grace is over. Each further rung comes one *unwind time* after the one
/// before: a thirtieth of the grace, at least 20 ms, at most 1 s. So from 0.6 s of grace on the ladder takes a
/// fifteenth more than the grace, which leaves a third of the promised tenth to a machine that is late. While the whole
/// system stops, no rung is later than the same rung of the system's budget
/// ([Budget]): that is how the root divides its time downwards; an actor that is told late gets less.
///
/// The interrupt is for whatever code of the actor runs then, also for an `onStop` that began after the cancel:
/// it gets the rest of the unwind time. A cancel that came before does not reach it.
///
/// All of it belongs to the actor's [Serial]; the timer only posts.
final class Ladder {
    /// How far the escalation has gone.
    enum Rung {
        ASKED,
        CANCEL,
        INTERRUPT,
        ABANDON
    }

    /// The times of the rungs for the whole system, on its clock.
    record Budget(long cancelAt, long interruptAt, long abandonAt) {
        static Budget of(long now, Duration whole) {
            long nanos = nanos(whole);
            if (nanos == Long.MAX_VALUE) {
                return NONE;
            }
            return new Budget(later(now, nanos / 10 * 8), later(now, nanos / 10 * 9), later(now, nanos));
        }

        static final Budget NONE = new Budget(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    private static final long LEAST_UNWIND = 20_000_000L;
    private static final long MOST_UNWIND = 1_000_000_000L;
    private static final long AGAIN = 10_000_000L;

    private final Cell<?> cell;
    private final Lifecycle life;
    /// For [Patience]: who was asked before.
    @Nullable
    Ladder askedBefore;

    volatile boolean waitsForLook;

    private volatile Rung rung = Rung.ASKED;
    private boolean running;
    private boolean started;
    private boolean wasAbandoned;
    private long askedAt;
    private long graceOver;
    private long unwind;
    /// Made with the first rung after ASKED.
    private long @Nullable [] reachedAt;
    private @Nullable Registration timer;
    private int generation;
    private List<StackTraceElement> stack = List.of();

    Ladder(Cell<?> cell, Lifecycle life) {
        this.cell = cell;
        this.life = life;
    }

    static long nanos(Duration d) {
        try {
            return d.toNanos();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    /// A time on the clock, which may wrap; [Long#MAX_VALUE] alone means never, so it is a nanosecond late
    /// then.
    static long later(long from, long nanos) {
        long at = from + nanos;
        return at == Long.MAX_VALUE ? at + 1 : at;
    }

    Rung rung() {
        return rung;
    }

    long askedAt() {
        return askedAt;
    }

    void start(Rung from) {
        long now = cell.system.now();
        if (!running) {
            askedAt = now;
        }
        running = true;
        started = true;
        long grace = grace();
        graceOver = grace == Long.MAX_VALUE ? Long.MAX_VALUE : later(now, grace);
        unwind = grace == Long.MAX_VALUE ? MOST_UNWIND : Math.clamp(grace / 30, LEAST_UNWIND, MOST_UNWIND);
        if (from == Rung.ASKED) {
            beginAsked(now);
        } else {
            atLeast(from);
        }
    }

    private void beginAsked(long now) {
        long due = dueAt(Rung.CANCEL);
        if (due == Long.MAX_VALUE) {
            return; // until the system has a budget, see rearm
        }
        if (now + Patience.FIRST_LOOK - due < 0) {
            cell.system.patience.add(this);
        } else {
            arm();
        }
    }

    private long grace() {
        Duration grace = cell.grace();
        return grace == null ? Long.MAX_VALUE : nanos(grace);
    }

    /// Goes to this rung now unless it has been passed.
    void atLeast(Rung wanted) {
        if (running && rung.compareTo(wanted) < 0) {
            reach(wanted);
        } else if (running) {
            arm();
        }
    }

    /// The budget of the system has been set.
    void rearm() {
        if (running) {
            arm();
        }
    }

    /// Tries the last rung again soon: the thread was in engine code.
    void again() {
        if (running) {
            scheduleAt(cell.system.now() + AGAIN, Rung.ABANDON);
        }
    }

    void abandoned() {
        wasAbandoned = true;
        if (stack.isEmpty()) {
            takeStack();
        }
    }

    boolean wasAbandoned() {
        return wasAbandoned;
    }

    void stop() {
        if (running) {
            running = false;
            generation++;
            cancelTimer();
        }
    }

    /// A fresh incarnation begins.
    void reset() {
        stop();
        rung = Rung.ASKED;
        started = false;
        stack = List.of();
    }

    private void cancelTimer() {
        Registration old = timer;
        timer = null;
        if (old != null) {
            old.remove();
        }
    }

    private void arm() {
        if (rung == Rung.ABANDON) {
            return;
        }
        Rung next = Rung.values()[rung.ordinal() + 1];
        long at = dueAt(next);
        if (at != Long.MAX_VALUE) {
            scheduleAt(at, next);
        }
    }

    private long dueAt(Rung next) {
        Budget budget = cell.system.stop.budget();
        long own = rung == Rung.ASKED ? graceOver : later(reachedAt(rung), unwind);
        return switch (next) {
            case CANCEL -> earlier(own, budget.cancelAt);
            case INTERRUPT -> earlier(own, budget.interruptAt);
            default -> earlier(own, budget.abandonAt);
        };
    }

    /// Called by [Patience], on the timer: if it has not ended, it gets a timer of its own.
    void stillThere() {
        if (life.state() != ActorState.STOPPED) {
            life.post(() -> {
                if (running && rung == Rung.ASKED) {
                    arm();
                }
            });
        }
    }

    /// The earlier of two times on the clock, of which [Long#MAX_VALUE] means never.
    static long earlier(long a, long b) {
        if (a == Long.MAX_VALUE || b == Long.MAX_VALUE) {
            return a == Long.MAX_VALUE ? b : a;
        }
        return a - b <= 0 ? a : b;
    }

    private void scheduleAt(long at, Rung next) {
        cancelTimer();
        int mine = ++generation;
        if (at - cell.system.now() <= 0 && next != Rung.ABANDON) {
            reach(next);
            return;
        }
        timer = cell.system.strand.schedule(
                at,
                () -> life.post(() -> {
                    if (running && mine == generation) {
                        if (rung == next) {
                            life.climbed(next); // again
                        } else {
                            reach(next);
                        }
                    }
                }));
    }

    private void reach(Rung next) {
        long now = cell.system.now();
        takeStack();
        while (running && rung.compareTo(next) < 0) {
            rung = Rung.values()[rung.ordinal() + 1];
            noteReached(now);
            life.climbed(rung);
        }
        if (running && next != Rung.ABANDON) {
            arm();
        }
    }

    private void noteReached(long now) {
        long[] all = reachedAt;
        if (all == null) {
            all = new long[Rung.values().length];
            reachedAt = all;
        }
        all[rung.ordinal()] = now;
    }

    private long reachedAt(Rung which) {
        long[] all = reachedAt;
        return all == null ? 0 : all[which.ordinal()];
    }

    private void takeStack() {
        StackTraceElement[] frames = cell.program.userStack();
        if (frames.length > 0 && life.codeIsRunning()) {
            stack = List.of(frames);
        }
    }

    /// How the actor ended.
    Ending ending(@Nullable Failure fatal, long settled) {
        long now = cell.system.now();
        StopReport.How how = how(fatal);
        long start = started ? askedAt : now;
        long cancelAt = at(Rung.CANCEL, now);
        long interruptAt = at(Rung.INTERRUPT, now);
        return new Ending(
                cell,
                how,
                now - start,
                cancelAt - start,
                interruptAt - cancelAt,
                now - interruptAt,
                Math.max(0, settled - cell.mailbox.leftOver()),
                cell.mailbox.leftOver(),
                fatal == null ? null : fatal.cause(),
                how == StopReport.How.CLEAN || how == StopReport.How.FAILED ? List.of() : stack);
    }

    private StopReport.How how(@Nullable Failure fatal) {
        if (wasAbandoned) {
            return StopReport.How.ABANDONED;
        }
        return switch (rung) {
            case ASKED -> fatal == null ? StopReport.How.CLEAN : StopReport.How.FAILED;
            case CANCEL -> StopReport.How.CANCELLED;
            case INTERRUPT, ABANDON -> StopReport.How.INTERRUPTED;
        };
    }

    private long at(Rung which, long now) {
        return rung.compareTo(which) >= 0 ? reachedAt(which) : now;
    }
}
