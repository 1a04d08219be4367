package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BodyTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void shouldEndTheLoopAfterTheLastMessageWhenStopped() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Object> seen = new ArrayList<>();
            ActorRef<Integer> body = system.spawnBody("body", (inbox, ctx) -> {
                for (int message : inbox) {
                    Strand.sleep(Duration.ofMillis(10));
                    seen.add(message);
                }
                seen.add("ended " + inbox.isEnded() + " " + ctx.pleaseStop().isGo());
                assertEquals(Optional.empty(), inbox.receive());
                assertEquals(List.of(), inbox.receiveBatch(3));
                assertEquals(Optional.empty(), inbox.poll());
            });
            body.tellAll(List.of(1, 2, 3));
            body.stop();
            assertNull(body.join());
            assertEquals(List.of(1, 2, 3, "ended true true"), seen);
            assertEquals(List.of(), system.failures());
        });
    }

    @Test
    void shouldRunOnItsOwnNamedThread() throws Exception {
        MailFixture.inRealSystem(system -> {
            ActorRef<Object> body = system.spawn(ActorSpec.bodyWithResult("body", (inbox, ctx) -> {
                Thread thread = Thread.currentThread();
                return thread.getName() + " " + thread.isVirtual();
            }));
            assertEquals("/t/body true", body.join(LONG));
        });
    }

    @Test
    void shouldReturnItsResultOrThrowItsFailureFromJoin() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                assertEquals(
                        "done",
                        system.spawn(ActorSpec.bodyWithResult("good", (inbox, ctx) -> "done"))
                                .join());
                var cause = new Exception("checked");
                ActorRef<Object> bad = system.spawn(ActorSpec.body("bad", (inbox, ctx) -> {
                            throw cause;
                        })
                        .restart(Restart.TEMPORARY));
                var failed = assertThrows(ActorFailedException.class, bad::join);
                assertEquals("/t/bad failed", failed.getMessage());
                assertSame(cause, failed.getCause());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldTellAnEmptyMailboxFromTheEndWhenReceivingWithATimeout() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Object> seen = new ArrayList<>();
            ActorRef<Integer> body = system.spawnBody("body", (inbox, ctx) -> {
                seen.add(inbox.receive(Duration.ofMillis(100)));
                seen.add(VirtualTime.elapsed().toMillis());
                seen.add(inbox.isEnded());
                seen.add(inbox.receive(Duration.ofMillis(100)));
                seen.add(VirtualTime.elapsed().toMillis());
                seen.add(inbox.receive(LONG));
                seen.add(VirtualTime.elapsed().toMillis());
                seen.add(inbox.isEnded());
            });
            Strand.sleep(Duration.ofMillis(150));
            body.tell(1);
            Strand.sleep(Duration.ofMillis(50));
            body.stop();
            body.join();
            assertEquals(
                    List.of(Optional.empty(), 100L, false, Optional.of(1), 150L, Optional.empty(), 200L, true), seen);
        });
    }

    @Test
    void shouldNotWaitWhenPolled() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Object> seen = new ArrayList<>();
            ActorRef<Integer> body = system.spawnBody("body", (inbox, ctx) -> {
                seen.add(inbox.poll());
                Strand.sleep(Duration.ofMillis(10));
                seen.add(inbox.poll());
                seen.add(inbox.poll());
                seen.add(VirtualTime.elapsed().toMillis());
            });
            Strand.sleep(Duration.ofMillis(1));
            body.tell(7);
            body.join();
            assertEquals(List.of(Optional.empty(), Optional.of(7), Optional.empty(), 10L), seen);
        });
    }

    @Test
    void shouldReceiveWhatIsThereUpToTheLimitWhenReceivingABatch() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<List<Integer>> batches = new ArrayList<>();
            List<Long> processed = new ArrayList<>();
            ActorRef<Integer> body = system.spawnBody("body", (inbox, ctx) -> {
                Strand.sleep(Duration.ofMillis(1));
                while (!inbox.isEnded()) {
                    processed.add(ctx.self().ledger().processed());
                    batches.add(inbox.receiveBatch(3));
                }
            });
            body.tellAll(List.of(1, 2, 3, 4, 5));
            Strand.sleep(Duration.ofMillis(10));
            assertEquals(new Ledger(5, 5, 0, 0, 0, 0), body.ledger());
            body.tell(6);
            Strand.sleep(Duration.ofMillis(10));
            body.tellAll(List.of(7, 8));
            body.stop();
            body.join();
            assertEquals(List.of(List.of(1, 2, 3), List.of(4, 5), List.of(6), List.of(7, 8), List.of()), batches);
            assertEquals(List.of(0L, 0L, 3L, 5L, 6L), processed);
            assertEquals(new Ledger(8, 8, 0, 0, 0, 0), body.ledger());
        });
    }

    @Test
    void shouldRunAndDecideItselfWhenStartedWithPleaseStopGone() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> seen = new ArrayList<>();
            ActorRef<Integer> body = system.spawnBody("body", (inbox, ctx) -> {
                seen.add("pleaseStop " + ctx.pleaseStop().isGo());
                for (int message : inbox) {
                    seen.add("message " + message);
                }
                Strand.sleep(Duration.ofSeconds(1)); // no interrupt, no cancel: it takes the time that it needs
                seen.add("done");
            });
            body.tell(1);
            body.stop(); // its thread has not run yet
            body.join();
            assertEquals(List.of("pleaseStop true", "message 1", "done"), seen);
            assertEquals(Duration.ofSeconds(1), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldSeePleaseStopWithoutReadingTheInbox() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Integer> body =
                    system.spawnBody("body", (inbox, ctx) -> ctx.pleaseStop().waitForGo());
            body.tellAll(List.of(1, 2, 3));
            Strand.sleep(Duration.ofSeconds(1));
            body.stop();
            body.join(Duration.ofMillis(1));
            assertEquals(new Ledger(3, 0, 3, 0, 0, 0), body.ledger());
            assertEquals(3, system.deadLetters().count(DeadLetter.Reason.LEFT_OVER));
        });
    }

    @Test
    void shouldEndAfterTheMessagesSoFarWhenItStopsItself() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Integer> seen = new ArrayList<>();
            ActorRef<Integer> body = system.spawnBody("body", (inbox, ctx) -> {
                for (int message : inbox) {
                    seen.add(message);
                    if (message == 1) {
                        ctx.stop();
                    }
                }
            });
            body.tellAll(List.of(1, 2, 3));
            assertNull(body.join(LONG));
            assertEquals(List.of(1, 2, 3), seen);
        });
    }

    @Test
    void shouldThrowCancelledFromEveryWaitWhenCancelled() throws Exception {
        List<Body<Integer>> waits = List.of(
                (inbox, ctx) -> inbox.receive(),
                (inbox, ctx) -> inbox.receive(LONG),
                (inbox, ctx) -> inbox.receiveBatch(2),
                (inbox, ctx) -> assertFalse(inbox.iterator().hasNext()));
        for (int i = 0; i < waits.size(); i++) {
            Body<Integer> wait = waits.get(i);
            String which = "wait " + i;
            MailFixture.inVirtualSystem(system -> {
                List<String> seen = new ArrayList<>();
                ActorRef<Integer> body = system.spawnBody("body", (inbox, ctx) -> {
                    try {
                        wait.run(inbox, ctx);
                        seen.add("returned");
                    } catch (CancelledException e) {
                        seen.add("cancelled");
                        assertTrue(inbox.isEnded());
                        throw e;
                    }
                });
                Strand.sleep(Duration.ofSeconds(1));
                body.cancel();
                assertNull(body.join(Duration.ofMillis(1)));
                assertEquals(List.of("cancelled"), seen, which);
                assertEquals(List.of(), system.failures());
            });
        }
    }

    @Test
    void shouldGoOnWhenItSwallowsTheCancel() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> seen = new ArrayList<>();
            ActorRef<Integer> body = system.spawn(ActorSpec.<Integer>body("body", (inbox, ctx) -> {
                        try {
                            Strand.sleep(LONG);
                        } catch (CancelledException e) {
                            seen.add("cancelled");
                        }
                        Strand.sleep(Duration.ofMillis(5)); // delivered once
                        seen.add("cleaned up");
                    })
                    .grace(Duration.ofSeconds(10)));
            Strand.sleep(Duration.ofSeconds(1));
            body.cancel();
            assertNull(body.join(Duration.ofMillis(6)));
            assertEquals(List.of("cancelled", "cleaned up"), seen);
        });
    }

    @Test
    void shouldReadAheadOfTheIteratorOnlyWhenAsked() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Object> seen = new ArrayList<>();
            ActorRef<Integer> body = system.spawnBody("body", (inbox, ctx) -> {
                Iterator<Integer> iterator = inbox.iterator();
                seen.add(iterator.next());
                seen.add(iterator.hasNext());
                seen.add(iterator.hasNext());
                seen.add(iterator.next());
                seen.add(iterator.hasNext());
                seen.add(assertThrows(NoSuchElementException.class, iterator::next)
                        .getMessage());
            });
            body.tellAll(List.of(1, 2));
            body.stop();
            body.join();
            assertEquals(List.of(1, true, true, 2, false, "The inbox of /t/body has ended"), seen);
        });
    }

    @Test
    void shouldRunTimersAndRepliesOfTheSameActorWhileItReceives() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> seen = new ArrayList<>();
            ActorRef<ReplyTo<String>> echo = system.spawn("echo", () -> (replyTo, ctx) -> replyTo.reply("reply"));
            ActorRef<String> other = system.spawn("other", () -> (message, ctx) -> {});
            ActorRef<String> body = system.spawnBody("body", (inbox, ctx) -> {
                ctx.<ReplyTo<String>, String>ask(echo, r -> r, LONG, (reply, error) -> reply);
                ctx.timers().once("k", "tick", Duration.ofMillis(10));
                ctx.watchWith(other, "other ended");
                ctx.execute(
                        () -> seen.add("executed on " + Thread.currentThread().getName()));
                for (String message : inbox) {
                    seen.add(message);
                }
            });
            Strand.sleep(Duration.ofMillis(20));
            other.stop();
            Strand.sleep(Duration.ofMillis(20));
            body.tell("data");
            body.stop();
            body.join();
            assertEquals(List.of("executed on /t/body", "reply", "tick", "other ended", "data"), seen);
        });
    }

    @Test
    void shouldRefuseNonsense() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Inbox<Integer>> kept = new ArrayList<>();
            List<String> errors = new ArrayList<>();
            ActorRef<Integer> body = system.spawnBody("body", (inbox, ctx) -> {
                kept.add(inbox);
                errors.add(assertThrows(IllegalArgumentException.class, () -> inbox.receive(Duration.ofNanos(-1)))
                        .getMessage());
                errors.add(assertThrows(NullPointerException.class, () -> inbox.receive(null))
                        .getMessage());
                errors.add(assertThrows(IllegalArgumentException.class, () -> inbox.receiveBatch(0))
                        .getMessage());
                inbox.receive();
            });
            Strand.sleep(Duration.ofMillis(1));
            assertEquals(
                    List.of(
                            "negative duration: PT-0.000000001S",
                            "timeout",
                            "A batch needs room for at least 1 message, not 0"),
                    errors);
            var foreign = assertThrows(
                    IllegalStateException.class, () -> kept.getFirst().receive());
            assertEquals("The inbox of /t/body belongs to its own thread", foreign.getMessage());
            assertThrows(IllegalStateException.class, () -> kept.getFirst().poll());
            assertThrows(IllegalStateException.class, () -> kept.getFirst().receiveBatch(1));
            assertThrows(IllegalStateException.class, () -> kept.getFirst().taskDone());
            assertThrows(IllegalStateException.class, () -> kept.getFirst().isEnded());
            assertEquals(ActorState.RUNNING, body.state());
            assertThrows(NullPointerException.class, () -> system.spawnBody("x", null));
            assertThrows(NullPointerException.class, () -> ActorSpec.bodyWithResult("x", null));
            assertFalse(system.find("/t/x").isPresent());
        });
    }
}
