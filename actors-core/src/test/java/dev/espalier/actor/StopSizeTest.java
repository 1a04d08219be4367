package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Deep and wide trees.
class StopSizeTest {
    @Test
    @Tag("slow")
    void shouldStopAChainOf100000() throws Exception {
        var system = MailFixture.builder().start();
        var stopped = new AtomicInteger();
        int depth = 100_000;
        List<ActorContext<Object>> deepest = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            ActorSpec<Object> spec = ActorSpec.behavior("n", () -> new Behavior<>() {
                @Override
                public void onStart(ActorContext<Object> ctx) {
                    if (deepest.isEmpty()) {
                        deepest.add(ctx);
                    }
                    deepest.set(0, ctx);
                }

                @Override
                public void onMessage(Object message, ActorContext<Object> ctx) {}

                @Override
                public void onStop(ActorContext<Object> ctx) {
                    stopped.incrementAndGet();
                }
            });
            if (i == 0) {
                system.spawn(spec);
            } else {
                deepest.getFirst().spawn(spec);
            }
        }
        assertTrue(
                deepest.getFirst().path().startsWith("/t/…/n/n/"),
                deepest.getFirst().path());
        assertTrue(deepest.getFirst().path().length() < 420);
        StopReport report = system.shutdown();
        assertEquals(depth, stopped.get());
        assertTrue(report.isClean());
        assertEquals(depth + 1, report.actors().size());
    }

    @Test
    @Tag("slow")
    void shouldStop100000ChildrenInUnder2Seconds() throws Exception {
        var system = MailFixture.builder().start();
        var stopped = new AtomicInteger();
        Behavior<Object> child = new Behavior<>() {
            @Override
            public void onMessage(Object message, ActorContext<Object> ctx) {}

            @Override
            public void onStop(ActorContext<Object> ctx) {
                stopped.incrementAndGet();
            }
        };
        for (int i = 0; i < 100_000; i++) {
            system.spawn("n" + i, () -> child);
        }
        StopReport report = system.shutdown();
        assertEquals(100_000, stopped.get());
        Duration took = report.took();
        if (took.compareTo(Duration.ofSeconds(2)) >= 0) { // the machine may be busy
            Duration least = Yardstick.threadsInARow(100_000);
            assertTrue(took.compareTo(least.multipliedBy(5)) < 0, () -> "took " + took + ", the JDK alone " + least);
        }
        assertTrue(report.isClean());
    }
}
