package dev.espalier.observer;

import com.sun.management.OperatingSystemMXBean;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Ledger;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayDeque;
import java.util.Deque;
import jdk.management.VirtualThreadSchedulerMXBean;

/// How the system and its JVM are, once a second, and for the last five minutes. Confined to who holds the lock of
/// [Snapshots].
final class Vitals {
    private static final int KEPT = 300;

    /// One second.
    ///
    /// @param at milliseconds of the wall clock
    /// @param throughput messages processed in a second
    /// @param arrivals messages accepted in a second
    /// @param heap bytes in use
    /// @param cpu percent of one processor that the process used
    /// @param carriers threads of the JVM that carry green ones, and how many of them do now
    record Sample(
            long at,
            double throughput,
            double arrivals,
            long heap,
            double cpu,
            int carriers,
            int mounted,
            int threads,
            long queued) {}

    private final ActorSystem system;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final VirtualThreadSchedulerMXBean green =
            ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
    private final Deque<Sample> history = new ArrayDeque<>();
    private Ledger ledger = Ledger.EMPTY;
    private long cpuBefore;

    Vitals(ActorSystem system) {
        this.system = system;
        ledger = system.ledger();
        cpuBefore = process.getProcessCpuTime();
    }

    /// @param seconds since the sample before
    void sample(double seconds) {
        Ledger now = system.ledger();
        long cpu = process.getProcessCpuTime();
        Runtime memory = Runtime.getRuntime();
        history.addLast(new Sample(
                System.currentTimeMillis(),
                Math.max(0, now.processed() - ledger.processed()) / seconds,
                Math.max(0, now.accepted() - ledger.accepted()) / seconds,
                memory.totalMemory() - memory.freeMemory(),
                Math.max(0, cpu - cpuBefore) / seconds / 1e7,
                green.getPoolSize(),
                green.getMountedVirtualThreadCount(),
                threads.getThreadCount(),
                now.queued()));
        ledger = now;
        cpuBefore = cpu;
        if (history.size() > KEPT) {
            history.removeFirst();
        }
    }

    /// The last second.
    void write(Json json) {
        json.object().name("processors").value(Runtime.getRuntime().availableProcessors());
        json.name("heapMax").value(Runtime.getRuntime().maxMemory());
        json.name("ledger").object();
        json.name("accepted").value(ledger.accepted());
        json.name("processed").value(ledger.processed());
        json.name("deadLettered").value(ledger.deadLettered());
        json.name("dropped").value(ledger.dropped());
        json.name("queued").value(ledger.queued()).endObject();
        Sample last = history.peekLast();
        if (last != null) {
            json.name("now");
            write(json, last);
        }
        json.endObject();
    }

    /// Oldest first.
    void writeHistory(Json json) {
        json.array();
        history.forEach(sample -> write(json, sample));
        json.endArray();
    }

    private static void write(Json json, Sample sample) {
        json.object().name("at").value(sample.at);
        json.name("throughput").value(sample.throughput);
        json.name("arrivals").value(sample.arrivals);
        json.name("heap").value(sample.heap);
        json.name("cpu").value(sample.cpu);
        json.name("carriers").value(sample.carriers);
        json.name("mounted").value(sample.mounted);
        json.name("threads").value(sample.threads);
        json.name("queued").value(sample.queued).endObject();
    }
}
