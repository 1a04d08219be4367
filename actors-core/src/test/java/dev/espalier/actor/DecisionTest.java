package dev.espalier.actor;

import static dev.espalier.actor.Trials.at;
import static dev.espalier.actor.Trials.crash;
import static dev.espalier.actor.Trials.fixed;
import static dev.espalier.actor.Trials.lives;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.seconds;
import static dev.espalier.actor.Trials.settle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Trials.Boom;
import dev.espalier.actor.Trials.Job;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a supervisor may decide, and what rests while it decides.
class DecisionTest {
    @Test
    void shouldGoOnWithTheSameObjectWhenResumed() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(ActorSpec.<Job>behaviorWith("a", ctx -> {
                        int[] count = new int[1];
                        return (job, own) -> {
                            events.add("count " + ++count[0]);
                            job.run(own);
                        };
                    })
                    .onFailure(cause -> Decision.RESUME));
            ref.tell(ctx -> {});
            crash(ref);
            ref.tell(ctx -> events.add("in " + ctx.incarnation()));
            settle();
            assertEquals(List.of("count 1", "count 2", "count 3", "in 1"), events.take());
            assertEquals(List.of("/t/a RESUME"), events.judgements());
            assertTrue(ref.awaitReady(Duration.ZERO));
        });
    }

    @Test
    void shouldKeepChildrenTimersAndWatchesWhenResumed() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss =
                    system.spawn(probe("boss", events, probe("a", events)).onFailure(cause -> Decision.RESUME));
            ActorRef<Job> a = at(system, "boss/a");
            boss.tell(ctx -> {
                ctx.watch(a, ref -> events.add("end of a"));
                ctx.timers().once("t", own -> events.add("tick"), Duration.ofSeconds(1));
                throw Trials.crash();
            });
            settle();
            events.take();
            seconds(2);
            a.stop();
            settle();
            assertEquals(List.of("tick", "stop a", "end of a"), events.take());
            assertEquals(1, boss.info().incarnation());
        });
    }

    @Test
    void shouldRestartABodyInsteadOfResumingIt() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(ActorSpec.<Job>body("a", (inbox, ctx) -> {
                        for (Job job : inbox) {
                            job.run(ctx);
                        }
                    })
                    .onFailure(cause -> Decision.RESUME));
            crash(ref);
            ref.tell(ctx -> events.add("in " + ctx.incarnation()));
            settle();
            assertEquals(List.of("in 2"), events.take());
            assertEquals(List.of("/t/a RESTART"), events.judgements());
        });
    }

    @Test
    void shouldRestartInsteadOfResumingWhatCannotStart() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events)
                    .onFailure(cause -> cause.getMessage().equals("crash") ? Decision.RESTART : Decision.RESUME));
            events.trap("new a", 1);
            crash(ref);
            ref.tell(ctx -> events.add("in " + ctx.incarnation()));
            settle();
            assertEquals(List.of("/t/a RESTART", "/t/a RESTART"), events.judgements());
            assertEquals("in 3", events.take().getLast());
        });
    }

    @Test
    void shouldRestartInsteadOfResumingAParentThatFailedByItsChildren() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(probe("boss", events, probe("a", events))
                    .supervision(Supervision.DEFAULT.intensity(0, Duration.ofSeconds(1)))
                    .onFailure(cause -> Decision.RESUME));
            crash(at(system, "boss/a"));
            settle();
            assertEquals(2, boss.info().incarnation());
            at(system, "boss/a").tell(ctx -> events.add("works"));
            settle();
            assertTrue(events.take().contains("works"));
        });
    }

    @Test
    void shouldStopForGood() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events).onFailure(cause -> Decision.STOP));
            crash(ref);
            ref.tell(ctx -> events.add("never"));
            ActorFailedException thrown = assertThrows(ActorFailedException.class, ref::join);
            assertEquals("crash", thrown.getCause().getMessage());
            settle();
            assertEquals(List.of("start a", "stop a"), events.take());
            assertEquals(Children.Status.TERMINATED, system.children().status("a"));
            assertEquals(1, ref.ledger().deadLettered());
        });
    }

    @Test
    void shouldFailTheParentWithTheSameCauseWhenEscalated() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(probe(
                    "boss", events, probe("a", events).onFailure(cause -> Decision.ESCALATE), probe("b", events)));
            ActorRef<Job> a = at(system, "boss/a");
            events.take();
            crash(a);
            settle();
            assertEquals(List.of("stop b", "stop a", "before boss", "after boss", "start a", "start b"), events.take());
            assertEquals(List.of("/t/boss/a ESCALATE", "/t/boss RESTART"), events.judgements());
            assertEquals(
                    1,
                    events.failures.stream()
                            .map(j -> j.failure().cause())
                            .distinct()
                            .count());
            assertEquals(2, boss.info().incarnation());
            ActorFailedException thrown = assertThrows(ActorFailedException.class, a::join);
            assertEquals("crash", thrown.getCause().getMessage());
        });
    }

    @Test
    void shouldStopTheSystemWhenTheLastOneEscalates() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(probe("boss", events, probe("a", events).onFailure(cause -> Decision.ESCALATE))
                    .onFailure(cause -> Decision.ESCALATE));
            crash(at(system, "boss/a"));
            ActorFailedException thrown = assertThrows(ActorFailedException.class, system::awaitShutdown);
            assertEquals("crash", thrown.getCause().getMessage());
            assertEquals(
                    List.of("/t STOP", "/t/boss ESCALATE", "/t/boss/a ESCALATE"),
                    events.judgements().stream().sorted().toList());
            assertEquals(1, system.exitCode());
        });
    }

    @Test
    void shouldEscalateWhenTheDeciderThrowsOrDecidesNothing() throws Exception {
        List<ActorSpec.Decider> deciders = List.of(
                cause -> {
                    throw new IllegalStateException("undecided");
                },
                cause -> {
                    throw new StackOverflowError();
                },
                cause -> null);
        for (ActorSpec.Decider decider : deciders) {
            Trials.run((system, events) -> {
                ActorRef<Job> boss =
                        system.spawn(probe("boss", events, probe("a", events).onFailure(decider)));
                crash(at(system, "boss/a"));
                settle();
                assertEquals(List.of("/t/boss/a ESCALATE", "/t/boss RESTART"), events.judgements());
                assertEquals(2, boss.info().incarnation());
                assertTrue(at(system, "boss/a").awaitReady(Duration.ZERO));
            });
        }
    }

    @Test
    void shouldDecideByTheCause() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events).onFailure(cause -> switch (cause) {
                case IllegalArgumentException e -> Decision.RESUME;
                case Error e -> Decision.STOP;
                default -> Decision.RESTART;
            }));
            ref.tell(ctx -> {
                throw new IllegalArgumentException();
            });
            ref.tell(ctx -> {
                throw new java.io.IOException("checked");
            });
            ref.tell(ctx -> {
                throw new LinkageError();
            });
            settle();
            assertEquals(List.of("/t/a RESUME", "/t/a RESTART", "/t/a STOP"), events.judgements());
            assertEquals(ActorState.STOPPED, ref.state());
        });
    }

    @Test
    void shouldSuspendTheWholeSubtreeWhileTheSupervisorDecides() throws Exception {
        Trials.run((system, events) -> {
            // The judgement about "mid" has to wait until the group of "first" is up again: 10 s.
            BackOff ten = fixed(Duration.ofSeconds(10));
            ActorSpec<Job> body = ActorSpec.body("body", (inbox, ctx) -> {
                for (Job job : inbox) {
                    job.run(ctx);
                }
            });
            system.spawn(probe(
                            "top",
                            events,
                            probe("mid", events, probe("low", events, probe("lowest", events)), body)
                                    .onFailure(cause -> Decision.RESUME),
                            probe("first", events).backOff(ten))
                    .supervision(Supervision.restForOne()));
            settle();
            crash(at(system, "top/first"));
            settle();
            crash(at(system, "top/mid"));
            settle();
            events.take();
            List<String> paths = List.of("top/mid", "top/mid/low", "top/mid/low/lowest", "top/mid/body");
            for (String path : paths) {
                at(system, path).tell(ctx -> events.add("ran " + path));
            }
            seconds(9);
            assertEquals(List.of(), events.take());
            seconds(2);
            assertEquals(
                    List.of("ran top/mid", "ran top/mid/body", "ran top/mid/low", "ran top/mid/low/lowest"),
                    events.take().stream()
                            .filter(s -> s.startsWith("ran"))
                            .sorted()
                            .toList());
        });
    }

    @Test
    void shouldDecideLaterAboutAChildThatFailsWhileItsParentIsSuspended() throws Exception {
        Trials.run((system, events) -> {
            BackOff ten = fixed(Duration.ofSeconds(10));
            system.spawn(probe(
                            "top",
                            events,
                            probe("mid", events, probe("low", events)).onFailure(cause -> Decision.RESUME),
                            probe("first", events).backOff(ten))
                    .supervision(Supervision.restForOne()));
            ActorRef<Job> low = at(system, "top/mid/low");
            low.tell(ctx -> {
                seconds(5); // under way when its parent fails
                throw new Boom("late");
            });
            crash(at(system, "top/first"));
            settle();
            crash(at(system, "top/mid"));
            seconds(20);
            assertEquals(2, low.info().incarnation());
            assertEquals(ActorState.RUNNING, low.state());
            low.tell(ctx -> events.add("works"));
            settle();
            assertTrue(events.take().contains("works"));
            assertEquals(
                    List.of("/t/top/first RESTART", "/t/top/mid RESUME", "/t/top/mid/low RESTART"),
                    events.judgements().stream().sorted().toList());
        });
    }

    @Test
    void shouldReportWhatWaitedForAJudgementWhenTheParentIsStopped() throws Exception {
        Trials.run((system, events) -> {
            BackOff hour = fixed(Duration.ofHours(1));
            ActorRef<Job> top = system.spawn(probe(
                            "top",
                            events,
                            probe("other", events),
                            probe("first", events).backOff(hour))
                    .supervision(Supervision.restForOne()));
            crash(at(system, "top/first"));
            settle();
            ActorRef<Job> other = at(system, "top/other");
            crash(other);
            settle();
            assertEquals(List.of("/t/top/first RESTART"), events.judgements());
            top.stop();
            top.join();
            assertThrows(ActorFailedException.class, other::join);
            settle();
            assertEquals(List.of("/t/top/first RESTART", "/t/top/other STOP"), events.judgements());
            assertFalse(lives(system, "top"));
        });
    }
}
