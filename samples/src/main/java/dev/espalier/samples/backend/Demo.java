package dev.espalier.samples.backend;

import dev.espalier.actor.StopReport;
import dev.espalier.observer.Observer;
import dev.espalier.profiling.Profiler;
import dev.espalier.profiling.Sort;
import dev.espalier.sync.Signal;
import java.io.Console;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Drives a real order desk by real requests, some of them bad and some twice, stops it, and compares what it
/// answered with what it stored.
final class Demo {
    private static final int REQUESTS = 4_000;
    private static final int AT_ONCE = 48;
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final String WHAT = REQUESTS
            + " requests to a real server, some of them bad and some twice. The pricing service breaks now and then,"
            + "\non purpose: it is restarted, and no order is lost. Its crash reports are part of the show.\n";

    private final Queue<Comparison.Answered> answers = new ConcurrentLinkedQueue<>();

    private final boolean observed;

    private Demo(boolean observed) {
        this.observed = observed;
    }

    /// Says whether all was right.
    static boolean run(Arguments wanted) throws Exception {
        return wanted.profile() ? profiled(wanted) : onDatabase(wanted);
    }

    private static boolean onDatabase(Arguments wanted) throws Exception {
        return wanted.db().isPresent()
                ? new Demo(wanted.profile()).run(wanted.db().get())
                : onOwnDatabase(wanted.profile());
    }

    private static boolean onOwnDatabase(boolean observed) throws Exception {
        Path folder = Files.createTempDirectory("backend-demo");
        try {
            return new Demo(observed).run(Settings.h2(folder.resolve("orders").toString()));
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    /// Writes a profile to a folder that it names.
    private static boolean profiled(Arguments wanted) throws Exception {
        String now = LocalDateTime.now(ZoneId.systemDefault()).format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        Path folder = Path.of("backend-profile-" + now).toAbsolutePath();
        Profiler profiler =
                Profiler.builder().folder(folder).flightRecorder().samples().start();
        boolean right;
        try (profiler) {
            right = onDatabase(wanted);
        }
        System.out.print("\n" + profiler.report().toText(Sort.OWN));
        System.out.println("\nThe profile is in " + folder + "\nA flame graph of the processor time, for a browser: "
                + folder.resolve("cpu.html").toUri());
        return right;
    }

    private boolean run(String db) throws Exception {
        StopReport report;
        System.out.println(WHAT);
        try (Backend backend = Backend.start(Settings.of(0, db));
                Observer observer = observed ? Observer.start(backend.system()) : null) {
            if (observer != null) {
                System.out.println("The tree is shown at " + observer.address());
            }
            int before = Comparison.rows(db).size();
            if (before > 0) {
                System.out.println("The demo needs a database without orders; this one has " + before + ".");
                return false;
            }
            URI orders = URI.create("http://localhost:" + backend.port() + "/orders");
            send(orders, 0, REQUESTS / 2);
            System.out.print(
                    "\nThe tree in the middle of it:\n" + backend.system().tree(20) + "\n");
            send(orders, REQUESTS / 2, REQUESTS);
            if (observer != null) {
                awaitEnter();
            }
            report = backend.stop(); // the engine logs the report
        }
        Comparison comparison = new Comparison(List.copyOf(answers));
        comparison.check(report.isClean(), "the stop was not clean");
        comparison.check(report.ledger().balanced(), "the ledger is not balanced");
        comparison.check(answers.size() == REQUESTS, REQUESTS - answers.size() + " requests have no answer");
        int rows = comparison.withRowsOf(db);
        System.out.println("\nanswers by status: " + byStatus() + "; orders in the database: " + rows);
        comparison.wrong().stream().limit(10).forEach(line -> System.out.println("WRONG: " + line));
        System.out.println(comparison.wrong().isEmpty() ? "All is right." : "Not all is right.");
        return comparison.wrong().isEmpty();
    }

    /// Whoever sits at a terminal can look at the tree before it stops, and see it stop.
    @SuppressWarnings("SystemConsoleNull") // since JDK 25 there is none without a terminal, as before JDK 22
    private static void awaitEnter() {
        Console console = System.console();
        if (console != null && console.isTerminal()) {
            System.out.print("\nThe tree is still shown there. Enter stops it, or a minute. ");
            Signal enter = new Signal();
            Thread.ofPlatform().daemon().start(() -> {
                console.readLine();
                enter.go();
            });
            enter.waitForGo(LOOK);
        }
    }

    private void send(URI orders, int from, int to) {
        Semaphore turns = new Semaphore(AT_ONCE);
        try (HttpClient http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                ExecutorService green = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = from; i < to; i++) {
                int number = i;
                turns.acquireUninterruptibly();
                green.execute(() -> {
                    try {
                        answers.add(send(http, orders, number));
                    } catch (IOException | InterruptedException e) {
                        System.out.println("request " + number + ": " + e); // will be missed by the comparison
                    } finally {
                        turns.release();
                    }
                });
            }
        }
    }

    private static Comparison.Answered send(HttpClient http, URI orders, int number)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(orders)
                .POST(HttpRequest.BodyPublishers.ofString(body(number)))
                .build();
        HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        return new Comparison.Answered(isBad(number), response.statusCode(), Order.JSON.readTree(response.body()));
    }

    private static boolean isBad(int number) {
        return number % 20 == 7;
    }

    /// Every tenth request repeats the one before; a quarter of the orders is one customer's.
    private static String body(int number) {
        int n = number % 10 == 9 ? number - 1 : number;
        String customer = n % 4 == 0 ? "anna" : "customer-" + n % 12;
        String item = n % 3 == 0 ? "apple-tree" : "espalier-wire";
        int quantity = isBad(n) ? 0 : 1 + n % 5;
        return "{\"id\":\"order-" + n + "\",\"customer\":\"" + customer + "\",\"item\":\"" + item + "\",\"quantity\":"
                + quantity + "}";
    }

    private String byStatus() {
        return answers.stream()
                .collect(Collectors.groupingBy(Comparison.Answered::status, TreeMap::new, Collectors.counting()))
                .toString();
    }
}
