package dev.espalier.profiling;

import static dev.espalier.profiling.ActorRecordTest.start;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Actors that compute by known weights, 1 to 10, and what the samples say of them.
///
/// With `-Dtest.jvm=-Despalier.cpu.seconds=20` it is the full measurement: as much processor time as actors get in 20 s
/// on a machine that does nothing else, at most six times as long. Its error is that of a sample: of `n` samples a
/// weight with the share `p` gets `p` plus or minus `√(p (1 − p) / n)`. But the kernel looks at the clocks of threads
/// once a tick, so samples come in clusters, and `n` is the number of clusters. How large they are is
/// estimated from how far the actors are from their shares: by as many times is the variance greater than
/// that of single samples. For an error of 2 points at three deviations 3,350 clusters are needed.
@Tag("slow")
class CpuTest {
    private static final int SECONDS = Integer.getInteger("espalier.cpu.seconds", 1);
    private static final int PERIOD = Integer.getInteger("espalier.cpu.period", 1);
    /// Long enough that the way of a message, which is the same for all weights, does not count.
    private static final int UNIT = 40_000;

    private static final OperatingSystemMXBean PROCESS =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    /// Computes as much as its weight says, and tells itself to go on.
    static final class Burner implements Behavior<Integer> {
        private long burnt = 1;

        @Override
        public void onMessage(Integer weight, ActorContext<Integer> ctx) {
            for (int i = 0; i < UNIT * weight; i++) {
                burnt = burnt * 31 + i;
            }
        }
    }

    private static ActorSpec<Integer> spec(int i, boolean dedicated) {
        ActorSpec<Integer> spec = ActorSpec.behavior("b" + i, Burner::new);
        return dedicated ? spec.dedicated() : spec;
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({"100, false, 2", "100, true, 2", "10000, false, 4", "10000, true, 4"})
    void shouldTellProcessorTimeByActor(int actors, boolean dedicated, double most) {
        try (ActorSystem system = start("cpu")) {
            List<ActorRef<Integer>> burners = new ArrayList<>();
            for (int i = 0; i < actors; i++) {
                burners.add(system.spawn(spec(i, dedicated)));
            }
            rounds(burners, 300_000_000L); // compiled, and settled
            try (Profiler profiler = Profiler.builder()
                    .system(system)
                    .level(Level.COUNTERS)
                    .samples(Duration.ofMillis(PERIOD))
                    .start()) {
                measure(burners);
                check(profiler.samples().sums(Samples.Kind.CPU, By.PATH), actors, dedicated, most);
            }
        }
    }

    private static void measure(List<ActorRef<Integer>> burners) {
        long wanted = SECONDS * 900_000_000L * Runtime.getRuntime().availableProcessors();
        long before = PROCESS.getProcessCpuTime();
        for (int i = 0; i == 0 || (i < 6 && PROCESS.getProcessCpuTime() - before < wanted && SECONDS >= 20); i++) {
            rounds(burners, SECONDS * 1_000_000_000L);
        }
    }

    /// Each computes in each round once, in another order each time: a pattern could keep step with the samples.
    private static void rounds(List<ActorRef<Integer>> burners, long nanos) {
        Random random = new Random(burners.size());
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, burners.size()).boxed().toList());
        long end = System.nanoTime() + nanos;
        while (end - System.nanoTime() > 0) {
            Collections.shuffle(order, random);
            for (int i : order) {
                burners.get(i).tell(1 + i % 10);
            }
            burners.forEach(burner -> assertTrue(burner.awaitProcessed(Duration.ofMinutes(1))));
        }
    }

    private static long commonPart(long a, long b) {
        return b == 0 ? a : commonPart(b, a % b);
    }

    private static void check(Map<String, Long> cpu, int actors, boolean dedicated, double most) {
        long of = cpu.entrySet().stream()
                .filter(each -> each.getKey().startsWith("/"))
                .mapToLong(Map.Entry::getValue)
                .sum();
        long all = cpu.values().stream().mapToLong(Long::longValue).sum();
        double[] weights = new double[10];
        double worstActor = 0;
        double spread = 0; // of shares, by what it is for as many single samples
        for (int i = 0; i < actors; i++) {
            double share = 100.0 * cpu.getOrDefault("/cpu/b" + i, 0L) / of;
            weights[i % 10] += share;
            double right = 100.0 * (1 + i % 10) / (actors * 5.5);
            worstActor = Math.max(worstActor, Math.abs(share - right));
            spread += (share - right) * (share - right) / (right * (100 - right)) / actors;
        }
        double worst = 0;
        for (int w = 0; w < 10; w++) {
            worst = Math.max(worst, Math.abs(weights[w] - 100.0 * (w + 1) / 55));
        }
        long samples = of / cpu.values().stream().reduce(0L, CpuTest::commonPart);
        double cluster = Math.max(1, spread * samples);
        double deviation = 100 * Math.sqrt(10 / 55.0 * 45 / 55.0 / samples * cluster);
        String says = String.format(
                "%d actors, dedicated %s, %d s: %d samples in clusters of %.1f, deviation %.2f points; %d ms of actors"
                    + " in %d ms; error by weight %.2f points, by actor %.2f; scheduler %d ms, outside %d ms, too deep"
                    + " %d ms",
                actors,
                dedicated,
                SECONDS,
                samples,
                cluster,
                deviation,
                of / 1_000_000,
                all / 1_000_000,
                worst,
                worstActor,
                cpu.getOrDefault("(scheduler)", 0L) / 1_000_000,
                cpu.getOrDefault("(outside)", 0L) / 1_000_000,
                cpu.getOrDefault("(too deep)", 0L) / 1_000_000);
        System.out.println(says);
        double heavy = IntStream.range(5, 10).mapToDouble(w -> weights[w]).sum();
        assertTrue(heavy > 60 && heavy < 85, says + "; the heavier half " + heavy); // 73
        if (SECONDS >= 20) { // else it has few samples, and a busy machine makes them come in clusters
            assertTrue(worst <= most && worstActor <= most, says);
        }
        assertTrue(of > all / 2, says);
    }
}
