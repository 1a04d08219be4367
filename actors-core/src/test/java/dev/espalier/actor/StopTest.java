package dev.espalier.actor;

import static dev.espalier.actor.Trials.at;
import static dev.espalier.actor.Trials.crash;
import static dev.espalier.actor.Trials.lives;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.settle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.StopReport.How;
import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// How a supervisor ends its children. What one actor does when it is stopped is in other tests.
class StopTest {
    private static final Duration DAY = Duration.ofDays(1);

    /// A body that works for so long after it was asked to stop.
    private static ActorSpec<Job> needing(String name, Duration afterStop) {
        return ActorSpec.<Job>body(name, (inbox, ctx) -> {
                    ctx.pleaseStop().waitForGo();
                    Strand.sleep(afterStop);
                })
                .grace(DAY);
    }

    private static Map<String, How> hows(StopReport report) {
        return report.actors().stream().collect(Collectors.toMap(StopReport.End::path, StopReport.End::how));
    }

    @Test
    void shouldEndAllAsShutdownWithUnlimitedGrace() throws Exception {
        Trials.run(builder -> builder.budget(DAY), (system, events) -> {
            system.spawn(
                    probe("boss", events, needing("a", Duration.ofMinutes(1)), needing("b", Duration.ofMinutes(1))));
            settle();
            StopReport report = system.shutdown();
            assertTrue(report.isClean(), report::toText);
            assertEquals(
                    List.of("/t/boss/b", "/t/boss/a", "/t/boss", "/t"),
                    report.actors().stream().map(StopReport.End::path).toList());
            assertEquals(Duration.ofMinutes(2), report.took());
        });
    }

    @Test
    void shouldKillTheSleeperAndEndTheParentWhenTheGraceIsOver() throws Exception {
        Trials.run((system, events) -> {
            ActorSpec<Job> sleeper =
                    ActorSpec.<Job>body("sleeper", (inbox, ctx) -> Strand.sleep(Duration.ofSeconds(200)));
            system.spawn(probe("boss", events, needing("first", Duration.ZERO), sleeper.grace(Duration.ofSeconds(1))));
            settle();
            StopReport report = system.shutdown();
            assertEquals(
                    Map.of(
                            "/t/boss/first", How.CLEAN,
                            "/t/boss/sleeper", How.CANCELLED,
                            "/t/boss", How.CLEAN,
                            "/t", How.CLEAN),
                    hows(report));
            assertEquals(Duration.ofSeconds(1), report.took());
        });
    }

    @Test
    void shouldKillAtOnceWithGraceZero() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(probe(
                    "boss",
                    events,
                    needing("a", DAY).grace(Duration.ZERO),
                    needing("b", DAY).grace(Duration.ZERO)));
            settle();
            StopReport report = system.shutdown();
            assertEquals(Duration.ZERO, report.took());
            assertEquals(How.CANCELLED, hows(report).get("/t/boss/a"));
            assertEquals(How.CANCELLED, hows(report).get("/t/boss/b"));
        });
    }

    @Test
    void shouldStopAPoolInParallel() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(probe(
                            "pool",
                            events,
                            needing("a", Duration.ofSeconds(1)).grace(Duration.ofSeconds(2)),
                            needing("b", Duration.ofSeconds(1)).grace(Duration.ofSeconds(2)),
                            needing("c", Duration.ofSeconds(5)).grace(Duration.ofSeconds(2)))
                    .stopsChildrenInParallel());
            settle();
            StopReport report = system.shutdown();
            assertEquals(Duration.ofSeconds(2), report.took());
            assertEquals(How.CLEAN, hows(report).get("/t/pool/a"));
            assertEquals(How.CLEAN, hows(report).get("/t/pool/b"));
            assertEquals(How.CANCELLED, hows(report).get("/t/pool/c"));
            assertEquals(How.CLEAN, hows(report).get("/t/pool"));
        });
    }

    @Test
    void shouldStopChildrenOneAtATimeByDefault() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(
                    probe("boss", events, needing("a", Duration.ofSeconds(1)), needing("b", Duration.ofSeconds(1))));
            settle();
            assertEquals(Duration.ofSeconds(2), system.shutdown().took());
        });
    }

    @Test
    void shouldEndWithoutWaitingWhenStoppedDuringABackOff() throws Exception {
        Trials.run((system, events) -> {
            BackOff hour = new BackOff(Duration.ofHours(1), Duration.ofHours(1), 0);
            ActorRef<Job> boss =
                    system.spawn(probe("boss", events, probe("a", events).backOff(hour), probe("b", events)));
            ActorRef<Job> a = at(system, "boss/a");
            crash(a);
            settle();
            events.take();
            Duration before = VirtualTime.elapsed();
            boss.stop();
            boss.join();
            assertEquals(before, VirtualTime.elapsed());
            assertEquals(List.of("stop b", "stop a", "stop boss"), events.take());
            assertTrue(a.stopped().isGo());
        });
    }

    @Test
    void shouldNotRestartWhatFailsWhileItsParentStops() throws Exception {
        Trials.run((system, events) -> {
            ActorSpec<Job> failing = ActorSpec.body("failing", (inbox, ctx) -> {
                ctx.pleaseStop().waitForGo();
                throw new Trials.Boom("on the way out");
            });
            ActorRef<Job> boss = system.spawn(probe("boss", events, failing));
            settle();
            ActorRef<Job> child = at(system, "boss/failing");
            boss.stop();
            boss.join();
            assertEquals(List.of("/t/boss/failing STOP"), events.judgements());
            assertEquals(List.of("/t/boss/failing FAILED", "/t/boss CLEAN"), List.copyOf(events.stopped));
            ActorFailedException thrown =
                    org.junit.jupiter.api.Assertions.assertThrows(ActorFailedException.class, child::join);
            assertEquals("on the way out", thrown.getCause().getMessage());
        });
    }

    @Test
    void shouldGiveTheFullGraceAgainAfterARestartThatNeededACancel() throws Exception {
        Trials.run((system, events) -> {
            ActorSpec<Job> slow = ActorSpec.<Job>body("slow", (inbox, ctx) -> {
                        if (ctx.incarnation() == 1) {
                            Strand.sleep(DAY); // hears nothing: has to be cancelled
                        }
                        ctx.pleaseStop().waitForGo();
                        Strand.sleep(Duration.ofSeconds(1));
                    })
                    .restart(Restart.PERMANENT)
                    .grace(Duration.ofSeconds(2));
            system.spawn(probe("boss", events, slow, probe("b", events)).supervision(Supervision.oneForAll()));
            ActorRef<Job> ref = at(system, "boss/slow");
            crash(at(system, "boss/b"));
            Trials.seconds(3);
            assertEquals(2, ref.info().incarnation());
            StopReport report = system.shutdown();
            assertTrue(report.isClean(), report::toText);
            assertEquals(Duration.ofSeconds(1), report.took());
        });
    }

    @Test
    void shouldDrainAChildWhoseParentFailsAfterTheChildWasAskedToStop() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(probe("boss", events, probe("low", events)));
            ActorRef<Job> low = at(system, "boss/low");
            low.tell(ctx -> Trials.seconds(1));
            low.tell(ctx -> events.add("last message"));
            low.stop();
            settle();
            events.take();
            crash(boss);
            Trials.seconds(3);
            assertEquals(List.of("last message", "stop low", "before boss", "after boss", "start low"), events.take());
            assertEquals(List.of("/t/boss/low CLEAN"), List.copyOf(events.stopped));
        });
    }

    @Test
    void shouldLetSubtreesDrainThatWereSuspendedWhenTheStopCame() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> top = system.spawn(probe("top", events, probe("mid", events, probe("low", events))));
            ActorRef<Job> mid = at(system, "top/mid");
            ActorRef<Job> low = at(system, "top/mid/low");
            top.tell(ctx -> {
                mid.tell(own -> {
                    low.<Integer>ask(reply -> other -> reply.reply(1), Duration.ofSeconds(1));
                    events.add("answered");
                });
                throw Trials.crash();
            });
            Trials.seconds(3);
            assertTrue(events.take().contains("answered"));
            assertTrue(lives(system, "top/mid/low"));
            assertFalse(low.state() == ActorState.RUNNING, "a static child of a restarted parent is a new actor");
        });
    }
}
