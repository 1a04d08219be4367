package dev.espalier.actor;

import static dev.espalier.actor.AskFixture.LONG;
import static dev.espalier.actor.AskFixture.SECOND;
import static dev.espalier.actor.AskFixture.echo;
import static dev.espalier.actor.AskFixture.get;
import static dev.espalier.actor.AskFixture.silent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.AskFixture.Get;
import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AskTest {
    @Test
    void shouldReturnTheReply() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            assertEquals(42, get(echo(system, "echo"), 42, SECOND));
            ActorRef<ReplyTo<Object>> none = system.spawn("none", () -> (replyTo, ctx) -> replyTo.reply(null));
            assertNull(none.<Object>ask(r -> r, SECOND));
            assertEquals(Duration.ZERO, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldAnswerAPlatformThreadInRealTime() throws Exception {
        MailFixture.inRealSystem(system -> {
            ActorRef<Get> echo = echo(system, "echo");
            for (int i = 0; i < 100; i++) {
                assertEquals(i, get(echo, i, LONG));
            }
        });
    }

    /// Before an answer they may look for it or park, and so may the worker before a question.
    @Test
    void shouldAnswerPlatformThreadsAtAnyPace() throws Exception {
        MailFixture.inRealSystem(system -> {
            ActorRef<Get> echo = echo(system, "echo");
            List<Strand> askers = new ArrayList<>();
            AtomicInteger answered = new AtomicInteger();
            for (int seed = 0; seed < 3; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                askers.add(Strand.startPlatform("asker", true, () -> {
                    for (int i = 0; i < 5_000; i++) {
                        long pause = random.nextInt(100) == 0 ? 1_000_000 : random.nextInt(40_000);
                        long until = System.nanoTime() + pause;
                        while (System.nanoTime() - until < 0) {
                            Thread.onSpinWait();
                        }
                        answered.addAndGet(get(echo, i, LONG) == i ? 1 : 0);
                    }
                }));
            }
            for (Strand asker : askers) {
                assertTrue(asker.join(LONG));
            }
            assertEquals(15_000, answered.get());
        });
    }

    @Test
    void shouldWaitForASlowAnswerAlsoAfterManyQuickOnes() throws Exception {
        MailFixture.inRealSystem(system -> {
            ActorRef<Get> echo = echo(system, "echo");
            ActorRef<Get> slow = system.spawn("slow", () -> (ask, ctx) -> {
                Strand.sleep(Duration.ofMillis(20));
                ask.replyTo().reply(ask.value());
            });
            for (int i = 0; i < 2_000; i++) {
                assertEquals(i, get(i % 500 == 499 ? slow : echo, i, LONG));
            }
        });
    }

    @Test
    void shouldDeliverAnInterruptHoweverSoonTheAnswerComes() throws Exception {
        MailFixture.inRealSystem(system -> {
            ActorRef<Get> echo = echo(system, "echo");
            for (int i = 0; i < 1_000; i++) {
                int number = i;
                assertEquals(i, get(echo, i, LONG));
                Thread.currentThread().interrupt();
                assertThrows(CancelledException.class, () -> get(echo, number, LONG));
                assertTrue(Thread.interrupted());
            }
        });
    }

    @Test
    void shouldTakeOnlyTheFirstAnswer() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Boolean> taken = new ArrayList<>();
            ActorRef<ReplyTo<Integer>> twice = system.spawn("twice", () -> (replyTo, ctx) -> {
                taken.add(replyTo.reply(1));
                taken.add(replyTo.reply(2));
                taken.add(replyTo.fail(new IllegalStateException()));
                assertEquals(Duration.ZERO, replyTo.remaining());
            });
            assertEquals(1, twice.<Integer>ask(r -> r, SECOND));
            assertTrue(twice.awaitProcessed(SECOND));
            assertEquals(List.of(true, false, false), taken);
        });
    }

    @Test
    void shouldSayThatNobodyWaitsWhenTheReplyIsLate() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Boolean> taken = new ArrayList<>();
            ActorRef<ReplyTo<Integer>> late = system.spawn("late", () -> (replyTo, ctx) -> {
                assertEquals(SECOND, replyTo.remaining());
                Strand.sleep(Duration.ofMillis(400));
                assertEquals(Duration.ofMillis(600), replyTo.remaining());
                Strand.sleep(SECOND);
                assertEquals(Duration.ZERO, replyTo.remaining());
                taken.add(replyTo.reply(1));
            });
            assertThrows(AskTimeoutException.class, () -> late.<Integer>ask(r -> r, SECOND));
            assertEquals(SECOND, VirtualTime.elapsed());
            assertTrue(late.awaitProcessed(LONG));
            assertEquals(List.of(false), taken);
            assertEquals(List.of(), system.failures());
        });
    }

    // No reply.

    @Test
    void shouldThrowTheCauseWhenTheAskedActorFailsTheRequest() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var cause = new IllegalStateException("no stock");
            ActorRef<ReplyTo<Integer>> no = system.spawn("no", () -> (replyTo, ctx) -> replyTo.fail(cause));
            var failed = assertThrows(ActorFailedException.class, () -> no.<Integer>ask(r -> r, SECOND));
            assertSame(cause, failed.getCause());
            assertEquals(ActorState.RUNNING, no.state());
        });
    }

    @Test
    void shouldThrowTheCauseAtOnceWhenTheAskedActorFailsOverTheRequest() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                var cause = new IllegalStateException("boom");
                Behavior<ReplyTo<Integer>> failing = (replyTo, ctx) -> {
                    throw cause;
                };
                ActorRef<ReplyTo<Integer>> behavior = system.spawn("behavior", () -> failing);
                ActorRef<ReplyTo<Integer>> body = system.spawnBody("body", (inbox, ctx) -> {
                    failing.onMessage(inbox.receive().orElseThrow(), ctx);
                });
                for (ActorRef<ReplyTo<Integer>> asked : List.of(behavior, body)) {
                    var failed = assertThrows(ActorFailedException.class, () -> asked.<Integer>ask(r -> r, LONG));
                    assertSame(cause, failed.getCause());
                    assertTrue(failed.getMessage().contains(asked.path()), failed.getMessage());
                }
                assertEquals(Duration.ZERO, VirtualTime.elapsed());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldFailEveryRequestOfABatchWhenTheBodyFailsOverIt() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                ActorRef<ReplyTo<Integer>> body = system.spawnBody("body", (inbox, ctx) -> {
                    Strand.sleep(Duration.ofMillis(10));
                    inbox.receiveBatch(10);
                    throw new IllegalStateException("boom");
                });
                List<Duration> ends = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    Strand.start("asker" + i, () -> {
                        assertThrows(ActorFailedException.class, () -> body.<Integer>ask(r -> r, SECOND));
                        ends.add(VirtualTime.elapsed());
                    });
                }
                Strand.sleep(Duration.ofSeconds(2));
                assertEquals(List.of(Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofMillis(10)), ends);
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldFailAtOnceWhenTheAskedActorHasStopped() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> echo = echo(system, "echo");
            echo.stop();
            echo.join();
            var stopped = assertThrows(ActorStoppedException.class, () -> get(echo, 1, LONG));
            assertEquals("/t/echo has stopped and cannot reply", stopped.getMessage());
            assertEquals(Duration.ZERO, VirtualTime.elapsed());
            assertEquals(1, system.deadLetters().count(DeadLetter.Reason.STOPPED));
        });
    }

    @Test
    void shouldFailAtOnceWhenTheRequestIsLeftOverAtTheStop() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> busy = system.spawn("busy", () -> (message, ctx) -> Strand.sleep(LONG));
            busy.tell(new Get(0, null));
            Strand.start("canceller", () -> {
                Strand.sleep(SECOND);
                busy.cancel();
            });
            assertThrows(ActorStoppedException.class, () -> get(busy, 1, LONG));
            assertEquals(SECOND, VirtualTime.elapsed());
            assertEquals(1, system.deadLetters().count(DeadLetter.Reason.LEFT_OVER));
        });
    }

    @Test
    void shouldFailWhenTheAskedActorStopsWithoutAReply() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> silent = silent(system, "silent");
            Strand.start("stopper", () -> {
                Strand.sleep(SECOND);
                silent.stop();
            });
            assertThrows(ActorStoppedException.class, () -> get(silent, 1, LONG));
            assertEquals(SECOND, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldFailAtOnceWhenAFullMailboxRefusesOrDropsTheRequest() throws Exception {
        for (Overflow policy : List.of(Overflow.FAIL, Overflow.DROP_NEWEST)) {
            MailFixture.inVirtualSystem(system -> {
                ActorRef<Get> busy =
                        system.spawn(ActorSpec.<Get>behavior("busy", () -> (message, ctx) -> Strand.sleep(SECOND))
                                .mailbox(MailboxSpec.bounded(1, policy)));
                busy.tell(new Get(0, null));
                Strand.sleep(Duration.ofMillis(1));
                busy.tell(new Get(0, null));
                assertThrows(MailboxFullException.class, () -> get(busy, 1, LONG), policy.name());
                assertEquals(Duration.ofMillis(1), VirtualTime.elapsed());
            });
        }
    }

    @Test
    void shouldFailTheOldestWhenAFullMailboxDropsIt() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> busy = system.spawn(ActorSpec.<Get>behavior("busy", () -> (message, ctx) -> {
                        Strand.sleep(SECOND);
                        if (message.replyTo() != null) {
                            message.replyTo().reply(message.value());
                        }
                    })
                    .mailbox(MailboxSpec.bounded(1, Overflow.DROP_OLDEST)));
            busy.tell(new Get(0, null));
            List<Duration> dropped = new ArrayList<>();
            Strand.start("first", () -> {
                Strand.sleep(Duration.ofMillis(1));
                assertThrows(MailboxFullException.class, () -> get(busy, 1, LONG));
                dropped.add(VirtualTime.elapsed());
            });
            Strand.sleep(Duration.ofMillis(2));
            assertEquals(2, get(busy, 2, LONG));
            assertEquals(List.of(Duration.ofMillis(2)), dropped);
        });
    }
}
