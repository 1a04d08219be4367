package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForwardTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(30);

    private record Get(int value, ReplyTo<Integer> replyTo) {}

    private static int get(ActorRef<Get> from, Duration timeout) {
        return from.<Integer>ask(replyTo -> new Get(7, replyTo), timeout);
    }

    private static ActorRef<Get> echo(ActorSystem system) {
        return system.spawn("echo", () -> (message, ctx) -> {
            Strand.sleep(SECOND);
            message.replyTo.reply(message.value);
        });
    }

    private static ActorRef<Get> forwarder(ActorSystem system, ActorRef<Get> to) {
        return system.spawn("forwarder", () -> (message, ctx) -> message.replyTo.forward(to, message));
    }

    private static ActorRef<Get> busy(ActorSystem system, MailboxSpec mailbox) {
        ActorRef<Get> busy = system.spawn(ActorSpec.<Get>behavior("busy", () -> (message, ctx) -> Strand.sleep(SECOND))
                .mailbox(mailbox));
        busy.tell(new Get(0, null));
        Strand.sleep(Duration.ofMillis(1));
        busy.tell(new Get(0, null));
        return busy;
    }

    @Test
    void shouldBringTheReplyWhenTheForwarderStopsAtOnce() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> echo = echo(system);
            ActorRef<Get> forwarder = system.spawn("forwarder", () -> (message, ctx) -> {
                message.replyTo.forward(echo, message);
                ctx.self().stop();
            });
            assertEquals(7, get(forwarder, LONG));
            assertEquals(ActorState.STOPPED, forwarder.state());
            assertEquals(SECOND, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldBringTheReplyWhenTheForwarderStopsBeforeItForwardsByItsOnStop() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> echo = echo(system);
            ActorRef<Get> forwarder = system.spawn("forwarder", () -> new Behavior<>() {
                private Get kept;

                @Override
                public void onMessage(Get message, ActorContext<Get> ctx) {
                    kept = message;
                    ctx.self().stop();
                }

                @Override
                public void onStop(ActorContext<Get> ctx) {
                    kept.replyTo.forward(echo, kept);
                }
            });
            assertEquals(7, get(forwarder, LONG));
        });
    }

    @Test
    void shouldBringTheReplyWhenTheForwarderFailsAfterwards() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                ActorRef<Get> echo = echo(system);
                ActorRef<Get> behavior = system.spawn("behavior", () -> (message, ctx) -> {
                    message.replyTo.forward(echo, message);
                    throw new IllegalStateException("on purpose");
                });
                ActorRef<Get> body = system.spawnBody("body", (inbox, ctx) -> {
                    for (Get message : inbox.receiveBatch(5)) {
                        message.replyTo.forward(echo, message);
                    }
                    throw new IllegalStateException("on purpose");
                });
                assertEquals(7, get(behavior, LONG));
                assertEquals(7, get(body, LONG));
                assertEquals(2, system.failures().size());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldBringTheReplyOverManyForwards() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> next = echo(system);
            for (int i = 0; i < 50; i++) {
                ActorRef<Get> to = next;
                next = system.spawn("f" + i, () -> (message, ctx) -> {
                    message.replyTo.forward(to, message);
                    ctx.self().stop();
                });
            }
            assertEquals(7, get(next, LONG));
        });
    }

    @Test
    void shouldKeepTheDeadline() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Duration> left = new ArrayList<>();
            ActorRef<Get> silent = system.spawn("silent", () -> (message, ctx) -> {});
            ActorRef<Get> asks = system.spawn("asks", () -> (message, ctx) -> {
                left.add(message.replyTo.remaining());
                assertThrows(AskTimeoutException.class, () -> get(silent, LONG)); // cut to the deadline
            });
            ActorRef<Get> forwarder = forwarder(system, asks);
            String text = assertThrows(AskTimeoutException.class, () -> get(forwarder, SECOND))
                    .getMessage();
            assertTrue(
                    text.startsWith("thread test asked /t/forwarder, which forwarded it to /t/asks, and had no reply"),
                    text);
            assertEquals(SECOND, VirtualTime.elapsed());
            assertEquals(List.of(SECOND), left);
        });
    }

    @Test
    void shouldSkipAForwardedRequestThatHasExpired() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> busy = busy(system, MailboxSpec.bounded(10));
            assertThrows(AskTimeoutException.class, () -> get(forwarder(system, busy), Duration.ofMillis(10)));
            assertTrue(busy.awaitProcessed(LONG));
            assertEquals(1, system.deadLetters().count(DeadLetter.Reason.EXPIRED));
            assertEquals(new Ledger(3, 2, 1, 0, 0, 0), busy.ledger());
        });
    }

    @Test
    void shouldFailTheAskerWhenTheTargetStopsFailsOrHasStopped() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                ActorRef<Get> stops =
                        system.spawn("stops", () -> (message, ctx) -> ctx.self().stop());
                ActorRef<Get> forwarder = forwarder(system, stops);
                for (int i = 0; i < 2; i++) { // the second time it has stopped before
                    var stopped = assertThrows(ActorStoppedException.class, () -> get(forwarder, LONG));
                    assertEquals("/t/stops has stopped and cannot reply", stopped.getMessage());
                }
                forwarder.stop();
                forwarder.join();
                var cause = new IllegalStateException("on purpose");
                ActorRef<Get> fails = system.spawn("fails", () -> (message, ctx) -> {
                    throw cause;
                });
                var failed = assertThrows(ActorFailedException.class, () -> get(forwarder(system, fails), LONG));
                assertSame(cause, failed.getCause());
                assertEquals(Duration.ZERO, VirtualTime.elapsed());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldFailTheAskerAndNotTheForwarderWhenTheTargetIsFull() throws Exception {
        for (Overflow policy : List.of(Overflow.FAIL, Overflow.DROP_NEWEST)) {
            MailFixture.inVirtualSystem(system -> {
                ActorRef<Get> forwarder = forwarder(system, busy(system, MailboxSpec.bounded(1, policy)));
                assertThrows(MailboxFullException.class, () -> get(forwarder, LONG), policy.name());
                assertEquals(Duration.ofMillis(1), VirtualTime.elapsed());
                assertEquals(List.of(), system.failures());
                assertEquals(1, forwarder.info().incarnation());
            });
        }
    }

    @Test
    void shouldStillHaveTheRequestWhenATryFindsTheTargetFullOrClosed() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> busy = busy(system, MailboxSpec.bounded(1));
            ActorRef<Get> gone = system.spawn("gone", () -> (message, ctx) -> {});
            gone.stop();
            gone.join();
            ActorRef<Get> echo = echo(system);
            List<Told> told = new ArrayList<>();
            ActorRef<Get> tries = system.spawn("tries", () -> (message, ctx) -> {
                for (ActorRef<Get> to : List.of(busy, gone, echo)) {
                    told.add(message.replyTo.tryForward(to, message));
                }
            });
            assertEquals(7, get(tries, LONG));
            assertEquals(List.of(Told.FULL, Told.CLOSED, Told.ACCEPTED), told);
            assertEquals(0, system.deadLetters().count());

            ActorRef<Get> givesUp = system.spawn("givesUp", () -> (message, ctx) -> {
                assertEquals(Told.CLOSED, message.replyTo.tryForward(gone, message));
                ctx.self().stop();
            });
            var stopped = assertThrows(ActorStoppedException.class, () -> get(givesUp, LONG));
            assertEquals("/t/givesUp has stopped and cannot reply", stopped.getMessage());
        });
    }

    @Test
    void shouldHaveTheRequestAgainWhenItIsCancelledWhileItWaitsForRoom() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> busy = busy(system, MailboxSpec.bounded(1));
            ActorRef<Get> forwarder = forwarder(system, busy);
            Strand.start("canceller", () -> {
                Strand.sleep(Duration.ofMillis(100));
                forwarder.cancel();
            });
            var stopped = assertThrows(ActorStoppedException.class, () -> get(forwarder, LONG));
            assertEquals("/t/forwarder has stopped and cannot reply", stopped.getMessage());
            assertEquals(Duration.ofMillis(101), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldFindTheCycleThatAForwardCloses() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> ends = new ArrayList<>();
            List<ActorRef<Get>> all = new ArrayList<>();
            // "a" asks "b", which forwards to "c" while "c" waits for "a".
            all.add(system.spawn("a", () -> (message, ctx) -> {
                if (message.value == 1) {
                    tryAsk("a", all.get(1), ends);
                } else {
                    message.replyTo.reply(0);
                }
            }));
            all.add(system.spawn("b", () -> (message, ctx) -> {
                Strand.sleep(SECOND);
                message.replyTo.forward(all.get(2), message);
            }));
            all.add(system.spawn("c", () -> (message, ctx) -> {
                if (message.value == 1) {
                    tryAsk("c", all.get(0), ends);
                } else {
                    message.replyTo.reply(0);
                }
            }));
            all.get(0).tell(new Get(1, null));
            all.get(2).tell(new Get(1, null));
            Strand.sleep(Duration.ofSeconds(2));
            assertEquals(2, ends.size(), ends::toString);
            assertEquals(
                    1,
                    ends.stream().filter(end -> end.contains("cycle at PT1S")).count(),
                    ends::toString);
            assertEquals(1, ends.stream().filter(end -> end.endsWith("reply")).count(), ends::toString);
        });
    }

    private static void tryAsk(String name, ActorRef<Get> whom, List<String> ends) {
        try {
            get(whom, LONG);
            ends.add(name + " reply");
        } catch (AskCycleException e) {
            ends.add(name + " cycle at " + VirtualTime.elapsed());
        }
    }

    @Test
    void shouldFailTheAskerAtOnceWhenItsRequestIsForwardedToItself() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> ends = new ArrayList<>();
            List<ActorRef<Get>> pair = new ArrayList<>();
            pair.add(system.spawn("asker", () -> (message, ctx) -> tryAsk("asker", pair.get(1), ends)));
            pair.add(system.spawn("back", () -> (message, ctx) -> message.replyTo.forward(pair.get(0), message)));
            pair.get(0).tell(new Get(1, null));
            Strand.sleep(Duration.ofMillis(1));
            assertEquals("asker cycle at PT0S", ends.getFirst());
        });
    }

    @Test
    void shouldRefuseNulls() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> forwarder = system.spawn("forwarder", () -> (message, ctx) -> {
                assertThrows(NullPointerException.class, () -> message.replyTo.forward(null, message));
                assertThrows(NullPointerException.class, () -> message.replyTo.forward(ctx.self(), null));
                assertThrows(NullPointerException.class, () -> message.replyTo.tryForward(null, message));
                assertThrows(NullPointerException.class, () -> message.replyTo.tryForward(ctx.self(), null));
                message.replyTo.reply(1);
            });
            assertEquals(1, get(forwarder, LONG));
            assertEquals(1, forwarder.ledger().accepted());
        });
    }
}
