package dev.espalier.logging;

import com.sun.management.OperatingSystemMXBean;
import dev.espalier.actor.ActorSystem;
import dev.espalier.sync.Signal;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The program that [ProcessEndTest] ends: threads and actors that log numbers as fast as they can, and write
/// down in a mapped file, which survives the JVM, how far they have come.
///
/// Arguments: how it ends (wait, exit, return, close, fail), after how many µs, the file of the counters. `fill`
/// logs as much as the queue holds and waits; the number that it prints then are the events that wait. `alone` does
/// the same without a system, so that nobody flushes but the end of the log. `idle` logs a line and prints how much
/// processor time the JVM takes in the µs while nothing happens.
final class FloodMain {
    static final int THREADS = 4;
    static final int ACTORS = 1_000;
    static final int HOOKS = 2;
    static final int PRODUCERS = THREADS + ACTORS + HOOKS;
    /// As many as the queue of `slow-logback.xml` holds.
    static final int FILL = 65_536;

    private static final int HOOK_LINES = 500;
    /// The writer parks after a second; compilers and the like take some, too.
    private static final long SETTLE_NANOS = 3_000_000_000L;

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final Logger LOG = LoggerFactory.getLogger(FloodMain.class);

    private FloodMain() {}

    public static void main(String[] arguments) throws IOException {
        String end = arguments[0];
        long after = Long.parseLong(arguments[1]) * 1_000;
        MappedByteBuffer counters = map(Path.of(arguments[2]));
        if (end.equals("fail")) {
            LOG.info("0 0");
            counters.putLong(0, 1);
            throw new IllegalStateException("a fatal start-up error");
        }
        if (end.equals("alone")) {
            fill(counters);
            new Signal("never").waitForGo();
        }
        ActorSystem system =
                ActorSystem.builder("shop").stopsChildrenInParallel().start();
        if (end.equals("fill")) {
            fill(counters);
            system.awaitShutdown();
            return;
        }
        if (end.equals("idle")) {
            log(counters, 0, 0);
            system.spawnBody("idle", (inbox, ctx) -> ctx.pleaseStop().waitForGo());
            LockSupport.parkNanos(SETTLE_NANOS);
            long before = PROCESS.getProcessCpuTime();
            LockSupport.parkNanos(after);
            System.out.println((PROCESS.getProcessCpuTime() - before) / 1_000);
            system.close();
            return;
        }
        for (int i = 0; i < THREADS; i++) {
            int producer = i;
            Thread.ofPlatform().daemon(true).start(() -> {
                for (long n = 0; ; n++) {
                    log(counters, producer, n);
                }
            });
        }
        for (int i = 0; i < ACTORS; i++) {
            int producer = THREADS + i;
            system.spawnBody("feed" + i, (inbox, ctx) -> {
                for (long n = 0; !ctx.pleaseStop().isGo(); n++) {
                    log(counters, producer, n);
                    LockSupport.parkNanos(1); // green threads are not preempted
                }
            });
        }
        for (int i = 0; i < HOOKS; i++) {
            int producer = THREADS + ACTORS + i;
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                for (long n = 0; n < HOOK_LINES; n++) {
                    log(counters, producer, n);
                }
            }));
        }
        System.out.println("ready");
        LockSupport.parkNanos(after);
        end(end, system);
    }

    private static void fill(MappedByteBuffer counters) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int producer = i;
            threads.add(Thread.ofPlatform().start(() -> {
                for (long n = 0; n < FILL / THREADS; n++) {
                    log(counters, producer, n);
                }
            }));
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        System.out.println(((ActorAppender) ((ch.qos.logback.classic.Logger) LOG).getAppender("actors"))
                .statistics()
                .queued());
    }

    @SuppressWarnings("SystemExitOutsideMain")
    private static void end(String end, ActorSystem system) {
        switch (end) {
            case "wait" -> system.awaitShutdown();
            case "exit" -> System.exit(0);
            case "close" -> system.close(); // and main returns
            default -> {} // main returns
        }
    }

    private static void log(MappedByteBuffer counters, int producer, long n) {
        LOG.info("{} {}", producer, n);
        counters.putLong(producer * Long.BYTES, n + 1);
    }

    private static MappedByteBuffer map(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) PRODUCERS * Long.BYTES);
            mapped.order(ByteOrder.BIG_ENDIAN);
            return mapped;
        }
    }
}
