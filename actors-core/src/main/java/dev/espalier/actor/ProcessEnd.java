package dev.espalier.actor;

import dev.espalier.sync.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/// What is left to do when the JVM ends, after all systems have stopped and threads in
/// [ActorSystem#awaitShutdown] have had their time: first profiling, then logging.
///
/// The JVM runs shutdown hooks in no order and all at once; here there is one hook, and an order. It also runs
/// when there is no system any more, or never was one: after SIGTERM, SIGINT, `System.exit` and the return of
/// main. It does not run when the JVM is halted: by a second signal, by the watchdog, by SIGKILL.
///
/// *Threads.* Thread-safe. The actions run on `espalier-hook`, one after the other. *Failure.* What an action
/// throws is logged, or goes to standard error; the others run.
public final class ProcessEnd {
    /// When an action runs; in this order.
    public enum Stage {
        /// What was measured is written.
        PROFILING,
        /// What was logged is written.
        LOGGING
    }

    private record Entry(Stage stage, Duration limit, Runnable action) {}

    private static final List<Entry> ENTRIES = new CopyOnWriteArrayList<>();

    /// Written before [#run] looks at the entries, read after an entry was put in: one of both sees the other.
    private static volatile boolean over;

    private ProcessEnd() {}

    /// Runs an action at the end of the JVM. Within a stage the last one registered runs first.
    ///
    /// @param stage when
    /// @param limit how long the action may take, which it must see to itself; the watchdog waits that much
    ///     longer; not negative
    /// @param action what
    /// @return takes it back
    /// @throws IllegalStateException if the JVM is ending already
    public static Registration register(Stage stage, Duration limit, Runnable action) {
        Objects.requireNonNull(stage, "stage");
        Objects.requireNonNull(action, "action");
        if (Objects.requireNonNull(limit, "limit").isNegative()) {
            throw new IllegalArgumentException("The limit must not be negative: " + limit);
        }
        Entry entry = new Entry(stage, limit, () -> action.run());
        ENTRIES.add(entry);
        try {
            ProcessStop.keepHook();
        } catch (IllegalStateException e) {
            ENTRIES.remove(entry);
            throw e;
        }
        if (over && ENTRIES.remove(entry)) {
            throw new IllegalStateException("The JVM is ending already");
        }
        return () -> {
            boolean removed = ENTRIES.remove(entry);
            ProcessStop.dropHook();
            return removed;
        };
    }

    static boolean isEmpty() {
        return ENTRIES.isEmpty();
    }

    /// How long all actions may take; [Long#MAX_VALUE] for ever.
    static long limitNanos() {
        long sum = 0;
        for (Entry entry : ENTRIES) {
            sum = ProcessStop.sum(sum, Ladder.nanos(entry.limit));
        }
        return sum;
    }

    /// Runs what is registered, each once.
    static void run() {
        over = true;
        List<Entry> order = new ArrayList<>(ENTRIES).reversed();
        order.sort(Comparator.comparing(Entry::stage)); // stable
        for (Entry entry : order) {
            if (ENTRIES.remove(entry)) {
                try {
                    entry.action.run();
                } catch (Throwable t) {
                    Log.engineError("An action at the end of the process failed", t);
                }
            }
        }
    }
}
