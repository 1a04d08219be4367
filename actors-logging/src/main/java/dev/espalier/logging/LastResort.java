package dev.espalier.logging;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// Standard error, for what no sink takes. Never blocks and never throws: when nobody reads standard error, a
/// write to it does not return, so another thread writes, and what it cannot keep up with is only counted:
/// beyond 1,000 texts, or 2 million characters.
///
/// `PENDING` counts texts that were put in and not written. Who moves it from 0 to 1 starts a thread that
/// writes until it is 0 again: at most one writes, and none is left.
final class LastResort {
    private static final int BOUND = 1_000;
    private static final int CHARACTERS = 2_000_000;
    private static final Queue<String> TEXTS = new ConcurrentLinkedQueue<>();
    private static final AtomicInteger PENDING = new AtomicInteger();
    private static final AtomicLong LENGTH = new AtomicLong();
    private static final LongAdder DROPPED = new LongAdder();

    private LastResort() {}

    /// @param text with its line break
    static void say(String text) {
        if (PENDING.get() >= BOUND || LENGTH.get() >= CHARACTERS) {
            DROPPED.increment();
            return;
        }
        LENGTH.addAndGet(text.length());
        TEXTS.add(text);
        if (PENDING.getAndIncrement() == 0) {
            try {
                Thread.ofPlatform().name("espalier-log-stderr").daemon(true).start(LastResort::write);
            } catch (Throwable t) { // no memory for a thread
                write();
            }
        }
    }

    private static void write() {
        do {
            String text = TEXTS.poll();
            try {
                System.err.print(text);
                long dropped = DROPPED.sumThenReset();
                if (dropped > 0) {
                    System.err.println("(" + dropped + " more texts came too fast for standard error)");
                }
                System.err.flush();
            } catch (Throwable t) {
                // There is nowhere left to tell.
            } finally {
                LENGTH.addAndGet(text == null ? 0 : -text.length());
            }
        } while (PENDING.decrementAndGet() != 0);
    }

    /// Waits until all has been written, or the time is over.
    static void await(Duration limit) {
        long until = System.nanoTime() + limit.toNanos();
        Pause pause = new Pause();
        while (PENDING.get() != 0 && until - System.nanoTime() > 0) {
            pause.next();
        }
        pause.end();
    }
}
