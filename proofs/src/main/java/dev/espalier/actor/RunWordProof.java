package dev.espalier.actor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// No wake-up of an actor is lost: a sender's message is visible before it looks at `Cell.run`; the worker
/// gives the program back, writes IDLE and looks for messages again. At least one of them goes on.
///
/// The cell, its mailbox, its program and [TurnScheduler#release] are the real ones. Of [TurnScheduler#wake]
/// the first line is copied: what follows would start workers.
public final class RunWordProof {
    static final ActorSystem SYSTEM = ActorSystem.builder("proofs")
            .handleSignals(false)
            .discoverObservers(false)
            .start();
    private static final ActorSpec<String> SPEC = ActorSpec.behavior("a", () -> (message, ctx) -> {});

    private RunWordProof() {}

    /// An actor in the middle of a turn.
    static Cell<String> inTurn() {
        var cell = new Cell<>(SYSTEM, SYSTEM.root(), SPEC);
        cell.run = TurnScheduler.AWAKE;
        cell.program.live = true;
        if (!cell.program.take() || !cell.program.isCalm()) {
            throw new IllegalStateException("not in a turn");
        }
        return cell;
    }

    /// Sends a message; tells whether its sender is to put an entry.
    static boolean sendAndWake(Cell<String> cell) {
        cell.mailbox.offer("m", false);
        return wake(cell);
    }

    static boolean wake(Cell<String> cell) {
        boolean idle = cell.run == TurnScheduler.IDLE;
        if (idle) {
            cell.runBy(TurnScheduler.AWAKE);
        }
        return idle;
    }

    static boolean handle(Cell<String> cell) {
        return cell.mailbox.poll() != null;
    }

    static String judge(boolean handled, boolean senderGoesOn, boolean workerGoesOn) {
        if (senderGoesOn && workerGoesOn) {
            return "two entries";
        }
        String next = senderGoesOn ? "the sender puts an entry" : workerGoesOn ? "the worker goes on" : "";
        return next.isEmpty() ? handled ? "handled in the turn" : "lost" : next;
    }

    /// What may become of a message.
    @Outcome(id = "handled in the turn", expect = ACCEPTABLE, desc = "The worker found it before the end of the turn.")
    @Outcome(id = "the sender puts an entry", expect = ACCEPTABLE, desc = "The sender saw IDLE.")
    @Outcome(id = "the worker goes on", expect = ACCEPTABLE, desc = "The worker saw the message after it wrote IDLE.")
    @Outcome(id = "two entries", expect = ACCEPTABLE, desc = "Both have seen IDLE: one more than needed.")
    @Outcome(id = "lost", expect = FORBIDDEN, desc = "A message waits and nobody goes on.")
    public interface Outcomes {}

    @JCStressTest
    @JCStressMeta(Outcomes.class)
    @State
    public static class Real {
        private final Cell<String> cell = inTurn();
        private boolean handled;
        private boolean senderGoesOn;
        private boolean workerGoesOn;

        @Actor
        public void send() {
            senderGoesOn = sendAndWake(cell);
        }

        @Actor
        public void endTurn() {
            handled = handle(cell);
            workerGoesOn = TurnScheduler.release(cell);
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = RunWordProof.judge(handled, senderGoesOn, workerGoesOn);
        }
    }

    /// The worker writes IDLE by release: its look may come before the write.
    @JCStressTest
    @JCStressMeta(Outcomes.class)
    @State
    public static class TwinRelease {
        private static final VarHandle RUN;

        static {
            try {
                RUN = MethodHandles.lookup().findVarHandle(Cell.class, "run", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final Cell<String> cell = inTurn();
        private boolean handled;
        private boolean senderGoesOn;
        private boolean workerGoesOn;

        @Actor
        public void send() {
            senderGoesOn = sendAndWake(cell);
        }

        @Actor
        public void endTurn() {
            handled = handle(cell);
            cell.program.giveBack();
            RUN.setRelease(cell, TurnScheduler.IDLE);
            workerGoesOn = cell.program.hasWork() && cell.casRun(TurnScheduler.IDLE, TurnScheduler.AWAKE);
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = RunWordProof.judge(handled, senderGoesOn, workerGoesOn);
        }
    }

    /// The worker looks before it writes IDLE.
    @JCStressTest
    @JCStressMeta(Outcomes.class)
    @State
    public static class TwinLook {
        private final Cell<String> cell = inTurn();
        private boolean handled;
        private boolean senderGoesOn;
        private boolean workerGoesOn;

        @Actor
        public void send() {
            senderGoesOn = sendAndWake(cell);
        }

        @Actor
        public void endTurn() {
            handled = handle(cell);
            boolean more = cell.program.hasWork();
            cell.program.giveBack();
            cell.run = TurnScheduler.IDLE;
            workerGoesOn = more && cell.casRun(TurnScheduler.IDLE, TurnScheduler.AWAKE);
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = RunWordProof.judge(handled, senderGoesOn, workerGoesOn);
        }
    }
}
