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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Where actors are, whether they run or wait.
@Tag("slow")
class WallClockTest {
    private static final Pattern DIVER = Pattern.compile("^/divers;/divers/d([0-9]+);");

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

    /// Whose stack it is shows in its depth, which is another one for each actor.
    static final class Diver implements Behavior<Integer> {
        private final int depth;
        private final List<ActorRef<Integer>> all;
        private final Signal over;

        Diver(int depth, List<ActorRef<Integer>> all, Signal over) {
            this.depth = depth;
            this.all = all;
            this.over = over;
        }

        @Override
        public void onMessage(Integer token, ActorContext<Integer> ctx) {
            dive(depth);
            if (!over.isGo()) {
                all.get((depth + token) % all.size()).tell(token);
            }
        }

        private void dive(int rest) {
            if (rest > 1) {
                dive(rest - 1);
            } else {
                LockSupport.parkNanos(20_000);
            }
        }
    }

    /// Turns of many actors on few threads, each so long that most looks meet one, and so short that it is often over
    /// before the look: who believed the stack that he gets would have some of another actor's.
    @Test
    void shouldNeverTakeTheStackOfAnotherActor() {
        int divers = 12;
        List<ActorRef<Integer>> all = new CopyOnWriteArrayList<>();
        try (ActorSystem system = start("divers")) {
            for (int i = 1; i <= divers; i++) {
                int depth = i;
                all.add(system.spawn("d" + i, () -> new Diver(depth, all, free)));
            }
            try (Profiler profiler = look(system.find("/divers").orElseThrow())) {
                for (int token : new int[] {0, 4, 6}) { // to the next, or to one further on
                    all.getFirst().tell(token);
                }
                Map<Integer, Set<Integer>> depths = new TreeMap<>();
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
                    depths.putAll(depthsSeen(profiler));
                    return sums(profiler).getOrDefault("/divers/d1", 0L) > 2_000_000_000L
                            && depths.values().stream()
                                            .filter(each -> !each.isEmpty())
                                            .count()
                                    == divers;
                });
                depths.forEach((diver, seen) -> assertEquals(Set.of(diver), seen, "of d" + diver));
            } finally {
                free.go();
            }
        }
    }

    /// For each diver, how deep it was when it was met at the bottom.
    private static Map<Integer, Set<Integer>> depthsSeen(Profiler profiler) {
        Map<Integer, Set<Integer>> depths = new TreeMap<>();
        String collapsed = profiler.samples().flames(Samples.Kind.WALL, By.PATH).toCollapsed();
        for (String line : collapsed.lines().toList()) {
            Matcher diver = DIVER.matcher(line);
            if (diver.find() && line.contains("parkNanos")) {
                int depth = line.split("Diver\\.dive", -1).length - 1;
                depths.computeIfAbsent(Integer.valueOf(diver.group(1)), d -> new TreeSet<>())
                        .add(depth);
            }
        }
        return depths;
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
