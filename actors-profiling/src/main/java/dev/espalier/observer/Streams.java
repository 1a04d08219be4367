package dev.espalier.observer;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Streams of events to browsers: the tree first, then what changes.
///
/// A client has no queue. It is written to by its own green thread, and when that comes back it takes the newest
/// frame: the changes if it has missed nothing, else the whole tree again. So a slow one costs a stack and what
/// is in the socket's buffer, and one that does not read for long is cut off.
///
/// *Threads.* Thread-safe.
final class Streams {
    private static final long LONGEST_PULSE = TimeUnit.SECONDS.toNanos(5);
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.UTF_8);

    private final Snapshots snapshots;
    private final GreenThreads threads;
    private final Semaphore places;
    private final int most;
    /// How long nothing is sent at most: shorter than the patience, which is with clients, not with us.
    private final long pulse;
    private final AtomicInteger behind = new AtomicInteger();

    Streams(Snapshots snapshots, GreenThreads threads, int most) {
        this.snapshots = snapshots;
        this.threads = threads;
        this.most = most;
        places = new Semaphore(most);
        pulse = Math.min(LONGEST_PULSE, threads.patience() / 2);
    }

    void serve(HttpExchange exchange) throws Refusal, IOException {
        if (!places.tryAcquire()) {
            exchange.getResponseHeaders().set("Retry-After", "10");
            throw new Refusal(503, "There are " + most + " clients already.");
        }
        behind.incrementAndGet();
        try {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
            exchange.sendResponseHeaders(200, 0);
            send(exchange.getResponseBody());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the observer closes, or the client is too slow
        } finally {
            behind.decrementAndGet();
            places.release();
        }
    }

    private void send(OutputStream out) throws IOException, InterruptedException {
        Snapshots.Whole whole = snapshots.whole();
        Frame seen = whole.frame();
        write(out, whole.event());
        while (!seen.last()) {
            Frame next = snapshots.next(seen, pulse);
            if (next.number() == seen.number()) {
                write(out, COMMENT);
            } else if (next.number() == seen.number() + 1) {
                write(out, next.changes());
            } else {
                Snapshots.Whole again = snapshots.whole();
                next = again.frame();
                write(out, again.event());
            }
            seen = next;
        }
    }

    private void write(OutputStream out, byte[] bytes) throws IOException {
        threads.renew();
        out.write(bytes);
        out.flush();
        threads.renew();
    }

    /// Clients that are served, or have not been sent the last frame yet.
    int clients() {
        return behind.get();
    }
}
