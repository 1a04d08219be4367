package dev.espalier.samples.logging;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Four platform threads that log numbered lines, each its own numbers.
final class Producers {
    static final int COUNT = 4;
    private static final Logger LOG = LoggerFactory.getLogger("shop");

    private Producers() {}

    /// What one thread does.
    interface Work {
        /// Logs its lines.
        ///
        /// @param from its first number
        void run(int producer, long from);
    }

    static void log(int producer, long n) {
        LOG.info("{} {} order shipped", producer, n);
    }

    /// Has all of them work, and waits.
    static void run(long from, Work work) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            int producer = i;
            threads.add(Thread.ofPlatform().start(() -> work.run(producer, from)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /// The bytes of the lines with the numbers from 0 up to this one, of all threads.
    static long bytes(long upTo) {
        long sum = 0;
        long digits = 1;
        for (long first = 0, next = 10; first < upTo; first = next, next *= 10, digits++) {
            sum += (Math.min(next, upTo) - first) * (digits + "0  order shipped\n".length());
        }
        return sum * COUNT;
    }
}
