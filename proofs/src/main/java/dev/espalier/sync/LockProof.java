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

/// Who begins to wait for a lock while it is being unlocked gets it.
public final class LockProof {
    private LockProof() {}

    @JCStressTest
    @State
    @Outcome(id = "granted", expect = ACCEPTABLE, desc = "By who unlocked, or it was free.")
    @Outcome(expect = FORBIDDEN, desc = "It is free, and somebody waits for it.")
    public static class Real {
        private final Lock lock = new Lock();
        private @Nullable Place place;

        @Actor
        public void unlock() {
            if (lock.tryLock()) {
                lock.unlock();
            }
        }

        /// As [Lock#lock], but for the wait.
        @Actor
        public void join() {
            place = new Place(lock.line);
            lock.join(place);
        }

        @Arbiter
        public void judge(L_Result r) {
            boolean granted = place != null && place.standing.isOver();
            r.r1 = granted ? "granted" : lock.owner() == null ? "forgotten" : "never unlocked";
        }
    }

    /// Who unlocks looks whether somebody waits, and then frees the lock.
    @JCStressTest
    @State
    @Outcome(id = "granted", expect = ACCEPTABLE, desc = "By who unlocked, or it was free.")
    @Outcome(expect = FORBIDDEN, desc = "It is free, and somebody waits for it.")
    public static class Twin {
        private final AtomicReference<@Nullable String> owner = new AtomicReference<>();
        private volatile boolean waited;

        @Actor
        public void unlock() {
            if (owner.compareAndSet(null, "unlocker")) {
                owner.set(waited ? "joiner" : null);
            }
        }

        @Actor
        public void join() {
            waited = true;
            owner.compareAndSet(null, "joiner");
        }

        @Arbiter
        public void judge(L_Result r) {
            r.r1 = "joiner".equals(owner.get()) ? "granted" : "forgotten";
        }
    }
}
