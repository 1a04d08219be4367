package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
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
}
