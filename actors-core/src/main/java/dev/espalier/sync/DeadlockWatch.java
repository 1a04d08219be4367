package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import dev.espalier.sync.WaitsFor.Remedy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Finds cycles of waits at the moment when they close: a thread waits for a lock whose holder waits for an actor that
/// waits for the thread.
///
/// It knows who must act for: a [Lock] and a [Monitor] to enter (who holds it), an [MVar] on loan (who has borrowed
/// it), [Fork#get] and the joins of a [Group] (the forks that run), [Compute] (the code there), asks, sends to full
/// mailboxes, starts and joins of actors. It does not for what anybody can bring: semaphores, queues, channels,
/// conditions, signals, promises; nor for locks of others and `synchronized`. A wait for any of several counts when one
/// is left.
///
/// If a wait of the cycle has a time-out or a till (asks aside, whose time-out is a matter of form), the cycle ends by
/// itself: it is told to the listeners, and logged as a warning, at most once a minute. Any other would stay for ever,
/// and one of its waits is ended ([Remedy]): a send to a full mailbox is let through; else the youngest ask fails;
/// else the youngest wait that can fail throws [DeadlockException]. The report with all stacks is logged as an error
/// and told to the listeners; a send that is let through has a warning of its own.
///
/// *Cost.* Nothing while nobody parks. The first park of a wait takes short locks and walks along the waits it leads
/// to.
///
/// *Idea.* Whoever parks publishes its wait first, then follows the waits from its targets. Of the waits of a cycle one
/// is published last, and its owner sees all the others. They are read one after the other, so a cycle that was found
/// is read a second time: if every wait is the same object and has the same target, all existed together at the end of
/// the first reading, and the cycle is real; for a target changes to somebody only while that one does not wait.
///
/// *Proof.* `DeadlockTest`, `DeadlockStormTest`.
public final class DeadlockWatch {
    private static final int ATTEMPTS = 3;
    private static final long QUIET_NANOS = 60_000_000_000L;
    private static final StrandRoll LISTED = new StrandRoll();
    private static final List<Consumer<? super Deadlock>> LISTENERS = new CopyOnWriteArrayList<>();
    private static final AtomicLong QUIET_UNTIL = new AtomicLong(System.nanoTime());

    private DeadlockWatch() {}

    /// Tells the listener of each cycle that is found from now on: on the thread that has found it, which must not be
    /// held up. What it throws is logged.
    ///
    /// @param listener whom to tell
    /// @return removes the listener
    public static Registration onFound(Consumer<? super Deadlock> listener) {
        Consumer<Deadlock> own = requireNonNull(listener, "listener")::accept;
        LISTENERS.add(own);
        return () -> LISTENERS.remove(own);
    }

    /// From now on others find the strand by its thread.
    static void list(Strand strand) {
        if (strand.list(true)) {
            LISTED.put(strand);
        }
    }

    static void unlist(Strand strand) {
        if (strand.list(false)) {
            LISTED.remove(strand);
        }
    }

    /// The strands of a thread that waits; nobody if it does not.
    static List<Strand> waiting(@Nullable Thread thread) {
        Strand strand = thread == null ? null : LISTED.get(thread);
        return strand == null ? List.of() : List.of(strand);
    }

    static int listed() {
        return LISTED.size();
    }

    static void look(WaitsFor last) {
        for (int i = 0; i < ATTEMPTS; i++) {
            Search search = new Search(last);
            if (!search.closes()) {
                return;
            }
            if (search.isReal()) {
                resolve(search.edges);
                return;
            }
        }
    }

    private static void resolve(List<WaitsFor> cycle) {
        WaitsFor victim = cycle.getFirst();
        WaitsFor youngest = victim;
        boolean limited = false;
        for (WaitsFor each : cycle) {
            int better = victim.remedy().compareTo(each.remedy());
            victim = better > 0 || (better == 0 && each.age() > victim.age()) ? each : victim;
            youngest = each.age() > youngest.age() ? each : youngest;
            limited |= each.isLimited();
        }
        if (victim.remedy() == Remedy.LET_ON) {
            victim.end(Deadlock.of(cycle, victim, false));
        } else if (youngest.startReport()) {
            boolean stays = limited || victim.remedy() == Remedy.NONE;
            Deadlock deadlock = Deadlock.of(cycle, stays ? null : victim, true);
            tell(deadlock);
            if (!stays) {
                victim.end(deadlock);
            }
        }
    }

    private static void tell(Deadlock deadlock) {
        if (!deadlock.limited()) {
            Report.error(deadlock.toString(), null);
        } else if (isWarningDue(System.nanoTime())) {
            Report.warn("It has a time-out: " + deadlock);
        }
        for (Consumer<? super Deadlock> each : LISTENERS) {
            try {
                each.accept(deadlock);
            } catch (Throwable thrown) {
                Report.error("a listener for deadlocks failed", thrown);
            }
        }
    }

    private static boolean isWarningDue(long now) {
        long until = QUIET_UNTIL.get();
        return now - until >= 0 && QUIET_UNTIL.compareAndSet(until, now + QUIET_NANOS);
    }

    /// One search, depth first, from one wait back to it.
    private static final class Search {
        private final List<WaitsFor> edges = new ArrayList<>(4);
        private final List<Waiter> targets = new ArrayList<>(4);
        private final WaitsFor start;

        Search(WaitsFor start) {
            this.start = start;
        }

        /// Finds a way; afterwards `edges` are its waits and `targets` whom they wait for.
        @SuppressWarnings("ReferenceEquality") // the same, not an equal one
        boolean closes() {
            Set<WaitsFor> seen = Collections.newSetFromMap(new IdentityHashMap<>(8));
            Deque<Iterator<? extends Waiter>> ahead = new ArrayDeque<>(4);
            edges.add(start);
            ahead.add(start.targets().iterator());
            while (!ahead.isEmpty()) {
                if (!ahead.getLast().hasNext()) {
                    ahead.removeLast();
                    edges.removeLast();
                    if (!targets.isEmpty()) {
                        targets.removeLast();
                    }
                    continue;
                }
                Waiter target = ahead.getLast().next();
                WaitsFor next = target.waitsFor();
                if (next == start) {
                    targets.add(target);
                    return true;
                }
                if (next != null && next.goesOn() && seen.add(next)) {
                    targets.add(target);
                    edges.add(next);
                    ahead.add(next.targets().iterator());
                }
            }
            return false;
        }

        /// The second reading.
        @SuppressWarnings("ReferenceEquality") // the same, not an equal one
        boolean isReal() {
            for (int i = 0; i < edges.size(); i++) {
                WaitsFor edge = edges.get(i);
                Waiter target = targets.get(i);
                WaitsFor next = edges.get((i + 1) % edges.size());
                if (!edge.goesOn() || !edge.targets().contains(target) || target.waitsFor() != next) {
                    return false;
                }
            }
            return true;
        }
    }
}
