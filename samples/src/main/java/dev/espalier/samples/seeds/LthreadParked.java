package dev.espalier.samples.seeds;

import com.sun.management.OperatingSystemMXBean;
import dev.espalier.sync.Progress;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Many green threads that all wait for one signal.
final class LthreadParked {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final double MEGABYTE = 1 << 20;
    private static final Path STATUS = Path.of("/proc/self/status");

    private final int threads;
    private final Checks checks;
    private final Signal wake = new Signal("wake");
    private final Progress arrived = new Progress();
    private final Progress ended = new Progress();

    LthreadParked(int threads, Checks checks) {
        this.threads = threads;
        this.checks = checks;
    }

    void run() throws IOException {
        long before = heap();
        for (int i = 0; i < threads; i++) {
            Strand.start("parked", () -> {
                arrived.advance();
                wake.waitForGo();
                ended.advance();
            });
        }
        checks.check(arrived.waitFor(threads, PATIENCE), threads + " green threads have started");
        long each = (heap() - before) / threads;
        double resident = residentMegabytes();
        checks.check(
                resident < 2_000,
                String.format(
                        "with all of them the process has %.0f MB, and the heap %d bytes for each", resident, each));
        double busy = cpuShare();
        checks.check(busy < 0.2, String.format("while they wait, %.1f %% of a processor is used", busy * 100));
        wake.go();
        checks.check(ended.waitFor(threads, PATIENCE), "all of them went on and ended");
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /// What the operating system counts, where it tells; else the heap that is taken.
    private static double residentMegabytes() throws IOException {
        if (Files.isReadable(STATUS)) {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
                }
            }
        }
        return Runtime.getRuntime().totalMemory() / MEGABYTE;
    }

    /// Processor time of this process in the quietest of a few looks: the first may see the collector.
    private static double cpuShare() {
        OperatingSystemMXBean os = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        double least = Double.MAX_VALUE;
        for (int i = 0; i < 5 && least > 0.05; i++) {
            long cpu = os.getProcessCpuTime();
            long start = System.nanoTime();
            Strand.sleep(LOOK);
            least = Math.min(least, (double) (os.getProcessCpuTime() - cpu) / (System.nanoTime() - start));
        }
        return least;
    }
}
