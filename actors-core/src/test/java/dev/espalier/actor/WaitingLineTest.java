package dev.espalier.actor;

import static dev.espalier.actor.LadderFixture.body;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.PendingTimers;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// What is said once a second while a stop waits.
class WaitingLineTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private volatile boolean spinning = true;

    private static Duration millis(long n) {
        return Duration.ofMillis(n);
    }

    /// Up to where the actor is, which the last tests look at.
    private static List<String> said(EngineLog log) {
        return log.lines().stream()
                .filter(line -> line.contains("waiting"))
                .map(line -> line.replaceFirst(", at .*", ""))
                .toList();
    }

    @Test
    void shouldNameWhoIsWaitedForAndWhatIsLeftOnceASecondUntilTheEnd() throws Exception {
        try (var log = new EngineLog(Level.WARN)) {
            VirtualTime.run(() -> {
                var system = MailFixture.builder().start();
                ActorRef<Integer> slow = system.spawn(
                        ActorSpec.<Integer>behavior("slow", () -> (message, ctx) -> Strand.sleep(millis(1_200)))
                                .grace(LONG));
                slow.tellAll(List.of(1, 2, 3));
                Strand.sleep(millis(1));
                system.shutdown();
                Strand.sleep(LONG);
            });
            assertEquals(
                    List.of(
                            "WARN Stopping t: waiting 1.0 s for /t/slow: 2 messages left",
                            "WARN Stopping t: waiting 2.0 s for /t/slow: 1 messages left",
                            "WARN Stopping t: waiting 3.0 s for /t/slow: 0 messages left"),
                    said(log));
        }
    }

    @Test
    void shouldNotSayAnythingWhenTheStopTakesLessThanASecond() throws Exception {
        try (var log = new EngineLog(Level.WARN)) {
            VirtualTime.run(() -> {
                var system = MailFixture.builder().start();
                system.spawn(body(
                        "brief",
                        (inbox, ctx) -> {
                            ctx.pleaseStop().waitForGo();
                            Strand.sleep(millis(900));
                        },
                        LONG));
                Strand.sleep(millis(1));
                system.shutdown();
                Strand.sleep(LONG);
            });
            assertEquals(List.of(), log.lines());
        }
    }

    private static ActorSpec<Object> lingers(String name, long millis) {
        return body(
                name,
                (inbox, ctx) -> {
                    ctx.pleaseStop().waitForGo();
                    Strand.sleep(millis(millis));
                },
                LONG);
    }

    private static ActorSpec<Object> parent() {
        return ActorSpec.<Object>behaviorWith("p", ctx -> {
            ctx.spawn(lingers("elder", 3_200));
            ctx.spawn(lingers("younger", 1_500));
            return (message, own) -> {};
        });
    }

    private static List<String> whoIsWaitedFor(ActorSpec<Object> parent) throws Exception {
        try (var log = new EngineLog(Level.WARN)) {
            VirtualTime.run(() -> {
                var system = MailFixture.builder().start();
                system.spawn(parent);
                Strand.sleep(millis(1));
                system.shutdown();
            });
            return said(log).stream()
                    .map(line -> line.replaceFirst(".* for (.*): .*", "$1"))
                    .toList();
        }
    }

    @Test
    void shouldNameTheChildThatIsBeingStoppedWhenTheyStopInOrder() throws Exception {
        assertEquals(List.of("/t/p/younger", "/t/p/elder", "/t/p/elder", "/t/p/elder"), whoIsWaitedFor(parent()));
    }

    @Test
    void shouldNameTheYoungestThatLivesWhenTheyStopAtTheSameTime() throws Exception {
        assertEquals(
                List.of("/t/p/younger", "/t/p/elder", "/t/p/elder"),
                whoIsWaitedFor(parent().stopsChildrenInParallel()));
    }

    @Test
    void shouldSayWhatTheCodeOfTheUserHasCalledAndFromWhere() throws Exception {
        VirtualTime.run(() -> {
            var system = MailFixture.builder().start();
            system.spawn(lingers("lingers", 500));
            Strand.sleep(millis(1));
            system.stop();
            Strand.sleep(millis(100));
            String line = new WaitingLine(system, system.root(), system.now() - 2_500_000_000L).line();
            assertTrue(
                    line.matches("Stopping t: waiting 2\\.5 s for /t/lingers: 0 messages left, "
                            + "at [\\w.$]+ from \\S*WaitingLineTest\\.\\S+"),
                    line);
            system.shutdown();
        });
    }

    private static String line(ActorSystem system, ActorRef<?> of) {
        return new WaitingLine(system, (Cell<?>) of, system.now()).line();
    }

    @Test
    void shouldSayWhatLifeDoesWhenNoCodeOfTheUserRuns() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> waits = system.spawn(Trials.probe("waits", events).backOff(Trials.fixed(LONG)));
            Trials.crash(waits);
            Trials.settle();
            assertEquals("Stopping t: waiting 0.0 s for /t/waits: 0 messages left, RESTART/NONE", line(system, waits));
            assertEquals("Stopping t: waiting 0.0 s for /t: 0 messages left, live", line(system, system.root()));
        });
    }

    @Test
    void shouldTakeItsTimerAwayWhenTheSystemHasStopped() throws Exception {
        Set<Runnable> before = PendingTimers.now();
        MailFixture.inRealSystem(system -> {});
        Set<Runnable> left = new HashSet<>(PendingTimers.now());
        left.removeAll(before);
        assertEquals(Set.of(), left);
    }

    private void spin(CountDownLatch inside) {
        inside.countDown();
        while (spinning) {
            // nothing is called from here
        }
    }

    @Test
    void shouldSayWhereTheCodeOfTheUserComputes() throws Exception {
        MailFixture.inRealSystem(system -> {
            var inside = new CountDownLatch(1);
            system.spawn(body("computes", (inbox, ctx) -> spin(inside), LONG));
            try {
                inside.await();
                system.stop();
                var line = new WaitingLine(system, system.root(), system.now());
                Awaitility.await()
                        .until(() ->
                                line.line().matches(".* for /t/computes: .*, at \\S*WaitingLineTest\\.spin\\(\\S+"));
            } finally {
                spinning = false;
            }
        });
    }
}
