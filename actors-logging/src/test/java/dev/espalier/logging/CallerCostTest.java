package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.sync.Compute;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CallerCostTest extends LoggingFixture {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int CALLS = 5_000;
    private static final Duration LONG = Duration.ofSeconds(20);

    private long bytesOfACall() {
        Object one = "one";
        Object two = 2;
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
            log.info("{} {} order shipped", one, two);
        }
        return (THREADS.getCurrentThreadAllocatedBytes() - before) / CALLS;
    }

    @Test
    void shouldAllocateAtMost200BytesOnTheCallerWhenByReference() {
        start(a -> a.setCapture(Capture.BY_REFERENCE));
        bytesOfACall(); // loads classes
        assertTrue(appender.flush(LONG));
        long bytes = bytesOfACall();
        assertTrue(bytes > 0 && bytes <= 200, () -> bytes + " bytes for a call");
    }

    @Test
    void shouldAllocateAtMost200BytesInAnActorToo() {
        start(a -> a.setCapture(Capture.BY_REFERENCE));
        try (ActorSystem system =
                ActorSystem.builder("shop").handleSignals(false).start()) {
            AtomicLong bytes = new AtomicLong();
            // on a platform thread, for the JVM does not count what green threads allocate
            ActorRef<String> desk =
                    system.spawn("desk", () -> (message, ctx) -> Compute.run(() -> bytes.set(bytesOfACall())));
            for (int i = 0; i < 2; i++) {
                desk.tell("log");
                assertTrue(desk.awaitProcessed(LONG));
                assertTrue(appender.flush(LONG));
            }
            assertEquals("String", Identity.of(lines.events.getLast(), Identity.MESSAGE));
            assertTrue(bytes.get() > 0 && bytes.get() <= 200, () -> bytes + " bytes for a call");
        }
    }
}
