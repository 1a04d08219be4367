package dev.espalier.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A value that is handed over while who waits for it gives up reaches him or stays with its owner: never both, never
/// neither; and who finds that he was granted sees the value.
public final class HandOverProof {
    private static final String VALUE = "value";

    private HandOverProof() {}

    static String judge(boolean handed, boolean gaveUp, @Nullable Object seen) {
        if (handed == gaveUp) {
            return handed ? "lost" : "neither";
        }
        if (gaveUp) {
            return "given up";
        }
        return VALUE.equals(seen) ? "handed over" : "not seen";
    }

    @JCStressTest
    @State
    @Outcome(id = "handed over", expect = ACCEPTABLE, desc = "The hand-over was faster.")
    @Outcome(id = "given up", expect = ACCEPTABLE, desc = "The waiter was faster; the value is still its owner's.")
    @Outcome(id = "not seen", expect = FORBIDDEN, desc = "Granted, but without the value.")
    @Outcome(expect = FORBIDDEN, desc = "Lost with a waiter who has gone, or granted by nobody.")
    public static class Real {
        private final Guard guard = new Guard();
        private final Line line = new Line(guard);
        private final Place place = new Place(line);
        private boolean handed;
        private boolean gaveUp;
        private @Nullable Object seen;

        public Real() {
            line.join(place);
        }

        @Actor
        public void handOver() {
            guard.lock();
            try {
                handed = line.handOver(VALUE) != null;
            } finally {
                guard.leave();
            }
        }

        @Actor
        public void giveUp() {
            gaveUp = place.standing.claim(Wait.GIVEN_UP);
            if (gaveUp) {
                place.abandon();
            } else {
                seen = place.value;
            }
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = HandOverProof.judge(handed, gaveUp, seen);
        }
    }

    /// The value comes after the claim.
    @JCStressTest
    @State
    @Outcome(id = "handed over", expect = ACCEPTABLE, desc = "The hand-over was faster.")
    @Outcome(id = "given up", expect = ACCEPTABLE, desc = "The waiter was faster; the value is still its owner's.")
    @Outcome(id = "not seen", expect = FORBIDDEN, desc = "Granted, but without the value.")
    @Outcome(expect = FORBIDDEN, desc = "Lost with a waiter who has gone, or granted by nobody.")
    public static class Twin {
        private final AtomicReference<@Nullable String> outcome = new AtomicReference<>();
        private @Nullable Object value;
        private boolean handed;
        private boolean gaveUp;
        private @Nullable Object seen;

        @Actor
        public void handOver() {
            handed = outcome.compareAndSet(null, "granted");
            if (handed) {
                value = VALUE;
            }
        }

        @Actor
        public void giveUp() {
            gaveUp = outcome.compareAndSet(null, "given up");
            if (!gaveUp) {
                seen = value;
            }
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = HandOverProof.judge(handed, gaveUp, seen);
        }
    }
}
