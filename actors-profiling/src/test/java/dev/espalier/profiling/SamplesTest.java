package dev.espalier.profiling;

import static dev.espalier.profiling.ActorRecordTest.row;
import static dev.espalier.profiling.ActorRecordTest.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTest {
    @TempDir
    Path folder;

    /// Computes and allocates at the bottom of some calls.
    static final class Miner implements Behavior<Integer> {
        private final byte[][] last = new byte[16][];
        private long dug = 1;

        @Override
        public void onMessage(Integer depth, ActorContext<Integer> ctx) {
            if (depth > 0) {
                onMessage(depth - 1, ctx);
            } else {
                dig();
            }
        }

        private void dig() {
            for (int i = 0; i < 20_000_000; i++) {
                dug = dug * 31 + i;
                if (i % 1_000 == 0) {
                    last[i / 1_000 % 16] = new byte[4_096];
                }
            }
        }
    }

    @Test
    @Tag("slow")
    void shouldTellWhatActorsDoAndWhere() throws Exception {
        Profiler recorded;
        try (ActorSystem system = start("mine");
                Profiler profiler = Profiler.builder()
                        .system(system)
                        .folder(folder)
                        .samples(Duration.ofMillis(1))
                        .start()) {
            recorded = profiler;
            mine(system.spawn("miner", Miner::new));
        }
        Report report = recorded.report();
        Samples samples = recorded.samples();
        assertTrue(row(report, By.PATH, "/mine/miner").cpu().toMillis() > 20, report::toString);
        assertTrue(row(report, By.CODE, Miner.class.getName()).cpu().toMillis() > 20, report::toString);
        String miner = "/mine;/mine/miner;" + Miner.class.getName() + ".onMessage;" + Miner.class.getName();
        for (Samples.Kind kind : List.of(Samples.Kind.CPU, Samples.Kind.ALLOCATION)) {
            String collapsed = samples.flames(kind, By.PATH).toCollapsed();
            assertTrue(collapsed.contains(miner) && collapsed.contains(".dig"), () -> kind + ": " + collapsed);
        }
        assertEquals(
                samples.flames(Samples.Kind.CPU, By.PATH).toHtml("cpu"), Files.readString(folder.resolve("cpu.html")));
    }

    private static void mine(ActorRef<Integer> miner) {
        miner.tell(3);
        assertTrue(miner.awaitProcessed(Duration.ofMinutes(1)));
        for (int i = 0; i < 10; i++) {
            miner.tell(3);
        }
        assertTrue(miner.awaitProcessed(Duration.ofMinutes(1)));
    }

    @Test
    void shouldReadNumbersFromStacks() {
        assertEquals(new Marks.Found(0x2a, 2, 6), Marks.find(List.of(-1, -1, -2, 2, 10, -2, -1), digit -> digit));
        assertEquals(new Marks.Found(0x100, 0, 4), Marks.find(List.of(1, 0, 0, -2), digit -> digit));
        assertEquals(new Marks.Found(0, 2, 2), Marks.find(List.of(-1, -1), digit -> digit));
    }
}
