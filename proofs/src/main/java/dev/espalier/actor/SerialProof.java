package dev.espalier.actor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// Tasks that two threads post are all run, one at a time, each thread's in its order, and see each other's plain
/// writes.
public final class SerialProof {
    private SerialProof() {}

    /// What the tasks do; the fields are plain.
    static final class Work {
        private boolean inside;
        private boolean overlapped;
        private int order;

        void post(Consumer<Runnable> serial, int number) {
            serial.accept(() -> {
                overlapped |= inside;
                inside = true;
                order = 10 * order + number;
                inside = false;
            });
        }

        String judge() {
            if (overlapped) {
                return "two at a time";
            }
            return switch (order) {
                case 1234, 1324, 1342, 3124, 3142, 3412 -> "all in order";
                default -> order < 1000 ? "lost" : "out of order";
            };
        }
    }

    static final class Life extends Serial {}

    @JCStressTest
    @State
    @Outcome(id = "all in order", expect = ACCEPTABLE, desc = "Four tasks, one at a time, each thread's in its order.")
    @Outcome(id = "lost", expect = FORBIDDEN, desc = "A task was not run, or its writes were not seen.")
    @Outcome(id = "out of order", expect = FORBIDDEN, desc = "A thread's second task ran before its first.")
    @Outcome(id = "two at a time", expect = FORBIDDEN, desc = "Two tasks at a time.")
    public static class Real {
        private final Life serial = new Life();
        private final Work work = new Work();

        @Actor
        public void one() {
            work.post(serial::post, 1);
            work.post(serial::post, 2);
        }

        @Actor
        public void other() {
            work.post(serial::post, 3);
            work.post(serial::post, 4);
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = work.judge();
        }
    }

    /// [Serial] reduced to its protocol; the drainer looks whether more has come and then leaves: two steps.
    static final class WeakSerial {
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
                TASKS = MethodHandles.lookup().findVarHandle(WeakSerial.class, "tasks", Link.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private volatile @Nullable Link tasks;

        void post(Runnable task) {
            var fresh = new Link(task);
            Link now;
            do {
                now = tasks;
                fresh.next = now == BUSY ? null : now;
            } while (!TASKS.compareAndSet(this, now, fresh));
            if (now == null) {
                drain();
            }
        }

        private void drain() {
            do {
                Link done = null;
                for (Link each = (Link) TASKS.getAndSet(this, BUSY); each != null; ) {
                    Link older = each.next;
                    each.next = done;
                    done = each;
                    each = older;
                }
                for (; done != null; done = done.next) {
                    done.task.run();
                }
            } while (tasks != BUSY);
            tasks = null;
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "all in order", expect = ACCEPTABLE, desc = "Four tasks, one at a time, each thread's in its order.")
    @Outcome(id = "lost", expect = FORBIDDEN, desc = "A task was not run, or its writes were not seen.")
    @Outcome(id = "out of order", expect = FORBIDDEN, desc = "A thread's second task ran before its first.")
    @Outcome(id = "two at a time", expect = FORBIDDEN, desc = "Two tasks at a time.")
    public static class Twin {
        private final WeakSerial serial = new WeakSerial();
        private final Work work = new Work();

        @Actor
        public void one() {
            work.post(serial::post, 1);
            work.post(serial::post, 2);
        }

        @Actor
        public void other() {
            work.post(serial::post, 3);
            work.post(serial::post, 4);
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = work.judge();
        }
    }
}
