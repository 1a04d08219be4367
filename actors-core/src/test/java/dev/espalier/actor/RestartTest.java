package dev.espalier.actor;

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

import dev.espalier.actor.Children.Outcome;
import dev.espalier.actor.Children.Status;
import dev.espalier.actor.Trials.Boom;
import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// When one child is restarted, and what becomes of its messages.
class RestartTest {
    /// Ways to end.
    enum End {
        NORMAL,
        SHUTDOWN,
        ABNORMAL
    }

    private static void end(ActorRef<Job> ref, End how) {
        switch (how) {
            case NORMAL -> ref.tell(ActorContext::stop);
            case SHUTDOWN -> ref.stop();
            case ABNORMAL -> crash(ref);
        }
        settle();
    }

    /// A body that does its jobs.
    private static ActorSpec<Job> body(String name, Events events) {
        return ActorSpec.body(name, (inbox, ctx) -> {
            events.add("start " + name);
            for (Job job : inbox) {
                job.run(ctx);
            }
        });
    }

    @Test
    void shouldRestartByHandAndKeepRefAndMailbox() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events).restart(Restart.TRANSIENT));
            ActorRef<Job> other = system.spawn(probe("b", events).restart(Restart.TEMPORARY));
            settle();
            ref.tell(ctx -> seconds(1));
            ref.tell(ctx -> events.add("kept"));
            for (int i = 0; i < 20; i++) { // not counted
                system.restart(ref);
                seconds(2);
            }
            assertEquals(21, ref.incarnation());
            assertEquals(ActorState.RUNNING, ref.state());
            assertTrue(events.take().contains("kept"));
            assertEquals(1, other.incarnation());
            assertThrows(IllegalArgumentException.class, () -> system.restart(other));
            assertThrows(IllegalArgumentException.class, () -> system.restart(ref.parent()));
            ref.stop();
            system.restart(ref);
            settle();
            assertEquals(ActorState.STOPPED, ref.state());
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldRestartAPermanentChildWheneverItEndsByItself(End how) throws Exception {
        Trials.run((system, events) -> {
            for (ActorSpec<Job> spec : List.of(probe("a", events), body("b", events))) {
                ActorRef<Job> ref = system.spawn(spec.restart(Restart.PERMANENT));
                settle();
                end(ref, how);
                // Decided otherwise than in OTP: who is stopped through its ref stays stopped.
                boolean again = how != End.SHUTDOWN;
                assertEquals(again ? ActorState.RUNNING : ActorState.STOPPED, ref.state());
                assertEquals(again ? 2 : 1, ref.info().incarnation());
                assertEquals(
                        again ? Status.ALIVE : Status.TERMINATED,
                        system.children().status(ref.name()));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldRestartATransientChildAfterAFailureOnlyAndKeepItsSpec(End how) throws Exception {
        Trials.run((system, events) -> {
            for (ActorSpec<Job> spec : List.of(probe("a", events), body("b", events))) {
                ActorRef<Job> ref = system.spawn(spec.restart(Restart.TRANSIENT));
                settle();
                end(ref, how);
                boolean again = how == End.ABNORMAL;
                assertEquals(again ? ActorState.RUNNING : ActorState.STOPPED, ref.state());
                assertEquals(
                        again ? Status.ALIVE : Status.TERMINATED,
                        system.children().status(ref.name()));
                assertEquals(
                        again ? Outcome.RUNNING : Outcome.DONE,
                        system.children().restart(ref.name()));
                settle();
                assertEquals(ActorState.RUNNING, Trials.at(system, ref.name()).state());
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeverRestartATemporaryChildAndFreeItsNameAtOnce(End how) throws Exception {
        Trials.run((system, events) -> {
            for (ActorSpec<Job> spec : List.of(probe("a", events), body("b", events))) {
                ActorSpec<Job> temporary = spec.restart(Restart.TEMPORARY);
                ActorRef<Job> ref = system.spawn(temporary);
                settle();
                boolean[] free = new boolean[1];
                ref.stopped().onGo(() -> free[0] = !lives(system, ref.name()));
                end(ref, how);
                assertTrue(free[0], "the name is free when stopped goes");
                assertEquals(ActorState.STOPPED, ref.state());
                assertEquals(1, ref.info().incarnation());
                assertEquals(Status.UNKNOWN, system.children().status(ref.name()));
                assertEquals(Outcome.NOT_FOUND, system.children().restart(ref.name()));
                system.spawn(temporary);
            }
        });
    }

    @Test
    void shouldReportATemporaryChildAsStopped() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events).restart(Restart.TEMPORARY));
            crash(ref);
            ActorFailedException thrown = assertThrows(ActorFailedException.class, ref::join);
            assertEquals("crash", thrown.getCause().getMessage());
            settle();
            assertEquals(List.of("/t/a STOP"), events.judgements());
            assertEquals(List.of("/t/a FAILED"), List.copyOf(events.stopped));
        });
    }

    @Test
    void shouldKeepTheOrderOfMessagesAroundARestart() throws Exception {
        Trials.run((system, events) -> {
            for (ActorSpec<Job> spec :
                    List.of(probe("a", events), body("b", events).restart(Restart.PERMANENT))) {
                List<Integer> got = new ArrayList<>();
                ActorRef<Job> ref = system.spawn(spec);
                for (int i = 0; i < 30; i++) {
                    int number = i;
                    ref.tell(ctx -> {
                        if (number % 10 == 5) {
                            throw new Boom("at " + number);
                        }
                        got.add(number);
                    });
                    if (i % 7 == 0) {
                        VirtualTime.pause();
                    }
                }
                settle();
                assertEquals(
                        IntStream.range(0, 30).filter(i -> i % 10 != 5).boxed().toList(), got);
                assertEquals(4, ref.info().incarnation());
                assertEquals(30, ref.ledger().processed(), "the failing ones count as handled");
                seconds(6);
            }
        });
    }

    @Test
    void shouldLetMessagesWaitThatAreSentDuringARestart() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events).backOff(fixed(Duration.ofSeconds(10))));
            crash(ref);
            seconds(5);
            ref.tell(ctx -> events.add("handled by " + ctx.incarnation()));
            seconds(4);
            assertEquals(List.of("start a", "before a"), events.take());
            seconds(2);
            assertEquals(List.of("after a", "handled by 2"), events.take());
        });
    }

    @Test
    void shouldWaitUntilARestartIsComplete() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events).backOff(fixed(Duration.ofSeconds(10))));
            assertTrue(ref.awaitReady(Duration.ZERO));
            crash(ref);
            settle();
            assertFalse(ref.awaitReady(Duration.ofSeconds(5)));
            assertEquals(1, ref.info().incarnation());
            assertTrue(ref.awaitReady(Duration.ofSeconds(6)));
            assertEquals(2, ref.info().incarnation());
            assertTrue(ref.awaitProcessed(Duration.ofSeconds(1)));
            ref.stop();
            assertFalse(ref.awaitReady(Duration.ofSeconds(1)));
        });
    }

    @Test
    void shouldEndTheWaitForARestartWhenTheActorIsStoppedInstead() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events).backOff(fixed(Duration.ofHours(1))));
            crash(ref);
            Strand.start("stopper", () -> {
                seconds(3);
                ref.stop();
            });
            Duration before = VirtualTime.elapsed();
            settle();
            assertFalse(ref.awaitReady(Duration.ofMinutes(1)));
            assertEquals(Duration.ofSeconds(3), VirtualTime.elapsed().minus(before));
        });
    }

    @Test
    void shouldRetryTheFailedMessageBeforeTheOthers() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events).retryFailedMessage(3));
            ref.tell(ctx -> {
                events.add("first in " + ctx.incarnation());
                if (ctx.incarnation() < 3) {
                    throw new Boom("not yet");
                }
            });
            ref.tell(ctx -> events.add("second in " + ctx.incarnation()));
            settle();
            List<String> told =
                    events.take().stream().filter(s -> s.contains(" in ")).toList();
            assertEquals(List.of("first in 1", "first in 2", "first in 3", "second in 3"), told);
            assertEquals(0, ref.ledger().deadLettered());
            assertEquals(2, ref.ledger().processed());
        });
    }

    @Test
    void shouldQuarantineAMessageThatFailsAgainAndAgain() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events).retryFailedMessage(2));
            Job poison = ctx -> {
                events.add("poison");
                throw new Boom("poison");
            };
            ref.tell(poison);
            ref.tell(ctx -> events.add("sound"));
            settle();
            assertEquals(
                    List.of("start a", "poison", "before a", "after a", "poison", "before a", "after a", "sound"),
                    events.take());
            assertEquals(1, events.deadLetters.size());
            assertEquals(new DeadLetter(poison, "/t/a", DeadLetter.Reason.QUARANTINED), events.deadLetters.peek());
            assertEquals(1, system.deadLetters().count(DeadLetter.Reason.QUARANTINED));
            assertEquals(1, ref.ledger().deadLettered());
            assertEquals(1, ref.ledger().processed());
        });
    }

    @Test
    void shouldCountTheAttemptsOfEachMessageApart() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events).retryFailedMessage(2));
            for (String name : List.of("one", "two")) {
                int[] tries = new int[1];
                ref.tell(ctx -> {
                    events.add(name);
                    if (tries[0]++ == 0) {
                        throw new Boom(name);
                    }
                });
            }
            settle();
            assertEquals(
                    List.of("one", "one", "two", "two"),
                    events.take().stream().filter(s -> s.length() == 3).toList());
            assertEquals(0, events.deadLetters.size());
        });
    }

    @Test
    void shouldNotRetryWithoutBeingAskedTo() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events));
            ref.tell(ctx -> {
                events.add("once");
                throw new Boom("once");
            });
            settle();
            assertEquals(List.of("start a", "once", "before a", "after a"), events.take());
            assertEquals(1, ref.ledger().processed());
        });
    }

    @Test
    void shouldTakeStashedMessagesUpAgainAfterARestart() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events));
            ref.tell(ctx -> {
                if (ctx.incarnation() == 1) {
                    ctx.stash();
                } else {
                    events.add("stashed");
                }
            });
            crash(ref);
            ref.tell(ctx -> events.add("later"));
            settle();
            assertEquals(List.of("start a", "before a", "after a", "stashed", "later"), events.take());
        });
    }

    @Test
    void shouldForgetWhatTheOldIncarnationBecame() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events));
            ref.tell(ctx -> ctx.become((job, own) -> {
                events.add("other");
                job.run(own);
            }));
            crash(ref);
            ref.tell(ctx -> events.add("job"));
            settle();
            assertEquals(List.of("start a", "other", "before a", "after a", "job"), events.take());
        });
    }

    @Test
    void shouldFailTheAskerOverTheFailedRequest() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events));
            ActorFailedException thrown = assertThrows(
                    ActorFailedException.class,
                    () -> ref.<Integer>ask(
                            reply -> ctx -> {
                                throw new Boom("asked");
                            },
                            Duration.ofSeconds(1)));
            assertEquals("asked", thrown.getCause().getMessage());
            assertEquals(
                    2,
                    ref.<Integer>ask(reply -> ctx -> reply.reply(ctx.incarnation()), Duration.ofSeconds(1))
                            .intValue());
        });
    }
}
