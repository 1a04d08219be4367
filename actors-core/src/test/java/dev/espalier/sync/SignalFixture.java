package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// What the tests of signals share.
final class SignalFixture {
    private SignalFixture() {}

    static final Duration SECOND = Duration.ofSeconds(1);

    interface ThreadBody {
        void run(int number) throws Exception;
    }

    /// Runs the body in that many strands at once, green and platform by turns, and fails if one fails.
    static void inThreads(int count, ThreadBody body) throws Exception {
        var ready = new CountDownLatch(count);
        var errors = new java.util.concurrent.ConcurrentLinkedQueue<Throwable>();
        var strands = new ArrayList<Strand>();
        for (int i = 0; i < count; i++) {
            int number = i;
            Runnable worker = () -> {
                try {
                    ready.countDown();
                    assertTrue(ready.await(20, TimeUnit.SECONDS));
                    body.run(number);
                } catch (Throwable error) {
                    errors.add(error);
                }
            };
            String name = "worker-" + i;
            strands.add(i % 2 == 0 ? Strand.start(name, worker) : Strand.startPlatform(name, true, worker));
        }
        for (Strand strand : strands) {
            assertTrue(strand.join(Duration.ofSeconds(50)), strand::toString);
        }
        if (!errors.isEmpty()) {
            throw new AssertionError(errors.toString(), errors.peek());
        }
    }
}
