package dev.espalier.profiling;

import static dev.espalier.profiling.ActorRecordTest.row;
import static dev.espalier.profiling.ActorRecordTest.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
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
    void shouldLeaveOutWhatEveryBodyHasInItsStack() {
        List<String> stack = List.of(
                "shop.Desk.pack",
                "shop.Desk.run",
                "dev.espalier.actor.BodyProgram.runCode",
                "dev.espalier.sync.Strand.runBody",
                "dev.espalier.sync.Strand$$Lambda.0x1.run",
                "java.lang.Thread.runWith",
                "java.lang.VirtualThread.run",
                "java.lang.VirtualThread$VThreadContinuation$1.run",
                "jdk.internal.vm.Continuation.enter");
        assertEquals(List.of("shop.Desk.run", "shop.Desk.pack"), SampleReader.names(stack, each -> each));
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
    @Tag("slow")
    void shouldKeepNoActorThatHasEnded() {
        try (ActorSystem system = start("weak");
                Profiler profiler = Profiler.builder().system(system).samples().start()) {
            WeakReference<ActorRecord> ended = endedIn(system);
            Awaitility.await().until(() -> {
                System.gc();
                return ended.get() == null;
            });
            assertEquals(1, row(profiler.report(), By.PATH, "/weak/*").calls());
        }
    }

    private static WeakReference<ActorRecord> endedIn(ActorSystem system) {
        ActorRef<Integer> miner = system.spawn("miner", Miner::new);
        miner.tell(3);
        assertTrue(miner.awaitProcessed(Duration.ofMinutes(1)));
        WeakReference<ActorRecord> record = new WeakReference<>(Trees.find(miner));
        assertNotNull(Objects.requireNonNull(record.get()).mark(), "its turns are marked");
        miner.stop();
        miner.join();
        return record;
    }

    @Test
    void shouldNotBelieveANumberWhoseStackWasCutOff() {
        Marks marks = Marks.take();
        try {
            Marks.Found found = new Marks.Found(1, 2, 4); // that of all others, whom there always are
            assertNotNull(marks.of(found, false));
            assertNull(marks.of(found, true));
            assertNull(marks.of(new Marks.Found(0x7fff, 2, 4), false));
        } finally {
            marks.giveBack();
        }
    }

    @Test
    void shouldReadNumbersFromStacks() {
        assertEquals(new Marks.Found(0x2a, 2, 6), Marks.find(List.of(-1, -1, -2, 2, 10, -2, -1), digit -> digit));
        assertEquals(new Marks.Found(0x100, 0, 4), Marks.find(List.of(1, 0, 0, -2), digit -> digit));
        assertEquals(new Marks.Found(0, 2, 2), Marks.find(List.of(-1, -1), digit -> digit));
    }
}
