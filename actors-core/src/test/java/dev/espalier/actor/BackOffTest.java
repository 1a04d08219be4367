package dev.espalier.actor;

import static dev.espalier.actor.Trials.at;
import static dev.espalier.actor.Trials.crash;
import static dev.espalier.actor.Trials.fixed;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.seconds;
import static dev.espalier.actor.Trials.settle;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.PendingTimers;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BackOffTest {
    private static final Supervision UNLIMITED =
            Supervision.DEFAULT.intensity(Supervision.UNLIMITED, Duration.ofDays(30));

    private static Duration restartTime(ActorRef<Job> ref) {
        Duration before = VirtualTime.elapsed();
        crash(ref);
        ref.awaitProcessed(Duration.ofSeconds(1));
        assertTrue(ref.awaitReady(Duration.ofDays(1)));
        return VirtualTime.elapsed().minus(before);
    }

    @Test
    void shouldDoubleTheWaitUpToTheMost() throws Exception {
        Trials.run(builder -> builder.supervision(UNLIMITED), (system, events) -> {
            ActorRef<Job> ref = system.spawn(
                    probe("a", events).backOff(new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(10), 0)));
            for (int expected : List.of(1, 2, 4, 8, 10, 10)) {
                assertEquals(Duration.ofSeconds(expected), restartTime(ref));
            }
        });
    }

    @Test
    void shouldWaitTheFirstTimeAgainAfterAQuietPeriod() throws Exception {
        Supervision rules = Supervision.DEFAULT.intensity(5, Duration.ofMinutes(1));
        Trials.run(builder -> builder.supervision(rules), (system, events) -> {
            ActorRef<Job> ref = system.spawn(
                    probe("a", events).backOff(new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(10), 0)));
            assertEquals(Duration.ofSeconds(1), restartTime(ref));
            assertEquals(Duration.ofSeconds(2), restartTime(ref));
            seconds(61);
            assertEquals(Duration.ofSeconds(1), restartTime(ref));
        });
    }

    @Test
    void shouldNotCountTheRestartsOfSiblings() throws Exception {
        Trials.run(builder -> builder.supervision(UNLIMITED), (system, events) -> {
            BackOff backOff = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(10), 0);
            ActorRef<Job> often = system.spawn(probe("often", events).backOff(backOff));
            ActorRef<Job> rarely = system.spawn(probe("rarely", events).backOff(backOff));
            for (int expected : List.of(1, 2, 4)) {
                assertEquals(Duration.ofSeconds(expected), restartTime(often));
            }
            assertEquals(Duration.ofSeconds(1), restartTime(rarely));
            assertEquals(Duration.ofSeconds(8), restartTime(often));
        });
    }

    @Test
    void shouldNotTakeTheWaitItselfForAQuietPeriod() throws Exception {
        Supervision rules = Supervision.DEFAULT.intensity(5, Duration.ofSeconds(5));
        Trials.run(builder -> builder.supervision(rules), (system, events) -> {
            ActorRef<Job> ref = system.spawn(
                    probe("a", events).backOff(new BackOff(Duration.ofSeconds(6), Duration.ofSeconds(60), 0)));
            for (int expected : List.of(6, 12, 24)) {
                assertEquals(Duration.ofSeconds(expected), restartTime(ref));
            }
        });
    }

    @Test
    void shouldNotWaitByDefault() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events));
            assertEquals(Duration.ZERO, restartTime(ref));
            assertEquals(2, ref.info().incarnation());
        });
    }

    @Test
    void shouldVaryTheWaitWithinTheJitter() {
        BackOff backOff = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(4), 0.2);
        Set<Long> seen = new HashSet<>();
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < 1_000; i++) {
            long nanos = backOff.nanos(2);
            seen.add(nanos);
            least = Math.min(least, nanos);
            most = Math.max(most, nanos);
        }
        assertTrue(least >= 1_600_000_000L && most <= 2_400_000_000L, least + " to " + most);
        assertTrue(least < 1_700_000_000L && most > 2_300_000_000L, least + " to " + most);
        assertTrue(seen.size() > 900, "only " + seen.size() + " different waits");
    }

    @Test
    void shouldNotOverflowAfterManyRestarts() {
        BackOff backOff = new BackOff(Duration.ofSeconds(1), Duration.ofDays(10_000), 0);
        assertEquals(Duration.ofSeconds(1 << 20).toNanos(), backOff.nanos(21));
        for (int attempt : List.of(64, 65, 1_000, Integer.MAX_VALUE)) {
            assertEquals(Duration.ofDays(10_000).toNanos(), backOff.nanos(attempt));
        }
        assertEquals(0.2, BackOff.exponential(Duration.ZERO, Duration.ZERO).jitter());
    }

    @Test
    void shouldSpreadRestartsOfManyChildren() throws Exception {
        Trials.run(builder -> builder.supervision(UNLIMITED), (system, events) -> {
            BackOff backOff = new BackOff(Duration.ofSeconds(10), Duration.ofSeconds(10), 0.5);
            for (int i = 0; i < 20; i++) {
                crash(system.spawn(probe("a" + i, events).backOff(backOff)));
            }
            events.take();
            seconds(4.99);
            assertEquals(
                    20,
                    events.take().stream().filter(s -> s.startsWith("before")).count());
            seconds(5);
            long early =
                    events.take().stream().filter(s -> s.startsWith("after")).count();
            assertTrue(early > 0 && early < 20, early + " of 20 in the first half");
            seconds(5.02);
            assertEquals(20 - early, events.take().size());
        });
    }

    @Test
    void shouldRestartTogetherAfterOneWaitAlsoWhenAMemberIsStoppedMeanwhile() throws Exception {
        Trials.run((system, events) -> {
            BackOff backOff = fixed(Duration.ofSeconds(10));
            system.spawn(
                    probe("boss", events, probe("a", events), probe("b", events).backOff(backOff), probe("c", events))
                            .supervision(Supervision.oneForAll()));
            ActorRef<Job> a = at(system, "boss/a");
            crash(at(system, "boss/b"));
            seconds(5);
            events.take();
            a.stop();
            seconds(4);
            assertEquals(List.of("stop a"), events.take());
            assertTrue(a.stopped().isGo());
            seconds(2);
            assertEquals(List.of("after b", "after c"), events.take());
        });
    }

    @Test
    void shouldGoOnWithOthersWhileOneWaits() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> slow = system.spawn(probe("slow", events).backOff(fixed(Duration.ofHours(1))));
            ActorRef<Job> other = system.spawn(probe("other", events));
            crash(slow);
            settle();
            assertEquals(Duration.ZERO, restartTime(other));
            assertFalse(slow.awaitReady(Duration.ofMinutes(59)));
            assertTrue(slow.awaitReady(Duration.ofMinutes(2)));
        });
    }

    @Test
    void shouldRestartAChildWhoseWaitEndedWhileItsParentWasFailed() throws Exception {
        Trials.run((system, events) -> {
            // "first" holds up the judgement about "boss": its own restart takes 10 s.
            BackOff ten = fixed(Duration.ofSeconds(10));
            BackOff five = fixed(Duration.ofSeconds(5));
            system.spawn(probe(
                            "top",
                            events,
                            probe("boss", events, probe("child", events).backOff(five))
                                    .onFailure(cause -> Decision.RESUME),
                            probe("first", events).backOff(ten))
                    .supervision(Supervision.restForOne()));
            ActorRef<Job> child = at(system, "top/boss/child");
            crash(at(system, "top/first"));
            settle();
            crash(child);
            settle();
            crash(at(system, "top/boss"));
            seconds(9);
            assertEquals(1, child.info().incarnation(), "nothing runs below a failed actor");
            assertEquals(List.of("/t/top/first RESTART", "/t/top/boss/child RESTART"), events.judgements());
            seconds(2);
            assertEquals(2, child.info().incarnation());
            child.tell(ctx -> events.add("works"));
            settle();
            assertTrue(events.take().contains("works"));
        });
    }

    /// How the wait for a restart ends before its time.
    enum Early {
        CHILD_STOPS,
        PARENT_STOPS,
        PARENT_RESTARTS,
        SYSTEM_STOPS
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveNoTimerWhenTheWaitEndsEarly(Early early) throws Exception {
        BackOff hour = fixed(Duration.ofHours(1));
        for (Strategy strategy : Strategy.values()) {
            Trials.once(builder -> builder, (system, events) -> {
                ActorSpec<Job> spec = probe(
                        "boss", events, probe("child", events).backOff(hour).restart(Restart.TRANSIENT));
                ActorRef<Job> boss = system.spawn(spec.supervision(Supervision.DEFAULT.strategy(strategy)));
                ActorRef<Job> child = at(system, "boss/child");
                Set<Runnable> before = PendingTimers.now();
                crash(child);
                awaitNewTimers(1, before);
                switch (early) {
                    case CHILD_STOPS -> child.stop();
                    case PARENT_STOPS -> boss.stop();
                    case PARENT_RESTARTS -> crash(boss);
                    case SYSTEM_STOPS -> system.stop();
                }
                child.stopped().waitForGo();
                awaitNewTimers(0, before);
            });
        }
    }

    private static void awaitNewTimers(int number, Set<Runnable> before) {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
            Set<Runnable> now = new HashSet<>(PendingTimers.now());
            now.removeAll(before);
            return now.size() == number;
        });
    }
}
