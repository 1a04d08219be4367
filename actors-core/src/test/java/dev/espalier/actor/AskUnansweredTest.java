package dev.espalier.actor;

import static dev.espalier.actor.AskFixture.LONG;
import static dev.espalier.actor.AskFixture.SECOND;
import static dev.espalier.actor.AskFixture.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.espalier.actor.AskFixture.Get;
import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Requests that their handler did not answer: answered later, by another, or never.
class AskUnansweredTest {
    @Test
    void shouldFailAllThatWereNeverAnsweredWhenTheAskedActorStops() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Get> kept = new ArrayList<>();
            ActorRef<Get> keeper = system.spawn("keeper", () -> MailFixture.into(kept));
            List<String> ends = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int n = i;
                Strand.start("asker" + i, () -> {
                    try {
                        ends.add("reply " + get(keeper, n, LONG));
                    } catch (ActorStoppedException e) {
                        ends.add("stopped at " + VirtualTime.elapsed());
                    }
                });
            }
            Strand.sleep(SECOND);
            kept.stream()
                    .filter(get -> get.value() % 2 == 0)
                    .forEach(get -> get.replyTo().reply(0));
            keeper.stop();
            Strand.sleep(SECOND);
            assertEquals(50, Collections.frequency(ends, "reply 0"), ends::toString);
            assertEquals(50, Collections.frequency(ends, "stopped at PT1S"), ends::toString);
        });
    }

    @Test
    void shouldLetOnStopAnswerWhatIsStillOpen() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Get> kept = new ArrayList<>();
            ActorRef<Get> keeper = system.spawn("keeper", () -> new Behavior<>() {
                @Override
                public void onMessage(Get message, ActorContext<Get> ctx) {
                    kept.add(message);
                    ctx.self().stop();
                }

                @Override
                public void onStop(ActorContext<Get> ctx) {
                    kept.getFirst().replyTo().reply(9);
                }
            });
            assertEquals(9, get(keeper, 1, LONG));
        });
    }

    @Test
    void shouldFailTheRequestsInHandWhenTheAskedActorIsAbandoned() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                Signal end = new Signal();
                ActorRef<Get> behavior =
                        system.spawn(ActorSpec.<Get>behavior("behavior", () -> (message, ctx) -> hang(end))
                                .grace(SECOND));
                ActorRef<Get> body = system.spawn(ActorSpec.<Get>body("body", (inbox, ctx) -> {
                            Strand.sleep(Duration.ofMillis(1));
                            inbox.receiveBatch(10);
                            hang(end);
                        })
                        .grace(SECOND));
                List<String> ends = new ArrayList<>();
                for (ActorRef<Get> asked : List.of(behavior, body, body)) {
                    Strand.start("asker of " + asked.name(), () -> {
                        assertThrows(ActorStoppedException.class, () -> get(asked, 1, LONG));
                        ends.add(asked.name());
                    });
                }
                Strand.sleep(SECOND);
                behavior.stop();
                body.stop();
                Strand.sleep(Duration.ofSeconds(2));
                assertEquals(
                        List.of("behavior", "body", "body"),
                        ends.stream().sorted().toList());
                end.go();
            });
            assertEquals(List.of(), log.lines());
        }
    }

    /// Swallows whatever is meant to end it.
    private static void hang(Signal end) {
        while (!end.isGo()) {
            try {
                end.waitForGo();
            } catch (RuntimeException e) {
                assertInstanceOf(CancelledException.class, e);
            }
        }
    }

    @Test
    void shouldBringAReplyToAsAMessageOfItsOwn() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<ReplyTo<Integer>> answers = system.spawn("answers", () -> (replyTo, ctx) -> replyTo.reply(3));
            ActorRef<Get> asked = system.spawn("asked", () -> (message, ctx) -> answers.tell(message.replyTo()));
            assertEquals(3, get(asked, 1, SECOND));
            assertEquals(List.of(), system.failures());
        });
    }
}
