package dev.espalier.actor;

import static dev.espalier.actor.AskFixture.LONG;
import static dev.espalier.actor.AskFixture.SECOND;
import static dev.espalier.actor.AskFixture.echo;
import static dev.espalier.actor.AskFixture.get;
import static dev.espalier.actor.AskFixture.silent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.AskFixture.Get;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The time of an ask.
class AskDeadlineTest {
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
                handled.add(message.value());
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
                    assertThrows(AskTimeoutException.class, () -> get(last, message.value(), LONG));
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
                message.replyTo().reply(message.value());
            });
            assertEquals(7, get(middle, 7, LONG));
            assertEquals(Duration.ofMillis(10), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldThrowCancelledAndForgetTheRequestWhenTheAskerIsCancelled() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<ReplyTo<Integer>> kept = new ArrayList<>();
            ActorRef<Get> keeper = system.spawn("keeper", () -> (message, ctx) -> kept.add(message.replyTo()));
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

    // Bad input.

    @Test
    void shouldRefuseAMissingOrNegativeTimeout() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> echo = echo(system, "echo");
            assertEquals(
                    "An ask needs a deadline",
                    assertThrows(NullPointerException.class, () -> get(echo, 1, null))
                            .getMessage());
            assertEquals(
                    "The time-out of an ask must not be negative: PT-0.000000001S",
                    assertThrows(IllegalArgumentException.class, () -> get(echo, 1, Duration.ofNanos(-1)))
                            .getMessage());
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
    void shouldTimeOutWithoutSendingWhenNoTimeIsLeft() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> echo = echo(system, "echo");
            List<String> errors = new ArrayList<>();
            ActorRef<ReplyTo<Integer>> late = system.spawn("late", () -> (replyTo, ctx) -> {
                Strand.sleep(SECOND);
                for (Duration wanted : List.of(replyTo.remaining(), LONG)) { // the second is cut to the first
                    errors.add(assertThrows(AskTimeoutException.class, () -> get(echo, 1, wanted))
                            .getMessage());
                }
            });
            assertThrows(AskTimeoutException.class, () -> late.<Integer>ask(r -> r, SECOND));
            assertTrue(late.awaitProcessed(SECOND));
            assertEquals(Collections.nCopies(2, "/t/late had no time left to ask /t/echo"), errors);
            assertEquals(0, echo.ledger().accepted());
            assertEquals(0, system.deadLetters().count());
        });
    }
}
