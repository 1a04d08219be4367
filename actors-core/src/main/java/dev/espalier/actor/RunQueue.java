package dev.espalier.actor;

import dev.espalier.sync.Strand;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.SpmcVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/// The entries of one [Worker], and which of all entries it runs next.
///
/// `next` is what the last turn has woken, run before anything else, but for a streak of them if others wait.
/// What it has displaced goes into the ring, what the ring does not hold into the shared queue. A worker that
/// has nothing itself looks into the shared queue, and then takes from another that [#isLoaded].
///
/// | field | written by | read by | access |
/// |---|---|---|---|
/// | `next` | the worker | sentinel | opaque; an entry by release |
/// | `ring` | the worker puts; the worker and thieves take | all | queue, one producer |
/// | `pace` | see [Pace] | | |
/// | others | the worker | the worker | plain |
abstract sealed class RunQueue permits Worker {
    /// So many turns from `next` in a row, if others wait.
    private static final int STREAK = 64;
    /// How many entries a thief takes at most.
    private static final int LOOT = 16;

    private static final int RING = 256;

    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(RunQueue.class, "next", Cell.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final TurnScheduler scheduler;
    private final MessagePassingQueue<Cell<?>> ring = new SpmcVarHandleArrayQueue<>(RING);
    private final Pace pace = new Pace();
    private final Flood flood = new Flood();
    private @Nullable Cell<?> next;
    private int picks;
    private int streak;

    RunQueue(TurnScheduler scheduler) {
        this.scheduler = scheduler;
    }

    // For others.

    @Nullable
    final Cell<?> next() {
        return (Cell<?>) NEXT.getOpaque(this);
    }

    @Nullable
    final Cell<?> steal() {
        return ring.relaxedPoll();
    }

    /// Whether so much waits here that another worker should take some of it.
    final boolean isLoaded() {
        int waiting = ring.size();
        return waiting > 0 && waiting >= pace.enough();
    }

    final Pace pace() {
        return pace;
    }

    final boolean ringIsEmpty() {
        return ring.isEmpty();
    }

    final void emptyRing() {
        for (Cell<?> each = steal(); each != null; each = steal()) {
            scheduler.shared.add(each);
        }
    }

    // From the turn that runs on this worker.

    /// Puts an entry: it is run after this turn.
    final void put(Cell<?> cell) {
        Cell<?> displaced = next;
        NEXT.setRelease(this, cell); // who takes the entry sees that it was woken
        if (displaced != null) {
            queue(displaced);
        }
    }

    private void queue(Cell<?> cell) {
        if (!ring.relaxedOffer(cell)) {
            scheduler.share(cell);
        } else if (isLoaded()) {
            scheduler.wakeOne();
        }
    }

    /// The turn sends to an actor that does not keep up.
    final void crowded(Cell<?> cell, Strand self) {
        if (next == cell && flood.isDue(cell, self)) {
            NEXT.setOpaque(this, null);
            scheduler.share(cell);
        }
    }

    // The worker itself.

    final void begin(Strand self) {
        picks = 0;
        pace.begin(self.nanoTime());
    }

    /// It has more to do: after all others, if there are any. Otherwise nobody is woken to take it away from
    /// here.
    final void again(Cell<?> cell) {
        if (next == null && ring.isEmpty() && scheduler.shared.isEmpty()) {
            NEXT.setOpaque(this, cell);
        } else {
            queue(cell);
        }
    }

    /// Whether this entry is the next one.
    final boolean isNext(Cell<?> cell) {
        return next == cell;
    }

    /// Lets others have the next one.
    final void shareNext() {
        Cell<?> mine = next;
        if (mine != null) {
            NEXT.setOpaque(this, null);
            scheduler.shared.add(mine);
        }
    }

    /// The entry to run next; every so many turns the shared queue comes first.
    @Nullable
    final Cell<?> pick(Strand self) {
        if (++picks == Pace.SPAN) {
            startSpan(self);
            Cell<?> first = scheduler.shared.poll();
            if (first != null) {
                return first;
            }
        }
        Cell<?> mine = next;
        if (mine != null) {
            NEXT.setOpaque(this, null);
            if (++streak < STREAK || (ring.isEmpty() && scheduler.shared.isEmpty())) {
                return mine;
            }
            queue(mine);
        }
        streak = 0;
        Cell<?> own = ring.relaxedPoll();
        if (own != null) {
            return own;
        }
        Cell<?> common = scheduler.shared.poll();
        return common != null ? common : rob();
    }

    private void startSpan(Strand self) {
        picks = 0;
        if (scheduler.sentinel != null) { // else no time passes
            pace.measure(self.nanoTime());
        }
    }

    /// Takes some entries of another worker.
    private @Nullable Cell<?> rob() {
        for (RunQueue victim : scheduler.workers) {
            if (victim != this && victim.isLoaded()) {
                Cell<?> first = victim.steal();
                if (first != null) {
                    for (int i = 1; i < LOOT && victim.ring.size() > i; i++) {
                        Cell<?> more = victim.steal();
                        if (more == null || !ring.relaxedOffer(more)) {
                            putBack(more);
                            break;
                        }
                    }
                    return first;
                }
            }
        }
        return null;
    }

    private void putBack(@Nullable Cell<?> cell) {
        if (cell != null) {
            scheduler.shared.add(cell);
        }
    }
}
