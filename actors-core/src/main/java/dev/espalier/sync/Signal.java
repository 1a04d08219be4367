package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Something that happens once and never unhappens: stop was asked for, a child has ended, it is time.
///
/// {@snippet class="dev.espalier.actor.PrimitivesGuideTest" region="signal"}
///
/// *Failure.* A listener that throws is logged; the others run, and [#go] returns normally.
/// *Threads.* Thread-safe and lock-free; nothing blocks but the `waitForGo` methods.
/// *Memory.* What a thread does before the [#go] that counts happens before every listener, and before what a
/// thread does after it saw the signal gone.
/// *Cost.* Registering a listener and removing it again is O(1) amortised and leaves nothing behind.
///
/// *Problem.* Listeners come and go by the million while the signal stays; each must run exactly once if it is
/// there when the signal goes, and none may be missed or kept.
/// *Idea.* A Treiber stack of listeners, closed by an atomic swap with a sentinel (as in `FutureTask` and
/// `CompletableFuture`); a listener is removed by its own state ([OneShot]), and its cell is cleared away
/// later.
/// *State.* `head`: null (no listeners), the newest [Cell], or [#GONE].
/// *Transitions.* push: `cells -> cell + cells`, CAS by who registers; prune: `cells -> the live ones of them`,
/// CAS by who removes; go: `anything -> GONE`, swap, the linearization point of [#go].
/// *Invariant 1.* GONE is final. *Invariant 2.* A push succeeds only before the swap, so the swap takes every
/// listener that will not be run by its own registrar. *Invariant 3.* A prune drops only cells whose listener
/// is not armed any more, and a listener never becomes armed again. *Invariant 4.* `retired` is the number of
/// removed listeners whose cell is still there, give or take the calls in progress.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `head` | registrar, remover, whoever makes it go | all | CAS and swap; volatile read |
/// | `retired` | removers and pruners | removers | atomic add; it steers only the cost |
/// | fields of [Cell] | constructor | all | final |
///
/// If a thread stalls before its CAS, nothing has happened; after the push, its listener runs as usual; after
/// the swap, the remaining listeners wait for it to go on, but every new [#isGo] answers true; in a prune,
/// others prune.
/// *Not guaranteed.* That `go()` of one thread returns after the listeners that another one's `go()` runs.
/// *Proof.* `SignalTest`.
public class Signal {
    private static final int PRUNE_FROM = 16;
    private static final Cell GONE = new Cell(new OneShot(() -> {}), null);
    private static final VarHandle HEAD;
    private static final VarHandle RETIRED;

    static {
        try {
            var lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(Signal.class, "head", Cell.class);
            RETIRED = lookup.findVarHandle(Signal.class, "retired", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final @Nullable String name;
    private volatile @Nullable Cell head;

    @SuppressWarnings("unused") // through RETIRED
    private volatile int retired;

    /// A signal without a name.
    public Signal() {
        name = null;
    }

    /// A signal with a name.
    ///
    /// @param name for messages and thread dumps
    public Signal(String name) {
        this.name = requireNonNull(name, "name");
    }

    /// Makes it go and runs the listeners, in the order in which they were registered.
    ///
    /// @return true if this call made it go
    public boolean go() {
        return fire();
    }

    /// Tells whether it has gone. Once true, it stays true.
    ///
    /// @return true if it has gone
    public boolean isGo() {
        return isFired();
    }

    /// Waits until it goes.
    ///
    /// @throws CancelledException if cancelled or interrupted, see [Strand#park]
    public final void waitForGo() {
        await(Long.MAX_VALUE, null);
    }

    /// Waits until it goes, but not for ever.
    ///
    /// @param duration how long at most; not negative
    /// @return true if it has gone
    /// @throws CancelledException if cancelled or interrupted, see [Strand#park]
    public final boolean waitForGo(Duration duration) {
        return await(Strand.deadlineAfter(duration), null);
    }

    /// Waits until it goes or the other one does.
    ///
    /// @param till ends the wait as well
    /// @return true if this signal has gone
    /// @throws CancelledException if cancelled or interrupted, see [Strand#park]
    public final boolean waitForGo(Signal till) {
        return await(Long.MAX_VALUE, requireNonNull(till, "till"));
    }

    private boolean await(long deadlineNanos, @Nullable Signal till) {
        return Waiting.await(this, this::isGo, this::onGo, deadlineNanos, till);
    }

    /// Runs the listener when it goes: in the thread that makes it go, or at once in the caller if it has gone.
    /// Listeners must be short and must not wait. One that makes another signal go runs that one's listeners,
    /// too, on the same stack, which bears chains of some thousands; [#or] and [#and] bear any.
    ///
    /// @param listener what to run, once
    /// @return removes the listener
    public Registration onGo(Runnable listener) {
        var link = new Link(this, requireNonNull(listener, "listener"));
        if (!push(link)) {
            link.run();
        }
        return link;
    }

    /// A signal that goes when one of the two does. It may also be made to go itself, which concerns neither
    /// source. It registers nothing until somebody listens, so it can just be dropped.
    ///
    /// @param other the other source
    /// @return the composite; this signal itself if both are the same
    public final Signal or(Signal other) {
        return Composite.of(this, requireNonNull(other, "other"), false);
    }

    /// A signal that goes when both have gone. See [#or].
    ///
    /// @param other the other source
    /// @return the composite; this signal itself if both are the same
    public final Signal and(Signal other) {
        return Composite.of(this, requireNonNull(other, "other"), true);
    }

    /// A signal that goes when one of them does.
    ///
    /// @param signals the sources; of none it never goes by itself
    /// @return the composite
    public static Signal any(Signal... signals) {
        checkNoNull(signals);
        return signals.length == 0 ? new Signal("any()") : Composite.tree(signals, 0, signals.length, false);
    }

    /// A signal that goes when all of them have gone.
    ///
    /// @param signals the sources; of none it has gone already
    /// @return the composite
    public static Signal all(Signal... signals) {
        checkNoNull(signals);
        return signals.length == 0 ? gone("all()") : Composite.tree(signals, 0, signals.length, true);
    }

    /// Here, for a composite would only find out when somebody listens.
    private static void checkNoNull(Signal[] signals) {
        for (Signal each : requireNonNull(signals, "signals")) {
            requireNonNull(each, "signal");
        }
    }

    @Override
    public String toString() {
        return (name == null ? getClass().getSimpleName() : name) + (isGo() ? "[gone]" : "[waiting]");
    }

    static Signal gone(String name) {
        var signal = new Signal(name);
        signal.fire();
        return signal;
    }

    final boolean isFired() {
        return head == GONE;
    }

    /// The swap and the listeners.
    final boolean fire() {
        if (head == GONE) {
            return false;
        }
        Cell cells = (Cell) HEAD.getAndSet(this, GONE);
        if (cells == GONE) {
            return false;
        }
        runInOrder(cells);
        return true;
    }

    private static void runInOrder(@Nullable Cell newest) {
        if (newest == null) {
            return;
        }
        var oldestFirst = new OneShot[newest.size];
        int index = oldestFirst.length;
        for (Cell cell = newest; cell != null; cell = cell.next) {
            oldestFirst[--index] = cell.listener;
        }
        for (OneShot listener : oldestFirst) {
            listener.run();
        }
    }

    /// Adds a listener; false if the signal has gone.
    final boolean push(OneShot listener) {
        while (true) {
            Cell seen = head;
            if (seen == GONE) {
                return false;
            }
            if (HEAD.compareAndSet(this, seen, new Cell(listener, seen))) {
                return true;
            }
        }
    }

    /// Called once for each listener of this signal that was removed.
    final void retire() {
        int count = (int) RETIRED.getAndAdd(this, 1) + 1;
        if (count > PRUNE_FROM && count > cells() / 2) {
            prune();
        }
    }

    /// Replaces the cells by the live ones of them. If others push meanwhile, only their new cells are looked
    /// at again, so that a long list is pruned even under a steady stream of registrations.
    private void prune() {
        Cell seen = head;
        Cell kept = live(seen, null, null);
        while (seen != null && seen != GONE) {
            if (HEAD.compareAndSet(this, seen, kept)) {
                RETIRED.getAndAdd(this, sizeOf(kept) - seen.size);
                return;
            }
            Cell now = head;
            if (!reaches(now, seen)) {
                return; // it has gone, or another thread has pruned
            }
            kept = live(now, seen, kept);
            seen = now;
        }
    }

    private static boolean reaches(@Nullable Cell from, Cell searched) {
        Cell cell = from;
        while (cell != null && cell.size > searched.size) {
            cell = cell.next;
        }
        return cell == searched;
    }

    /// The live cells from one (inclusive) to another (exclusive), in the same order, on top of a list.
    private static @Nullable Cell live(@Nullable Cell from, @Nullable Cell to, @Nullable Cell onto) {
        int count = sizeOf(from) - sizeOf(to);
        var listeners = new OneShot[count];
        int found = 0;
        for (Cell cell = from; cell != null && cell != to; cell = cell.next) {
            if (cell.listener.isArmed()) {
                listeners[found++] = cell.listener;
            }
        }
        Cell result = onto;
        while (found > 0) {
            result = new Cell(listeners[--found], result);
        }
        return result;
    }

    /// For tests and the pruning: how many cells there are, of live and of removed listeners.
    final int cells() {
        Cell cell = head;
        return cell == GONE ? 0 : sizeOf(cell);
    }

    /// For tests: how many listeners would run now.
    final int liveListeners() {
        Cell first = head;
        int count = 0;
        for (Cell cell = first == GONE ? null : first; cell != null; cell = cell.next) {
            count += cell.listener.isArmed() ? 1 : 0;
        }
        return count;
    }

    private static int sizeOf(@Nullable Cell cell) {
        return cell == null ? 0 : cell.size;
    }

    /// One listener and the older ones.
    private static final class Cell {
        final OneShot listener;
        final @Nullable Cell next;
        final int size;

        Cell(OneShot listener, @Nullable Cell next) {
            this.listener = listener;
            this.next = next;
            this.size = sizeOf(next) + 1;
        }
    }

    /// A listener of one signal.
    static class Link extends OneShot {
        private final Signal signal;

        Link(Signal signal, Runnable action) {
            super(action);
            this.signal = signal;
        }

        @Override
        final void removed() {
            signal.retire();
        }
    }
}
