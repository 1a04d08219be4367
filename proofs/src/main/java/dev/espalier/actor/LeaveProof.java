package dev.espalier.actor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A turn that goes from user code to idle by one CAS loses no wake-up: it has written IDLE before that, so
/// that a waker may put an entry that is taken in vain; but then it finds `Cell.run` changed.
///
/// The cell, its mailbox, its program and [MessageProgram#leave] are the real ones; the waker is also the
/// other worker that takes its entry at once.
public final class LeaveProof {
    private static final Worker WORKER = new Worker(RunWordProof.SYSTEM.turns, true);

    private LeaveProof() {}

    /// One in whose turn the user code has just ended.
    abstract static class Turn {
        final Cell<String> cell = RunWordProof.inTurn();
        final MessageProgram<String> program = (MessageProgram<String>) cell.program;
        boolean taken;
        boolean inDoubt;

        Turn() {
            program.enterUser();
        }

        /// Wakes it, and has the entry taken.
        void wake() {
            taken = RunWordProof.wake(cell) && program.take();
        }

        String judge(boolean waits) {
            boolean stuck = cell.run == TurnScheduler.AWAKE || waits;
            return taken ? "the entry is taken" : inDoubt ? "the worker goes on" : stuck ? "lost" : "idle";
        }

        /// As [MessageProgram#leave], without one of the looks.
        boolean leaveWith(boolean messages, boolean wakers) {
            long seen = cell.mailbox.givenCount();
            cell.runBy(TurnScheduler.IDLE);
            if (!program.leaveForGood()) {
                throw new IllegalStateException("nobody else leads away from USER here");
            }
            return (messages && cell.mailbox.tickets() != seen) || (wakers && cell.run != TurnScheduler.IDLE);
        }
    }

    /// What may become of a message.
    @Outcome(id = "the entry is taken", expect = ACCEPTABLE, desc = "The sender saw IDLE, and the program was free.")
    @Outcome(
            id = "the worker goes on",
            expect = ACCEPTABLE,
            desc = "The worker saw the message, or the sender's AWAKE.")
    @Outcome(id = "lost", expect = FORBIDDEN, desc = "A message waits and nobody goes on.")
    public interface OfMessage {}

    /// What may become of a waker that is late.
    @Outcome(id = "the entry is taken", expect = ACCEPTABLE, desc = "The waker saw IDLE, and the program was free.")
    @Outcome(id = "the worker goes on", expect = ACCEPTABLE, desc = "The worker saw the waker's AWAKE.")
    @Outcome(id = "idle", expect = ACCEPTABLE, desc = "The waker saw AWAKE.")
    @Outcome(id = "lost", expect = FORBIDDEN, desc = "AWAKE for ever: no sender wakes it any more.")
    public interface OfWaker {}

    /// A message comes.
    @JCStressTest
    @JCStressMeta(OfMessage.class)
    @State
    public static class Message extends Turn {
        @Actor
        public void send() {
            cell.mailbox.offer("m", false);
            wake();
        }

        @Actor
        public void leave() {
            inDoubt = program.leave(WORKER) == Program.Turn.LEFT_IN_DOUBT;
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = judge(true);
        }
    }

    /// A waker comes late: its message was handled in the turn.
    @JCStressTest
    @JCStressMeta(OfWaker.class)
    @State
    public static class Waker extends Turn {
        @Actor
        public void send() {
            wake();
        }

        @Actor
        public void leave() {
            inDoubt = program.leave(WORKER) == Program.Turn.LEFT_IN_DOUBT;
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = judge(false);
        }
    }

    /// The worker does not look for messages.
    @JCStressTest
    @JCStressMeta(OfMessage.class)
    @State
    public static class TwinMessage extends Turn {
        @Actor
        public void send() {
            cell.mailbox.offer("m", false);
            wake();
        }

        @Actor
        public void leave() {
            inDoubt = leaveWith(false, true);
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = judge(true);
        }
    }

    /// The worker does not look whether it was woken too early.
    @JCStressTest
    @JCStressMeta(OfWaker.class)
    @State
    public static class TwinWaker extends Turn {
        @Actor
        public void send() {
            wake();
        }

        @Actor
        public void leave() {
            inDoubt = leaveWith(true, false);
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = judge(false);
        }
    }
}
