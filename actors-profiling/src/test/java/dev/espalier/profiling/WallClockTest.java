package dev.espalier.profiling;

import static dev.espalier.profiling.ActorRecordTest.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.sync.Signal;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Where actors are, whether they run or wait.
@Tag("slow")
class WallClockTest {
    private final Signal free = new Signal();

    /// Waits in a method of its own.
    static final class Waiter implements Behavior<String> {
        private final Signal free;

        Waiter(Signal free) {
            this.free = free;
        }

        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            waitForSomebody();
        }

        private void waitForSomebody() {
            free.waitForGo();
        }
    }

    /// Goes to and fro.
    record Ball(ActorRef<Ball> from) {}

    /// Computes for a moment and plays the ball back: turns of less than a microsecond.
    abstract static class Player implements Behavior<Ball> {
        private final Signal over;
        private long sum = 1;

        Player(Signal over) {
            this.over = over;
        }

        final void compute() {
            for (int i = 0; i < 200; i++) {
                sum = sum * 31 + i;
            }
        }

        final void play(Ball ball, ActorContext<Ball> ctx) {
            if (!over.isGo()) {
                ball.from.tell(new Ball(ctx.self()));
            }
        }
    }

    static final class Ping extends Player {
        Ping(Signal over) {
            super(over);
        }

        @Override
        public void onMessage(Ball ball, ActorContext<Ball> ctx) {
            compute();
            play(ball, ctx);
        }
    }

    static final class Pong extends Player {
        Pong(Signal over) {
            super(over);
        }

        @Override
        public void onMessage(Ball ball, ActorContext<Ball> ctx) {
            compute();
            play(ball, ctx);
        }
    }

    private static Profiler look(ActorRef<?> at) {
        return Profiler.builder()
                .level(Level.COUNTERS)
                .wallClock(at)
                .wallPeriod(Duration.ofMillis(1))
                .start();
    }

    private static Map<String, Long> sums(Profiler profiler) {
        return profiler.samples().sums(Samples.Kind.WALL, By.PATH);
    }

    @Test
    void shouldShowWhereActorsWaitAndThatOthersHaveNothingToDo() {
        try (ActorSystem system = start("wall")) {
            ActorRef<String> waiter = system.spawn("waiter", () -> new Waiter(free));
            ActorRef<String> dedicated = system.spawn(ActorSpec.<String>behavior("dedicated", () -> new Waiter(free))
                    .dedicated());
            system.spawnBody("body", (inbox, ctx) -> new Waiter(free).waitForSomebody());
            system.spawn("idle", () -> new Waiter(free));
            waiter.tell("wait");
            dedicated.tell("wait");
            try (Profiler profiler = look(system.find("/wall").orElseThrow())) {
                Awaitility.await().until(() -> sums(profiler).getOrDefault("/wall/waiter", 0L) > 50_000_000);
                Samples samples = profiler.samples();
                String collapsed = samples.flames(Samples.Kind.WALL, By.PATH).toCollapsed();
                String method = Waiter.class.getName() + ".waitForSomebody";
                for (String name : new String[] {"waiter", "dedicated", "body"}) {
                    assertTrue(
                            collapsed
                                    .lines()
                                    .anyMatch(line ->
                                            line.startsWith("/wall;/wall/" + name + ";") && line.contains(method)),
                            collapsed);
                }
                assertTrue(collapsed.contains("/wall;/wall/idle;(idle) "), collapsed);
                assertFalse(collapsed.contains("/wall/waiter;(idle)"), collapsed);
                long waited = sums(profiler).get("/wall/waiter");
                long idle = sums(profiler).get("/wall/idle");
                assertTrue(
                        Math.abs(waited - idle) <= Math.max(waited, idle) / 2, "the same time of both: " + collapsed);
                assertEquals(0, samples.flames(Samples.Kind.CPU, By.PATH).total());
            } finally {
                free.go();
            }
        }
    }

    /// Two actors change places on the same threads all the time: none is seen in the other's code.
    @Test
    void shouldNotTakeAStackForThatOfAnActorWhoseTurnIsOver() {
        try (ActorSystem system = start("turns")) {
            ActorRef<Ball> ping = system.spawn("ping", () -> new Ping(free));
            ActorRef<Ball> pong = system.spawn("pong", () -> new Pong(free));
            try (Profiler profiler = look(system.find("/turns").orElseThrow())) {
                ping.tell(new Ball(pong));
                Awaitility.await()
                        .until(() -> seen(profiler, "ping", Ping.class) && seen(profiler, "pong", Pong.class));
                Awaitility.await().until(() -> sums(profiler).get("/turns/ping") > 500_000_000L);
                assertFalse(seen(profiler, "ping", Pong.class));
                assertFalse(seen(profiler, "pong", Ping.class));
                assertFalse(seen(profiler, "ping", Marks.class));
            } finally {
                free.go();
            }
        }
    }

    private static boolean seen(Profiler profiler, String actor, Class<?> code) {
        return profiler.samples()
                .flames(Samples.Kind.WALL, By.PATH)
                .toCollapsed()
                .lines()
                .anyMatch(line -> line.startsWith("/turns;/turns/" + actor + ";") && line.contains(code.getName()));
    }

    @Test
    void shouldGoOnWhenTheActorEndsAndEndWithItsProfiler() {
        try (ActorSystem system = start("ends")) {
            ActorRef<String> gone = system.spawn("gone", () -> new Waiter(free));
            Profiler profiler = look(gone);
            Awaitility.await().until(() -> sums(profiler).containsKey("/ends/gone"));
            gone.stop();
            assertTrue(gone.stopped().waitForGo(Duration.ofMinutes(1)));
            profiler.close();
            assertEquals(Set.of("/ends/gone"), sums(profiler).keySet());
            Awaitility.await()
                    .until(() -> Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(thread -> thread.getName().equals("espalier-wall-clock")));
        }
        assertThrows(IllegalArgumentException.class, () -> Profiler.builder().wallPeriod(Duration.ofMinutes(1)));
    }
}
