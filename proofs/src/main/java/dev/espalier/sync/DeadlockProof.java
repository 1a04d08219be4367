package dev.espalier.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// Two that begin to wait for each other at the same moment: the cycle is found, and told of once.
public final class DeadlockProof {
    private DeadlockProof() {}

    /// Whom the other one waits for. Keeps its wait as actors do.
    private static final class Someone implements Waiter {
        private static final VarHandle WAIT;

        static {
            try {
                WAIT = MethodHandles.lookup().findVarHandle(Someone.class, "wait", WaitsFor.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final AtomicInteger told;

        @SuppressWarnings("UnusedVariable") // through WAIT
        private @Nullable WaitsFor wait;

        Someone(AtomicInteger told) {
            this.told = told;
        }

        @Override
        public @Nullable WaitsFor waitsFor() {
            return (WaitsFor) WAIT.getAcquire(this);
        }

        @Override
        public void waitsFor(@Nullable WaitsFor now) {
            WAIT.setRelease(this, now);
        }
    }

    private static final class Edge extends WaitsFor {
        private final Someone target;

        Edge(Someone target) {
            super(Remedy.FAIL, true);
            this.target = target;
        }

        @Override
        protected Collection<? extends Waiter> targets() {
            return List.of(target);
        }

        @Override
        protected String what() {
            return "a proof";
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "told once", expect = ACCEPTABLE, desc = "By the one that began last, or one of both.")
    @Outcome(id = "missed", expect = FORBIDDEN, desc = "Neither has seen the other.")
    @Outcome(expect = FORBIDDEN, desc = "Told more than once.")
    public static class Real {
        static {
            DeadlockWatch.onFound(found -> {
                if (found.members().getFirst().waiter() instanceof Someone someone) {
                    someone.told.incrementAndGet();
                }
            });
        }

        private final AtomicInteger told = new AtomicInteger();
        private final Someone left = new Someone(told);
        private final Someone right = new Someone(told);

        private static void await(Someone who, Someone whom) {
            Strand self = Strand.current();
            self.waitsFor(null);
            self.tenant(who);
            var edge = new Edge(whom);
            edge.enter();
            edge.look();
            self.tenant(null);
        }

        @Actor
        public void left() {
            await(left, right);
        }

        @Actor
        public void right() {
            await(right, left);
        }

        @Arbiter
        public void judge(L_Result r) {
            int times = told.get();
            r.r1 = times == 0 ? "missed" : times == 1 ? "told once" : "told " + times + " times";
        }
    }

    /// Without the fence between the own wait and the look at the other's.
    @JCStressTest
    @State
    @Outcome(id = "told once", expect = ACCEPTABLE, desc = "By the one that began last, or one of both.")
    @Outcome(id = "missed", expect = FORBIDDEN, desc = "Neither has seen the other.")
    @Outcome(expect = FORBIDDEN, desc = "Told more than once.")
    public static class Twin {
        private final AtomicInteger told = new AtomicInteger();
        private final Someone left = new Someone(told);
        private final Someone right = new Someone(told);
        private final Edge toLeft = new Edge(left);
        private final Edge toRight = new Edge(right);
        private final AtomicInteger reports = new AtomicInteger();

        private void await(Someone who, Edge wait, Someone whom) {
            who.waitsFor(wait);
            if (whom.waitsFor() != null && reports.compareAndSet(0, 1)) {
                told.incrementAndGet();
            }
        }

        @Actor
        public void left() {
            await(left, toRight, right);
        }

        @Actor
        public void right() {
            await(right, toLeft, left);
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = told.get() == 0 ? "missed" : "told once";
        }
    }
}
