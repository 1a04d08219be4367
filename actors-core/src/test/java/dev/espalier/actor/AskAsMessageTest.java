package dev.espalier.actor;

import static dev.espalier.actor.AskFixture.LONG;
import static dev.espalier.actor.AskFixture.SECOND;
import static dev.espalier.actor.AskFixture.echo;
import static dev.espalier.actor.AskFixture.silent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.AskFixture.Get;
import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Asks whose outcome is a message of the asker.
class AskAsMessageTest {
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
                message.replyTo().reply(7);
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
                    message.replyTo().reply(7);
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

    @Test
    void shouldRefuseAMissingOrNegativeTimeoutOfAnAskAsMessage() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> silent = silent(system, "silent");
            List<String> errors = new ArrayList<>();
            ActorRef<Integer> asker = system.spawnBody("asker", (inbox, ctx) -> {
                for (Duration bad : new Duration[] {null, Duration.ofSeconds(-1)}) {
                    try {
                        ctx.<Get, Integer>ask(silent, r -> new Get(1, r), bad, (reply, error) -> 1);
                    } catch (NullPointerException | IllegalArgumentException e) {
                        errors.add(e.getMessage());
                    }
                }
            });
            asker.join();
            assertEquals(
                    List.of("An ask needs a deadline", "The time-out of an ask must not be negative: PT-1S"), errors);
            assertEquals(0, silent.ledger().accepted());
        });
    }

    @Test
    void shouldBringATimeOutAsAMessageWithoutSendingWhenNoTimeIsLeft() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Talk.Outcome> outcomes = new ArrayList<>();
            ActorRef<Get> silent = silent(system, "silent");
            talker(system, outcomes).tell(new Talk.Start(silent, Duration.ZERO));
            Strand.sleep(Duration.ofMillis(1));
            assertEquals(1, outcomes.size());
            assertInstanceOf(AskTimeoutException.class, outcomes.getFirst().error);
            assertEquals(0, silent.ledger().accepted());
        });
    }
}
