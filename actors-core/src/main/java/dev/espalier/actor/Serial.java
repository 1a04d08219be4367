package dev.espalier.actor;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.varhandle.unpadded.MpscLinkedVarHandleUnpaddedQueue;
import org.jspecify.annotations.Nullable;

/// Runs short tasks one at a time, in order, on whichever thread brings the first one.
///
/// *Problem.* The life of an actor (start, failure, restart, stop) is moved by many threads: its own, its
/// parent's, its children's, the timer. Locks around it would nest along the tree, and a call from child to
/// parent to child would recurse once per level.
///
/// *Idea.* Each actor's life is a tiny actor of its own. A task is put into a queue; `pending` counts tasks
/// that were put in and not finished. Who moves it from 0 to 1 runs tasks until it is 0 again. A thread that is
/// running one
/// `Serial` already only notes the next one and runs it when the first is empty ([Turns]): a stop that runs
/// through 100,000 levels needs no stack.
///
/// 1. At most one thread runs tasks of one Serial: only the one that saw 0 -> 1 does, and it alone can bring 1
///    -> 0.
/// 2. No task is left: an offer precedes its increment, so whoever decrements to 0 has seen every counted task.
///
/// Tasks never block and never call user code; what must call user code after them is given to
/// [Turns#afterwards]. If the running thread stalls, the tasks wait for it; nothing else does.
final class Serial {
    private final Queue<Runnable> tasks = new MpscLinkedVarHandleUnpaddedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();

    void post(Runnable task) {
        tasks.offer(task);
        if (pending.getAndIncrement() == 0) {
            Turns.current().run(this);
        }
    }

    private void drain() {
        do {
            Runnable task = tasks.poll();
            if (task != null) {
                try {
                    task.run();
                } catch (Throwable t) {
                    Log.engineError("A task of the engine failed", t);
                }
            }
        } while (pending.decrementAndGet() != 0);
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
