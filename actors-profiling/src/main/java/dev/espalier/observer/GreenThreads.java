package dev.espalier.observer;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/// Runs each exchange on a green thread of its own, of which there are not too many and each has a deadline:
/// whoever sends or reads too slowly is interrupted, which closes his connection.
///
/// *Threads.* Thread-safe.
final class GreenThreads implements Executor {
    private static final int MOST = 512;

    private final long patience;
    private final Map<Thread, Long> deadlines = new ConcurrentHashMap<>();
    private final Thread.Builder threads = Thread.ofVirtual().name("espalier-observer-", 1);

    /// @param patience how long an exchange may take to come further
    GreenThreads(Duration patience) {
        this.patience = patience.toNanos();
    }

    @Override
    public void execute(Runnable exchange) {
        if (deadlines.size() >= MOST) {
            throw new RejectedExecutionException("There are " + MOST + " exchanges");
        }
        Thread thread = threads.unstarted(() -> {
            try {
                exchange.run();
            } finally {
                deadlines.remove(Thread.currentThread());
            }
        });
        deadlines.put(thread, System.nanoTime() + patience);
        thread.start();
    }

    /// In ns.
    long patience() {
        return patience;
    }

    /// The calling exchange has come further: its time begins anew.
    void renew() {
        deadlines.computeIfPresent(Thread.currentThread(), (thread, before) -> System.nanoTime() + patience);
    }

    /// Interrupts those whose time is over.
    void patrol() {
        long now = System.nanoTime();
        deadlines.forEach((thread, deadline) -> {
            if (now - deadline > 0) {
                thread.interrupt();
            }
        });
    }

    int running() {
        return deadlines.size();
    }

    void interruptAll() {
        deadlines.keySet().forEach(Thread::interrupt);
    }
}
