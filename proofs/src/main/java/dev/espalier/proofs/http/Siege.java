package dev.espalier.proofs.http;

import dev.espalier.observer.ObserverTarget;
import dev.espalier.proofs.Living;
import dev.espalier.samples.backend.BackendTarget;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Attacks one server and says what was wrong: answers, the tree behind it, the log, what is left over.
///
/// Arguments: `observer` or `backend`, the name of a mistake or `NONE`, a seed, the number of attacks. The last line of
/// the output is `tried TAB bad TAB words`.
public final class Siege {
    private static final int ATTACKERS = 4;
    private static final int MOST_STAY = 100;
    private static final int MOST_WRONG = 4;
    /// The server's own threads may still hold the last ones.
    private static final int FEW_CONNECTIONS = 4;
    /// Workers of actors and pollers of the JDK come and go.
    private static final int FEW_THREADS = 12;
    private static final long PATIENCE = 20_000_000_000L;
    private static final String CONNECTION = "sun.net.httpserver.HttpConnection";
    private static final String GREEN = "java.lang.VirtualThread";

    private final Target target;
    private final Attacks attacks;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong bad = new AtomicLong();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final Queue<Socket> staying = new ConcurrentLinkedQueue<>();

    private Siege(Target target, long seed) {
        this.target = target;
        attacks = new Attacks(target.language(), seed);
    }

    public static void main(String[] args) throws Exception {
        Complaints complaints = Complaints.listen();
        long seed = Long.parseLong(args[2]);
        long many = Long.parseLong(args[3]);
        Target target = args[0].equals("observer") ? ObserverTarget.start(args[1]) : BackendTarget.start(args[1]);
        Siege siege = new Siege(target, seed);
        String report;
        try {
            report = siege.run(many);
            complaints.all().forEach(siege::note);
        } finally {
            target.stop().forEach(siege::note);
        }
        System.out.println(siege.line(seed, many, report));
        System.exit(0); // also if a mistake keeps something alive
    }

    /// @return how the server was meanwhile
    private String run(long many) throws Exception {
        serves();
        Living before = Living.now();
        long worst = 0;
        try (ExecutorService attackers = Executors.newFixedThreadPool(ATTACKERS)) {
            for (int i = 0; i < ATTACKERS; i++) {
                attackers.execute(() -> attack(many));
            }
            while (goesOn(next.get(), many)) {
                worst = Math.max(worst, serves());
                LockSupport.parkNanos(20_000_000);
            }
        }
        serves();
        for (Socket socket : staying) {
            Client.close(socket);
        }
        if (bad.get() == 0) {
            leftOver(before);
        }
        target.wrong().forEach(this::note);
        return String.format(Locale.ROOT, "others waited %.0f ms at most", worst / 1e6);
    }

    /// When enough is wrong, more would only take time.
    private boolean goesOn(long number, long many) {
        return number < many && bad.get() < MOST_WRONG;
    }

    private void attack(long many) {
        for (long n = next.getAndIncrement(); goesOn(n, many); n = next.getAndIncrement()) {
            Attack attack = attacks.of(n);
            try {
                Socket socket = Client.connect(target.port());
                Reply reply = Client.send(attack, socket);
                target.answered(reply);
                if (attack.ending() == Attack.Ending.STAY) {
                    stay(socket);
                } else if (attack.ending() != Attack.Ending.RESET
                        && !reply.wrong(attack).isEmpty()) {
                    note("attack " + n + " " + reply.wrong(attack) + ": " + attack.shown());
                }
            } catch (IOException e) {
                note("attack " + n + " met " + e + ": " + attack.shown());
            }
        }
    }

    private void stay(Socket socket) throws IOException {
        staying.add(socket);
        if (staying.size() > MOST_STAY) {
            Socket oldest = staying.poll();
            if (oldest != null) {
                Client.close(oldest);
            }
        }
    }

    /// A good request must be answered, whatever others do.
    ///
    /// @return how long that took, in nanoseconds
    private long serves() throws IOException {
        Target.Language language = target.language();
        String request = "GET " + language.paths().getFirst() + "?token=" + language.token()
                + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        Attack good = new Attack("good", Garbage.bytesOf(request), Attack.Ending.READ, Attack.Expected.ANSWER);
        long begin = System.nanoTime();
        Reply reply = Client.send(good, Client.connect(target.port()));
        if (reply.status() != 200) {
            note("a good request was answered by " + reply.status());
        }
        return System.nanoTime() - begin;
    }

    /// When all clients have gone, no connection, thread or exchange may be left of them.
    private void leftOver(Living before) throws Exception {
        long end = System.nanoTime() + PATIENCE;
        Living now = Living.now();
        while (System.nanoTime() - end < 0 && (connections(before, now) > 0 || threads(before, now) > 0)) {
            LockSupport.parkNanos(200_000_000);
            now = Living.now();
        }
        if (connections(before, now) > 0) {
            note(connections(before, now) + " connections too many are left");
        }
        if (threads(before, now) > 0) {
            note(threads(before, now) + " green threads too many are left");
        }
    }

    private static long connections(Living before, Living now) {
        return now.of(CONNECTION) - before.of(CONNECTION) - FEW_CONNECTIONS;
    }

    private static long threads(Living before, Living now) {
        return now.of(GREEN) - before.of(GREEN) - FEW_THREADS;
    }

    private void note(String what) {
        bad.incrementAndGet();
        wrong.add(what);
        System.out.println(what);
    }

    private String line(long seed, long many, String report) {
        List<String> words = new ArrayList<>();
        if (!wrong.isEmpty()) {
            words.add("**" + wrong.element().replace('|', '/').replaceAll("\\s+", " ") + "**");
        }
        words.add("seed " + seed + ", " + report);
        return Math.min(many, next.get()) + "\t" + bad.get() + "\t" + String.join("; ", words);
    }
}
