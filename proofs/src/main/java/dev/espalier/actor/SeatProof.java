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

/// No entry is left while a seat is free: who shares an entry then looks at the seats; who leaves its seat then looks
/// for entries.
///
/// The scheduler, its queue and its seats are the real ones; the two callers ([TurnScheduler#wakeOne] and the end of
/// [Worker]'s search) are copied, without the threads that they start and park.
public final class SeatProof {
    private static final Cell<?> ENTRY = RunWordProof.inTurn();

    private SeatProof() {}

    /// One seat, and a worker that has it.
    static TurnScheduler scheduler(int searching) {
        var scheduler = new TurnScheduler(RunWordProof.SYSTEM.strand, "p", 1);
        scheduler.seats.set(1);
        scheduler.searching.set(searching);
        return scheduler;
    }

    /// Shares an entry; tells whether another worker is to be woken.
    static boolean share(TurnScheduler scheduler) {
        scheduler.shared.add(ENTRY);
        return scheduler.searching.get() == 0 && scheduler.seats.get() < scheduler.limit && scheduler.takeSeat();
    }

    static String judge(boolean found, boolean woken, boolean goesOn) {
        if (woken && goesOn) {
            return "two on one seat";
        }
        return found ? "found" : woken ? "another is woken" : goesOn ? "sits down again" : "left";
    }

    /// What may become of an entry.
    @Outcome(id = "found", expect = ACCEPTABLE, desc = "Found before the worker gave its seat back.")
    @Outcome(id = "another is woken", expect = ACCEPTABLE, desc = "Who shared the entry saw the free seat.")
    @Outcome(id = "sits down again", expect = ACCEPTABLE, desc = "The worker saw the entry after it had left.")
    @Outcome(id = "two on one seat", expect = FORBIDDEN, desc = "More workers than seats.")
    @Outcome(id = "left", expect = FORBIDDEN, desc = "An entry waits, a seat is free, and nobody goes on.")
    public interface Outcomes {}

    @JCStressTest
    @JCStressMeta(Outcomes.class)
    @State
    public static class Real {
        private final TurnScheduler scheduler = scheduler(0);
        private boolean found;
        private boolean woken;
        private boolean goesOn;

        @Actor
        public void put() {
            woken = share(scheduler);
        }

        @Actor
        public void rest() {
            found = scheduler.shared.poll() != null;
            if (!found) {
                scheduler.leaveSeat();
                goesOn = scheduler.hasQueued() && scheduler.takeSeat();
            }
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = SeatProof.judge(found, woken, goesOn);
        }
    }

    /// As before, but the worker was searching, so nobody else is woken.
    @JCStressTest
    @JCStressMeta(Outcomes.class)
    @State
    public static class RealSearcher {
        private final TurnScheduler scheduler = scheduler(1);
        private boolean found;
        private boolean woken;
        private boolean goesOn;

        @Actor
        public void put() {
            woken = share(scheduler);
        }

        @Actor
        public void rest() {
            found = scheduler.shared.poll() != null;
            scheduler.searching.decrementAndGet();
            if (!found) {
                scheduler.leaveSeat();
                goesOn = scheduler.hasQueued() && scheduler.takeSeat();
            }
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = SeatProof.judge(found, woken, goesOn);
        }
    }

    /// The worker looks and then leaves.
    @JCStressTest
    @JCStressMeta(Outcomes.class)
    @State
    public static class Twin {
        private final TurnScheduler scheduler = scheduler(0);
        private boolean found;
        private boolean woken;
        private boolean goesOn;

        @Actor
        public void put() {
            woken = share(scheduler);
        }

        @Actor
        public void rest() {
            found = scheduler.shared.poll() != null;
            if (!found) {
                boolean more = scheduler.hasQueued();
                scheduler.leaveSeat();
                goesOn = more && scheduler.takeSeat();
            }
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = SeatProof.judge(found, woken, goesOn);
        }
    }
}
