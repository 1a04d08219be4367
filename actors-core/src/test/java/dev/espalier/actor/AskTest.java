package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class AskTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(30);

    /// A request: the reply goes to `replyTo`.
    private record Get(int value, ReplyTo<Integer> replyTo) {}

    private static int get(ActorRef<Get> from, int value, Duration timeout) {
        return from.<Integer>ask(replyTo -> new Get(value, replyTo), timeout);
    }

    private static ActorRef<Get> echo(ActorSystem system, String name) {
        return system.spawn(name, () -> (message, ctx) -> message.replyTo.reply(message.value));
    }

    private static ActorRef<Get> silent(ActorSystem system, String name) {
        return system.spawn(name, () -> (message, ctx) -> {});
    }

    // The reply.

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
                        if (message.replyTo != null) {
                            message.replyTo.reply(message.value);
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

    // The deadline.

    @Test
    void shouldSayWhoWaitedForWhomAndHowLongWhenTheTimeIsOver() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> busy = system.spawn("busy", () -> (message, ctx) -> Strand.sleep(LONG));
            for (int i = 0; i < 4; i++) {
                busy.tell(new Get(i, null));
            }
            Strand.sleep(Duration.ofMillis(1));
            var timeout = assertThrows(AskTimeoutException.class, () -> get(busy, 1, Duration.ofMillis(1_234)));
            assertEquals(
                    "thread test asked /t/busy and had no reply for 1234 ms; the asked actor is RUNNING (live) with 4"
                            + " messages queued",
                    timeout.getMessage());
            ActorRef<ReplyTo<String>> asker = system.spawn("asker", () -> (replyTo, ctx) -> {
                var mine = assertThrows(AskTimeoutException.class, () -> get(busy, 1, SECOND));
                replyTo.reply(mine.getMessage());
            });
            String text = asker.<String>ask(r -> r, LONG);
            assertTrue(text.startsWith("/t/asker asked /t/busy and had no reply for 1000 ms"), text);
            busy.cancel();
        });
    }

    @Test
    void shouldNeverRunButCountARequestThatExpiredInTheQueue() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Integer> handled = new ArrayList<>();
            Behavior<Get> slow = (message, ctx) -> {
                handled.add(message.value);
                Strand.sleep(Duration.ofSeconds(2));
            };
            ActorRef<Get> behavior = system.spawn("behavior", () -> slow);
            ActorRef<Get> body = system.spawnBody("body", (inbox, ctx) -> {
                for (Get message : inbox) {
                    slow.onMessage(message, ctx);
                }
            });
            ActorRef<Get> batch = system.spawnBody("batch", (inbox, ctx) -> {
                while (!inbox.isEnded()) {
                    for (Get message : inbox.receiveBatch(10)) {
                        slow.onMessage(message, ctx);
                    }
                }
            });
            List<DeadLetter> letters = new ArrayList<>();
            system.deadLetters().onDeadLetter(letters::add);
            for (ActorRef<Get> busy : List.of(behavior, body, batch)) {
                handled.clear();
                letters.clear();
                busy.tell(new Get(0, null));
                Strand.sleep(Duration.ofMillis(1));
                assertThrows(AskTimeoutException.class, () -> get(busy, 1, SECOND), busy.path());
                busy.tell(new Get(2, null));
                assertThrows(AskTimeoutException.class, () -> get(busy, 3, Duration.ofMillis(500)), busy.path());
                assertTrue(busy.awaitProcessed(LONG));
                assertEquals(List.of(0, 2), handled, busy.path());
                assertEquals(2, letters.size());
                assertEquals(
                        new Get(1, letters.getFirst().message() instanceof Get g ? g.replyTo() : null),
                        letters.getFirst().message());
                letters.forEach(letter -> assertEquals(DeadLetter.Reason.EXPIRED, letter.reason()));
                Strand.sleep(Duration.ofSeconds(3));
                assertEquals(new Ledger(4, 2, 2, 0, 0, 0), busy.ledger(), busy.path());
            }
            assertEquals(6, system.deadLetters().count(DeadLetter.Reason.EXPIRED));
        });
    }

    @Test
    void shouldCarryTheDeadlineOnToTheAsksMadeForTheRequest() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Duration> waited = new ArrayList<>();
            ActorRef<Get> last = silent(system, "last");
            ActorRef<Get> middle = system.spawn("middle", () -> (message, ctx) -> {
                Duration before = VirtualTime.elapsed();
                assertThrows(AskTimeoutException.class, () -> get(last, 1, LONG));
                waited.add(VirtualTime.elapsed().minus(before));
            });
            ActorRef<Get> body = system.spawnBody("body", (inbox, ctx) -> {
                for (Get message : inbox) {
                    Strand.sleep(Duration.ofMillis(300));
                    Duration before = VirtualTime.elapsed();
                    assertThrows(AskTimeoutException.class, () -> get(last, message.value, LONG));
                    waited.add(VirtualTime.elapsed().minus(before));
                }
            });
            assertThrows(AskTimeoutException.class, () -> get(middle, 1, SECOND));
            assertThrows(AskTimeoutException.class, () -> get(body, 1, SECOND));
            Strand.sleep(SECOND);
            assertEquals(List.of(SECOND, Duration.ofMillis(700)), waited);

            middle.tell(new Get(0, null)); // without a request no deadline is left over
            assertTrue(middle.awaitProcessed(Duration.ofSeconds(31)));
            assertEquals(LONG, waited.getLast());
        });
    }

    @Test
    void shouldNotLengthenTheOwnTimeoutWhenTheCallerHasMoreTime() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> last = silent(system, "last");
            ActorRef<Get> middle = system.spawn("middle", () -> (message, ctx) -> {
                assertThrows(AskTimeoutException.class, () -> get(last, 1, Duration.ofMillis(10)));
                message.replyTo.reply(message.value);
            });
            assertEquals(7, get(middle, 7, LONG));
            assertEquals(Duration.ofMillis(10), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldThrowCancelledAndForgetTheRequestWhenTheAskerIsCancelled() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<ReplyTo<Integer>> kept = new ArrayList<>();
            ActorRef<Get> keeper = system.spawn("keeper", () -> (message, ctx) -> kept.add(message.replyTo));
            List<String> ends = new ArrayList<>();
            ActorRef<Integer> asker = system.spawnBody("asker", (inbox, ctx) -> {
                try {
                    get(keeper, 1, LONG);
                } catch (CancelledException e) {
                    ends.add("cancelled at " + VirtualTime.elapsed());
                    throw e;
                }
            });
            Strand.sleep(SECOND);
            asker.cancel();
            assertNull(asker.join());
            assertEquals(List.of("cancelled at PT1S"), ends);
            assertFalse(kept.getFirst().reply(1));
        });
    }

    // Cycles.

    @Test
    void shouldFailAtOnceWhenAnActorAsksItself() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> self = system.spawn("self", () -> (message, ctx) -> {
                var cycle = assertThrows(AskCycleException.class, () -> get(ctx.self(), 1, LONG));
                assertEquals("An actor cannot ask itself: /t/self", cycle.getMessage());
                message.replyTo.reply(message.value);
            });
            assertEquals(5, get(self, 5, SECOND));
            assertEquals(Duration.ZERO, VirtualTime.elapsed());
            assertEquals(1, self.ledger().accepted());
        });
    }

    /// Actors that each ask the next one, the last one asks the first.
    private static List<ActorRef<Get>> ring(ActorSystem system, int size, List<AskCycleException> cycles) {
        List<ActorRef<Get>> ring = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int next = (i + 1) % size;
            Supplier<Behavior<Get>> asksNext = () -> (message, ctx) -> {
                int hops = message.value - 1;
                if (hops == 0) {
                    message.replyTo.reply(-1);
                    return;
                }
                try {
                    message.replyTo.reply(get(ring.get(next), hops, LONG));
                } catch (AskCycleException e) {
                    cycles.add(e);
                    message.replyTo.reply(100 + next);
                }
            };
            ring.add(system.spawn("abc".substring(i, i + 1), asksNext));
        }
        return ring;
    }

    @Test
    void shouldFailTheYoungestAskWithAllStacksWhenACycleCloses() throws Exception {
        for (int size = 2; size <= 3; size++) {
            int n = size;
            MailFixture.inVirtualSystem(system -> {
                List<AskCycleException> cycles = new ArrayList<>();
                List<ActorRef<Get>> ring = ring(system, n, cycles);
                assertEquals(100, get(ring.getFirst(), 10, LONG)); // the last one's ask failed, the others got replies
                assertEquals(1, cycles.size());
                assertEquals(Duration.ZERO, VirtualTime.elapsed());
                String text = cycles.getFirst().getMessage();
                String last = ring.getLast().path();
                assertTrue(text.startsWith("A cycle of asks: " + last + " -> /t/a -> /t/b"), text);
                for (ActorRef<Get> one : ring) {
                    assertTrue(text.contains(one.path() + " waits at\n    at "), text);
                }
                assertEquals(n, text.split("AskTest\\.get", -1).length - 1, text);
                assertEquals(List.of(), system.failures());
            });
        }
    }

    @Test
    void shouldFailExactlyOneAskWhenTheAsksOfACycleRace() throws Exception {
        for (long seed = 1; seed <= 100; seed++) {
            MailFixture.inVirtualSystem(seed, system -> {
                List<AskCycleException> cycles = new ArrayList<>();
                List<ActorRef<Get>> ring = ring(system, 3, cycles);
                List<Integer> replies = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    ActorRef<Get> first = ring.get(i);
                    Strand.start("starter" + i, () -> {
                        VirtualTime.pause();
                        replies.add(get(first, 2, LONG)); // asks its neighbour, which answers or is in the cycle
                    });
                }
                Strand.sleep(SECOND);
                assertEquals(3, replies.size());
                assertTrue(cycles.size() <= 1, cycles::toString);
            });
        }
    }

    @Test
    void shouldFindNoCycleWhenTheWaitHasEnded() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<ActorRef<Get>> pair = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int other = 1 - i;
                pair.add(system.spawn("p" + i, () -> (message, ctx) -> {
                    int hops = message.value;
                    if (hops > 0) {
                        get(pair.get(other), 0, LONG);
                        get(pair.get(other), 0, LONG);
                    }
                    message.replyTo.reply(hops);
                }));
            }
            assertEquals(1, get(pair.get(0), 1, LONG));
            assertEquals(1, get(pair.get(1), 1, LONG));
        });
    }

    // The reply as a message.

    private sealed interface Talk {
        record Start(ActorRef<Get> whom, Duration timeout) implements Talk {}

        record Outcome(Integer reply, Throwable error) implements Talk {}
    }

    private static ActorRef<Talk> talker(ActorSystem system, List<Talk.Outcome> outcomes) {
        return system.spawn("talker", () -> (message, ctx) -> {
            switch (message) {
                case Talk.Start(ActorRef<Get> whom, Duration timeout) ->
                    ctx.<Get, Integer>ask(whom, replyTo -> new Get(1, replyTo), timeout, Talk.Outcome::new);
                case Talk.Outcome outcome -> {
                    assertEquals("/t/talker", String.valueOf(Cell.current()));
                    outcomes.add(outcome);
                }
            }
        });
    }

    @Test
    void shouldBringTheReplyAsAMessageAndNotWait() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Talk.Outcome> outcomes = new ArrayList<>();
            ActorRef<Talk> talker = talker(system, outcomes);
            ActorRef<Get> slow = system.spawn("slow", () -> (message, ctx) -> {
                Strand.sleep(SECOND);
                message.replyTo.reply(7);
            });
            talker.tell(new Talk.Start(slow, LONG));
            assertTrue(talker.awaitProcessed(Duration.ZERO) || talker.awaitProcessed(Duration.ofMillis(1)));
            assertEquals(List.of(), outcomes);
            Strand.sleep(Duration.ofMillis(1_001));
            assertEquals(List.of(new Talk.Outcome(7, null)), outcomes);
        });
    }

    @Test
    void shouldBringOneErrorAsAMessageWhenThereIsNoReply() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Talk.Outcome> outcomes = new ArrayList<>();
            ActorRef<Talk> talker = talker(system, outcomes);
            ActorRef<Get> silent = silent(system, "silent");
            ActorRef<Get> gone = echo(system, "gone");
            gone.stop();
            gone.join();
            ActorRef<Get> full = system.spawn(
                    ActorSpec.<Get>behavior("full", () -> (message, ctx) -> Strand.sleep(Duration.ofSeconds(5)))
                            .mailbox(MailboxSpec.bounded(1, Overflow.FAIL)));
            full.tell(new Get(0, null));
            Strand.sleep(Duration.ofMillis(1));
            full.tell(new Get(0, null));
            talker.tell(new Talk.Start(silent, SECOND));
            talker.tell(new Talk.Start(gone, SECOND));
            talker.tell(new Talk.Start(full, SECOND));
            Strand.sleep(Duration.ofSeconds(3));
            assertEquals(3, outcomes.size(), outcomes::toString);
            outcomes.forEach(outcome -> assertNull(outcome.reply));
            assertInstanceOf(ActorStoppedException.class, outcomes.get(0).error);
            assertInstanceOf(MailboxFullException.class, outcomes.get(1).error);
            String text = assertInstanceOf(AskTimeoutException.class, outcomes.get(2).error)
                    .getMessage();
            assertTrue(text.startsWith("/t/talker asked /t/silent and had no reply for 1000 ms"), text);
            assertEquals(List.of(), system.failures());
        });
    }

    @Test
    void shouldLoseTheOutcomeWhenTheIncarnationThatAskedHasEnded() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                ActorRef<Get> slow = system.spawn("slow", () -> (message, ctx) -> {
                    Strand.sleep(SECOND);
                    message.replyTo.reply(7);
                });
                List<String> seen = new ArrayList<>();
                ActorRef<String> asker = system.spawn("asker", () -> (message, ctx) -> {
                    seen.add(message + ctx.incarnation());
                    switch (message) {
                        case "ask" -> ctx.<Get, Integer>ask(slow, r -> new Get(1, r), LONG, (reply, error) -> "reply");
                        case "fail" -> throw new IllegalStateException("on purpose");
                        default -> {}
                    }
                });
                asker.tellAll(List.of("ask", "fail", "next"));
                Strand.sleep(Duration.ofSeconds(2));
                assertEquals(List.of("ask1", "fail1", "next2"), seen);
            });
            assertEquals(List.of(), log.lines());
        }
    }

    // Bad input.

    @Test
    void shouldRefuseAMissingZeroOrNegativeTimeout() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> echo = echo(system, "echo");
            assertEquals(
                    "An ask needs a deadline",
                    assertThrows(NullPointerException.class, () -> get(echo, 1, null))
                            .getMessage());
            assertEquals(
                    "The time-out of an ask must be positive, not PT0S",
                    assertThrows(IllegalArgumentException.class, () -> get(echo, 1, Duration.ZERO))
                            .getMessage());
            assertThrows(IllegalArgumentException.class, () -> get(echo, 1, Duration.ofNanos(-1)));
            assertThrows(NullPointerException.class, () -> echo.<Integer>ask(null, SECOND));
            assertEquals(
                    "the request made by an ask",
                    assertThrows(NullPointerException.class, () -> echo.<Integer>ask(r -> null, SECOND))
                            .getMessage());
            assertEquals(0, echo.ledger().accepted());
            assertEquals(1, get(echo, 1, Duration.ofSeconds(Long.MAX_VALUE)));
        });
    }

    @Test
    void shouldRefuseAMissingZeroOrNegativeTimeoutOfAnAskAsMessage() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> silent = silent(system, "silent");
            List<String> errors = new ArrayList<>();
            ActorRef<Integer> asker = system.spawnBody("asker", (inbox, ctx) -> {
                for (Duration bad : new Duration[] {null, Duration.ZERO, Duration.ofSeconds(-1)}) {
                    try {
                        ctx.<Get, Integer>ask(silent, r -> new Get(1, r), bad, (reply, error) -> 1);
                    } catch (NullPointerException | IllegalArgumentException e) {
                        errors.add(e.getMessage());
                    }
                }
            });
            asker.join();
            assertEquals(
                    List.of(
                            "An ask needs a deadline",
                            "The time-out of an ask must be positive, not PT0S",
                            "The time-out of an ask must be positive, not PT-1S"),
                    errors);
            assertEquals(0, silent.ledger().accepted());
        });
    }
}
