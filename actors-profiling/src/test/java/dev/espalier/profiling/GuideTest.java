package dev.espalier.profiling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
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
