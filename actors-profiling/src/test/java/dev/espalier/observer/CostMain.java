package dev.espalier.observer;

import com.sun.management.OperatingSystemMXBean;
import dev.espalier.profiling.Level;
import dev.espalier.profiling.Profiling;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What an observer costs at 10,000 actors: processor time with 0, 1 and 5 clients in a process of their own,
/// and the heap over a minute with one. The figures in `docs/guide/observing.md` come from it.
final class CostMain {
    private static final int CUSTOMERS = 10_000;
    private static final double MIB = 1 << 20;
    private static final OperatingSystemMXBean PROCESS =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private CostMain() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 2) {
            read(URI.create(args[0]), Integer.parseInt(args[1]));
            return;
        }
        int seconds = args.length == 1 ? Integer.parseInt(args[0]) : 20;
        Profiling.level(Level.COUNTERS);
        try (Orchard orchard = new Orchard(CUSTOMERS);
                Observer observer = Observer.start(orchard.system)) {
            orchard.open();
            clients(observer, 1, seconds); // warms up
            for (int round = 1; round <= 3; round++) {
                for (int clients : new int[] {0, 1, 5}) {
                    System.out.printf(
                            "round %d, %d clients: %.1f ms of processor time a second%n",
                            round, clients, clients(observer, clients, seconds));
                }
            }
            flat(observer);
        }
    }

    /// @return milliseconds of processor time a second
    private static double clients(Observer observer, int number, int seconds) throws Exception {
        List<Process> readers = new ArrayList<>();
        if (number > 0) {
            readers.add(reader(observer, number));
        }
        TimeUnit.SECONDS.sleep(number == 0 ? 17 : 4); // nobody looks any more after 15
        long cpu = PROCESS.getProcessCpuTime();
        long begun = System.nanoTime();
        TimeUnit.SECONDS.sleep(seconds);
        double spent = (PROCESS.getProcessCpuTime() - cpu) * 1e3 / (System.nanoTime() - begun);
        readers.forEach(Process::destroyForcibly);
        return spent;
    }

    private static void flat(Observer observer) throws Exception {
        Process reader = reader(observer, 1);
        TimeUnit.SECONDS.sleep(10);
        for (int second = 0; second <= 60; second += 10) {
            System.out.printf("after %d s: %.1f MiB of heap after a collection%n", second, heap() / MIB);
            TimeUnit.SECONDS.sleep(10);
        }
        reader.destroyForcibly();
    }

    private static long heap() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(100);
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    // The clients.

    private static Process reader(Observer observer, int number) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CostMain.class.getName(),
                        observer.address().toString(),
                        String.valueOf(number))
                .inheritIO()
                .start();
    }

    private static void read(URI address, int number) throws InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (int i = 0; i < number; i++) {
                HttpRequest request = HttpRequest.newBuilder(address.resolve("/api/events"))
                        .header("Authorization", "Bearer " + address.getFragment())
                        .build();
                Thread.ofPlatform().daemon().start(() -> drain(http, request));
            }
            TimeUnit.SECONDS.sleep(Duration.ofMinutes(10).toSeconds());
        }
    }

    private static void drain(HttpClient http, HttpRequest request) {
        try (InputStream in =
                http.send(request, HttpResponse.BodyHandlers.ofInputStream()).body()) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) {
            System.err.println(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
