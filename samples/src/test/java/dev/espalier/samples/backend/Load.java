package dev.espalier.samples.backend;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Offers orders at a fixed rate by a fixed number of green threads, each with one connection, until it is
/// refused.
///
/// What may become of a request:
/// | outcome | when | allowed |
/// |---|---|---|
/// | answered | a complete response | always |
/// | refused | no connection: nothing listens | after the stop began |
/// | dropped | the connection was made by the kernel, and closed before a byte of its first answer | after the stop
/// began: it was in the backlog when the listener closed. Had the server accepted it and seen the request, then
/// its count of requests would be higher than ours of answers |
/// | cut | a connection that had carried an answer closed without announcing it, or an answer was incomplete | never |
final class Load {
    static final int CLIENTS = 50;
    static final int PER_SECOND = 2_000;
    private static final int MOST_EACH = 400;
    private static final long PERIOD = 1_000_000_000L * CLIENTS / PER_SECOND;

    final Map<String, String> sent = new ConcurrentHashMap<>();
    final Map<String, Integer> statusById = new ConcurrentHashMap<>();
    final Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
    final AtomicInteger answered = new AtomicInteger();
    final AtomicInteger served = new AtomicInteger(); // connections
    final AtomicInteger refused = new AtomicInteger();
    final AtomicInteger dropped = new AtomicInteger();
    final Queue<String> cut = new ConcurrentLinkedQueue<>();
    final CountDownLatch firstAnswers = new CountDownLatch(CLIENTS);
    private final List<Thread> clients = new ArrayList<>();

    void start(int port) {
        long start = System.nanoTime();
        for (int c = 0; c < CLIENTS; c++) {
            int client = c;
            long offset = start + c * PERIOD / CLIENTS;
            clients.add(Thread.ofVirtual().name("client-" + c).start(() -> run(port, client, offset)));
        }
    }

    void join() throws InterruptedException {
        for (Thread client : clients) {
            client.join();
        }
    }

    private void run(int port, int client, long start) {
        Wire wire = new Wire();
        try {
            for (int i = 0; i < MOST_EACH; i++) {
                for (long wait = start + i * PERIOD - System.nanoTime(); wait > 0; ) {
                    LockSupport.parkNanos(wait);
                    wait = start + i * PERIOD - System.nanoTime();
                }
                if (!wire.isOpen()) {
                    wire.close();
                    wire = new Wire();
                    if (!connect(wire, port)) {
                        return;
                    }
                }
                if (!send(wire, client, i)) {
                    return;
                }
            }
            cut.add("client " + client + " was never refused");
        } catch (IOException e) {
            cut.add("client " + client + ": " + e);
        } finally {
            firstAnswers.countDown();
            closeQuietly(wire);
        }
    }

    private boolean connect(Wire wire, int port) throws IOException {
        try {
            wire.connect(port);
            return true;
        } catch (ConnectException e) {
            refused.incrementAndGet();
        } catch (SocketException e) { // reset while it was being made
            dropped.incrementAndGet();
        }
        return false;
    }

    /// Every tenth repeats the request before.
    private boolean send(Wire wire, int client, int i) {
        String id = "c" + client + "-" + (i % 10 == 9 ? i - 1 : i);
        String customer = "customer-" + client % 40;
        sent.put(id, customer);
        try {
            boolean first = !wire.isUsed();
            int status = wire.post(Desk.json(id, customer, "plum-tree", "1"));
            answered.incrementAndGet();
            if (first) {
                served.incrementAndGet();
            }
            statuses.merge(status, 1, Integer::sum);
            statusById.merge(id, status, Math::min);
            firstAnswers.countDown();
            return true;
        } catch (IOException e) {
            if (wire.isUsed() || wire.isAnswering()) {
                cut.add(id + ": " + e);
            } else {
                dropped.incrementAndGet();
            }
            return false;
        }
    }

    private static void closeQuietly(Wire wire) {
        try {
            wire.close();
        } catch (IOException e) {
            // it has served its purpose
        }
    }
}
