package dev.espalier.actor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Runs short tasks one at a time, in order, on whichever thread brings the first one.
///
/// *Problem.* The life of an actor (start, failure, restart, stop) is moved by many threads: its own, its
/// parent's, its children's, the timer. Locks around it would nest along the tree, and a call from child to
/// parent to child would recurse once per level.
///
/// *Idea.* Each actor's life is a tiny actor of its own. `tasks` is null while nobody runs tasks, BUSY while
/// somebody does and has all of them, or the newest of those that have come since. Who puts the first one onto
/// null runs tasks until there are none. A thread that is running one `Serial` already only notes the next one
/// and runs it when the first is empty ([Turns]): a stop that runs through 100,000 levels needs no stack.
///
/// | transition of `tasks` | who |
/// |---|---|
/// | null -> BUSY | a poster, CAS; it runs its task at once, and must drain |
/// | null -> task | a poster that runs tasks of another Serial, CAS; it must drain later |
/// | BUSY or task -> task | a poster, CAS |
/// | task -> BUSY | the drainer, takes all |
/// | BUSY -> null | the drainer, CAS, when it has run all |
///
/// 1. At most one thread runs tasks of one Serial: only the one that has led away from null drains, and it alone
///    leads back.
/// 2. No task is left: the drainer leads back to null only from BUSY, that is, if no task has come.
///
/// Tasks never block and never call user code; what must call user code after them is given to
/// [Turns#afterwards]. If the running thread stalls, the tasks wait for it; nothing else does.
abstract class Serial {
    /// A task, and those that came before it and have not been taken.
    private static final class Link {
        final Runnable task;

        @Nullable
        Link next;

        Link(Runnable task) {
            this.task = task;
        }
    }

    private static final Link BUSY = new Link(() -> {});
    private static final VarHandle TASKS;

    static {
        try {
            TASKS = MethodHandles.lookup().findVarHandle(Serial.class, "tasks", Link.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Link tasks;

    final void post(Runnable task) {
        if (tasks == null) {
            Turns turns = Turns.current();
            if (turns.isFree() && TASKS.compareAndSet(this, null, BUSY)) {
                turns.run(this, task);
                return;
            }
        }
        Link fresh = new Link(task);
        Link now;
        do {
            now = tasks;
            fresh.next = now == BUSY ? null : now;
        } while (!TASKS.compareAndSet(this, now, fresh));
        if (now == null) {
            Turns.current().run(this);
        }
    }

    private void drain() {
        runAll((Link) TASKS.getAndSet(this, BUSY));
        release();
    }

    /// Runs what has come meanwhile.
    private void release() {
        while (!TASKS.compareAndSet(this, BUSY, null)) {
            runAll((Link) TASKS.getAndSet(this, BUSY));
        }
    }

    private static void runAll(@Nullable Link newest) {
        for (Link each = oldestFirst(newest); each != null; each = each.next) {
            run(each.task);
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            Log.engineError("A task of the engine failed", t);
        }
    }

    private static @Nullable Link oldestFirst(@Nullable Link newest) {
        Link done = null;
        for (Link each = newest; each != null; ) {
            Link older = each.next;
            each.next = done;
            done = each;
            each = older;
        }
        return done;
    }

    /// What one thread has to do for the tree: Serials to drain, then actions that may call user code.
    ///
    /// An action may itself post, stop and even wait: it runs with nothing held. Actions that follow from an
    /// action run inside it, so that it can wait for them, but only to a depth of 16, after which they queue.
    static final class Turns {
        private static final ThreadLocal<Turns> CURRENT = ThreadLocal.withInitial(Turns::new);
        private static final int DEEPEST = 16;

        private final ArrayDeque<Serial> serials = new ArrayDeque<>(2);
        private final ArrayDeque<Runnable> actions = new ArrayDeque<>(2);
        private boolean draining;
        private int depth;

        static Turns current() {
            return CURRENT.get();
        }

        /// Runs the action when no Serial is being drained by this thread.
        static void afterwards(Runnable action) {
            Turns turns = current();
            turns.actions.add(action);
            turns.proceed();
        }

        /// Whether a task can run now, and not inside another one.
        private boolean isFree() {
            return !draining && serials.isEmpty();
        }

        private void run(Serial serial, Runnable first) {
            draining = true;
            Serial.run(first);
            serial.release();
            draining = false;
            proceed();
        }

        private void run(Serial serial) {
            serials.add(serial);
            proceed();
        }

        private void proceed() {
            if (draining) {
                return;
            }
            while (true) {
                drainAll();
                if (depth >= DEEPEST) {
                    return;
                }
                @Nullable Runnable action = actions.poll();
                if (action == null) {
                    return;
                }
                depth++;
                try {
                    action.run();
                } catch (Throwable t) {
                    Log.engineError("A callback failed", t);
                } finally {
                    depth--;
                }
            }
        }

        private void drainAll() {
            draining = true;
            try {
                for (Serial s = serials.poll(); s != null; s = serials.poll()) {
                    s.drain();
                }
            } finally {
                draining = false;
            }
        }
    }
}
