package dev.espalier.actor;

import static dev.espalier.actor.Trials.at;
import static dev.espalier.actor.Trials.crash;
import static dev.espalier.actor.Trials.lives;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.seconds;
import static dev.espalier.actor.Trials.settle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Trials.Boom;
import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How many restarts a supervisor allows.
class IntensityTest {
    /// A supervisor that is not restarted itself, with two children.
    private static ActorRef<Job> boss(ActorSystem system, Events events, int restarts, Duration period) {
        return system.spawn(probe("boss", events, probe("a", events), probe("b", events))
                .supervision(Supervision.DEFAULT.intensity(restarts, period))
                .restart(Restart.TEMPORARY));
    }

    private static void assertExhausted(ActorRef<Job> boss, String lastChild) {
        ActorFailedException thrown = assertThrows(ActorFailedException.class, () -> boss.join(Duration.ofSeconds(1)));
        RestartsExhaustedException cause = (RestartsExhaustedException) thrown.getCause();
        assertEquals(Boom.class, cause.getCause().getClass());
        assertTrue(cause.getMessage().contains(lastChild), cause::getMessage);
    }

    @Test
    void shouldSurviveCrashesThatAreFurtherApartThanThePeriod() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = boss(system, events, 1, Duration.ofSeconds(1));
            for (int i = 1; i <= 4; i++) {
                crash(at(system, "boss/a"));
                seconds(2);
                assertEquals(1 + i, at(system, "boss/a").info().incarnation());
            }
            assertEquals(ActorState.RUNNING, boss.state());
        });
    }

    @Test
    void shouldEndAtTheThirdCrashWithinThePeriodWhenTwoAreAllowed() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = boss(system, events, 2, Duration.ofSeconds(10));
            crash(at(system, "boss/a"));
            seconds(4);
            crash(at(system, "boss/b"));
            seconds(4);
            assertEquals(ActorState.RUNNING, boss.state());
            crash(at(system, "boss/a"));
            assertExhausted(boss, "/t/boss/a");
        });
    }

    @Test
    void shouldLetTheWindowSlide() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = boss(system, events, 2, Duration.ofSeconds(10));
            for (int i = 0; i < 10; i++) { // every 5.1 s: never three in ten seconds
                crash(at(system, "boss/a"));
                seconds(5.1);
            }
            assertEquals(ActorState.RUNNING, boss.state());
            crash(at(system, "boss/a"));
            seconds(1);
            crash(at(system, "boss/a"));
            assertExhausted(boss, "/t/boss/a");
        });
    }

    @Test
    void shouldEndAtTheFirstCrashWhenNoneIsAllowed() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = boss(system, events, 0, Duration.ofSeconds(1));
            crash(at(system, "boss/b"));
            assertExhausted(boss, "/t/boss/b");
            settle();
            assertEquals(List.of("start boss", "start a", "start b", "stop b", "stop a", "stop boss"), events.take());
        });
    }

    @Test
    void shouldReportTheFailureThatExceedsTheLimitAsEscalated() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = boss(system, events, 1, Duration.ofSeconds(1));
            crash(at(system, "boss/a"));
            settle();
            crash(at(system, "boss/b"));
            assertExhausted(boss, "/t/boss/b");
            settle();
            assertEquals(List.of("/t/boss/a RESTART", "/t/boss/b ESCALATE", "/t/boss STOP"), events.judgements());
        });
    }

    @Test
    void shouldRestartForEverWhenUnlimited() throws Exception {
        Trials.run((system, events) -> {
            boss(system, events, Supervision.UNLIMITED, Duration.ofSeconds(1));
            ActorRef<Job> a = at(system, "boss/a");
            for (int i = 0; i < 300; i++) {
                crash(a);
            }
            settle();
            assertEquals(301, a.info().incarnation());
            assertEquals(ActorState.RUNNING, a.state());
        });
    }

    @Test
    void shouldNotOverflowWithAWindowOfAMonthOrOfAllTime() throws Exception {
        for (Duration period : List.of(Duration.ofDays(30), Duration.ofSeconds(Long.MAX_VALUE))) {
            Trials.run((system, events) -> {
                ActorRef<Job> boss = boss(system, events, 2, period);
                crash(at(system, "boss/a"));
                Strand.sleep(Duration.ofDays(14));
                crash(at(system, "boss/a"));
                Strand.sleep(Duration.ofDays(14));
                assertEquals(3, at(system, "boss/a").info().incarnation());
                crash(at(system, "boss/a"));
                assertExhausted(boss, "/t/boss/a");
            });
        }
    }

    @Test
    void shouldForgetCrashesOlderThanAMonth() throws Exception {
        Trials.run((system, events) -> {
            boss(system, events, 1, Duration.ofDays(30));
            for (int i = 0; i < 4; i++) {
                crash(at(system, "boss/a"));
                Strand.sleep(Duration.ofDays(31));
            }
            assertEquals(5, at(system, "boss/a").info().incarnation());
        });
    }

    @Test
    void shouldCountRestartsThatFailThemselves() throws Exception {
        for (String hook : List.of("new a", "after a")) {
            Trials.run((system, events) -> {
                ActorRef<Job> boss = boss(system, events, 3, Duration.ofSeconds(1));
                ActorRef<Job> a = at(system, "boss/a");
                events.trap(hook, 2);
                crash(a);
                settle();
                assertEquals(4, a.info().incarnation());
                assertEquals(ActorState.RUNNING, a.state());
                assertEquals(ActorState.RUNNING, boss.state());
                crash(a); // the fourth
                assertExhausted(boss, "/t/boss/a");
                assertEquals(
                        4,
                        events.judgements().stream()
                                .filter(s -> s.startsWith("/t/boss/a "))
                                .count());
            });
        }
    }

    @Test
    void shouldGiveUpWhenARestartKeepsFailing() throws Exception {
        for (String hook : List.of("new a", "after a")) {
            Trials.run((system, events) -> {
                ActorRef<Job> boss = boss(system, events, 3, Duration.ofSeconds(1));
                events.trap(hook, 1_000);
                crash(at(system, "boss/a"));
                assertExhausted(boss, "/t/boss/a");
                settle();
                List<String> judgements = new ArrayList<>(Collections.nCopies(3, "/t/boss/a RESTART"));
                judgements.addAll(List.of("/t/boss/a ESCALATE", "/t/boss STOP"));
                assertEquals(judgements, events.judgements(), "one crash, three failed restarts, and the boss");
                List<String> all = events.take();
                assertEquals(1, all.stream().filter("stop a"::equals).count(), all::toString);
                assertEquals(1, all.stream().filter("stop boss"::equals).count(), all::toString);
            });
        }
    }

    @Test
    void shouldCountNormalEndsOfPermanentChildren() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = boss(system, events, 1, Duration.ofSeconds(1));
            at(system, "boss/a").tell(ActorContext::stop);
            settle();
            at(system, "boss/a").tell(ActorContext::stop);
            ActorFailedException thrown =
                    assertThrows(ActorFailedException.class, () -> boss.join(Duration.ofSeconds(1)));
            assertSame(RestartsExhaustedException.class, thrown.getCause().getClass());
        });
    }

    @Test
    void shouldNotCountWhatIsResumedOrStopped() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss =
                    system.spawn(probe("boss", events, probe("resumed", events).onFailure(cause -> Decision.RESUME))
                            .supervision(Supervision.DEFAULT.intensity(0, Duration.ofDays(1))));
            for (int i = 0; i < 5; i++) {
                crash(at(system, "boss/resumed"));
                boss.tell(ctx -> ctx.spawn(probe("temporary", events).restart(Restart.TEMPORARY)));
                settle();
                crash(at(system, "boss/temporary"));
                settle();
                assertFalse(lives(system, "boss/temporary"));
            }
            assertEquals(1, boss.info().incarnation());
            assertEquals(1, at(system, "boss/resumed").info().incarnation());
        });
    }

    @Test
    void shouldObeyRulesChangedAtRunTime() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = boss(system, events, 0, Duration.ofSeconds(1));
            boss.tell(ctx -> ctx.supervise(Supervision.oneForAll().intensity(1, Duration.ofSeconds(10))));
            settle();
            ActorRef<Job> b = at(system, "boss/b");
            crash(at(system, "boss/a"));
            settle();
            assertEquals(2, b.info().incarnation(), "one for all");
            crash(b);
            assertExhausted(boss, "/t/boss/b");
        });
    }

    @Test
    void shouldBeginAFreshIncarnationByTheRulesOfTheSpec() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(probe("boss", events, probe("a", events)));
            boss.tell(ctx -> ctx.supervise(Supervision.DEFAULT.intensity(0, Duration.ofSeconds(1))));
            settle();
            crash(at(system, "boss/a"));
            settle();
            assertEquals(2, boss.info().incarnation());
            crash(at(system, "boss/a"));
            settle();
            assertEquals(2, boss.info().incarnation());
            assertEquals(2, at(system, "boss/a").info().incarnation());
        });
    }

    @Test
    void shouldStopTheSystemWhenTheRootIsExhausted() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> a = system.spawn(probe("a", events));
            ActorRef<Job> b = system.spawn(probe("b", events));
            for (int i = 0; i < 4; i++) {
                crash(a);
            }
            ActorFailedException thrown = assertThrows(ActorFailedException.class, system::awaitShutdown);
            assertEquals(RestartsExhaustedException.class, thrown.getCause().getClass());
            assertEquals(ActorState.STOPPED, b.state());
            assertEquals(1, events.take().stream().filter("stop b"::equals).count());
        });
    }
}
