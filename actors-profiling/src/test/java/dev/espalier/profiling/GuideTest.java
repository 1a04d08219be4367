package dev.espalier.profiling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.sync.TraceContext;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The code of the guide, compiled and run.
class GuideTest {
    static final class Desk implements Behavior<String> {
        @Override
        public void onMessage(String order, ActorContext<String> ctx) {}
    }

    @AfterEach
    void resetLevel() {
        Profiling.level(Level.COUNTERS);
    }

    @Test
    void shouldRecordAScope() {
        Report report;
        // @start region="scope"
        try (Profiler profiler = Profiler.start();
                ActorSystem system = ActorSystem.start("shop")) {
            ActorRef<String> desk = system.spawn("desk", Desk::new);
            desk.tell("apple tree");
            system.shutdown();
            report = profiler.report();
        }
        List<Row> costliest = report.rows(By.PATH, Sort.OWN);
        String table = report.toText(Sort.P99);
        // @end
        assertEquals("/shop/desk", costliest.getFirst().name());
        assertTrue(table.contains("GuideTest$Desk"), table);
    }

    @Test
    void shouldMakeSpans() {
        OpenTelemetry telemetry = OpenTelemetry.noop();
        // @start region="spans"
        ActorSystem system =
                ActorSystem.builder("shop").observer(new Spans(telemetry)).start();
        // @end
        ActorRef<String> desk = system.spawn("desk", Desk::new);
        TraceContext.start(true).run(() -> desk.tell("apple tree"));
        assertTrue(desk.awaitProcessed(Duration.ofSeconds(5)));
        assertTrue(system.shutdown().isClean());
    }

    @Test
    @Tag("slow")
    void shouldTakeSamples() {
        try (ActorSystem system = ActorSystem.start("shop");
                Profiler profiler = Profiler.builder().system(system).samples().start()) {
            system.spawn("desk", Desk::new).tell("apple tree");
            // @start region="samples"
            Samples samples = profiler.samples();
            Map<String, Long> nanos = samples.sums(Samples.Kind.CPU, By.CODE); // of each class of behavior or body
            FlameGraph all = samples.flames(Samples.Kind.CPU, By.PATH); // actors, on them their children and methods
            FlameGraph shop = samples.flames(Samples.Kind.ALLOCATION, "/shop"); // an actor and what is below it
            String page = all.toHtml("The shop"); // or toCollapsed(), toSpeedscope("The shop"), toPprof()
            // @end
            assertTrue(page.contains("<title>The shop</title>"), page);
            assertTrue(nanos.values().stream().mapToLong(Long::longValue).sum() >= all.total());
            assertEquals(Samples.Kind.ALLOCATION, shop.kind());
        }
    }

    @Test
    @Tag("slow")
    void shouldLookByTheClockOnTheWall() {
        try (ActorSystem system = ActorSystem.start("shop")) {
            ActorRef<String> desk = system.spawn("desk", Desk::new);
            FlameGraph wall;
            // @start region="wall"
            try (Profiler profiler = Profiler.builder().wallClock(desk).start()) { // and what is below it
                desk.tell("apple tree");
                desk.awaitProcessed(Duration.ofSeconds(5));
                wall = profiler.samples().flames(Samples.Kind.WALL, By.PATH); // or sums, or what is below another path
            }
            // @end
            assertEquals(Samples.Kind.WALL, wall.kind());
        }
    }

    @Test
    void shouldDetectTrouble() {
        List<String> pager = new CopyOnWriteArrayList<>();
        try (ActorSystem system = ActorSystem.start("shop")) {
            // @start region="detectors"
            Detectors detectors = Detectors.builder()
                    .stuckAfter(Duration.ofSeconds(10))
                    .restarts(3, Duration.ofMinutes(1))
                    .start(system);
            detectors.onTrouble(trouble -> pager.add(trouble.toString()));
            // @end
            detectors.close();
        }
        assertEquals(List.of(), pager);
    }

    @Test
    void shouldSwitchLevels() {
        try (ActorSystem system = ActorSystem.start("shop")) {
            ActorRef<String> desk = system.spawn("desk", Desk::new);
            desk.tell("apple tree");
            assertTrue(desk.awaitProcessed(Duration.ofSeconds(5)));
            // @start region="levels"
            Profiling.level(Level.sampled(16)); // one message of 16 is timed
            Profiling.level(desk, Level.FULL); // the desk and what is below it: all
            long calls = Profiling.of(desk).map(ActorFigures::calls).orElse(0L);
            // @end
            assertEquals(1, calls);
        }
    }
}
