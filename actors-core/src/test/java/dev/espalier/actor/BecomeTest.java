package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BecomeTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    /// Counts in one behavior, shouts in the other; `stopped` tells whose hooks ran.
    private static final class Turncoat implements Behavior<String> {
        private final List<String> seen;

        Turncoat(List<String> seen) {
            this.seen = seen;
        }

        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            seen.add("first " + message);
            if (message.equals("turn")) {
                ctx.become(second());
            }
        }

        private Behavior<String> second() {
            return new Behavior<>() {
                @Override
                public void onMessage(String message, ActorContext<String> ctx) {
                    seen.add("second " + message);
                    switch (message) {
                        case "turn" -> ctx.become(Turncoat.this);
                        case "fail" -> throw new IllegalStateException("on purpose");
                        default -> {}
                    }
                }

                @Override
                public void onStop(ActorContext<String> ctx) {
                    seen.add("second stopped");
                }
            };
        }

        @Override
        public void onStop(ActorContext<String> ctx) {
            seen.add("first stopped");
        }
    }

    @Test
    void shouldHandleFurtherMessagesByTheNextBehavior() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> seen = new ArrayList<>();
            ActorRef<String> actor = system.spawn("a", () -> new Turncoat(seen));
            actor.tellAll(List.of("1", "turn", "2", "turn", "3"));
            assertTrue(actor.awaitProcessed(LONG));
            assertEquals(List.of("first 1", "first turn", "second 2", "second turn", "first 3"), seen);
        });
    }

    @Test
    void shouldRunTheHooksOfTheFirstBehaviorWhenStoppedAsTheSecond() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> seen = new ArrayList<>();
            ActorRef<String> actor = system.spawn("a", () -> new Turncoat(seen));
            actor.tell("turn");
            actor.stop();
            actor.join(LONG);
            assertEquals(List.of("first turn", "first stopped"), seen);
        });
    }

    @Test
    void shouldBeginWithTheFirstBehaviorAfterARestart() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                List<String> seen = new ArrayList<>();
                ActorRef<String> actor = system.spawn("a", () -> new Turncoat(seen));
                actor.tellAll(List.of("turn", "fail", "1"));
                assertTrue(actor.awaitProcessed(LONG));
                assertEquals(List.of("first turn", "second fail", "first 1"), seen);
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldKeepTheSecondBehaviorAfterAResume() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                List<String> seen = new ArrayList<>();
                ActorRef<String> actor = system.spawn(
                        ActorSpec.behavior("a", () -> new Turncoat(seen)).onFailure(cause -> Decision.RESUME));
                actor.tellAll(List.of("turn", "fail", "1"));
                assertTrue(actor.awaitProcessed(LONG));
                assertEquals(List.of("first turn", "second fail", "second 1"), seen);
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldTakeStashedMessagesUpWithTheNextBehavior() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> seen = new ArrayList<>();
            ActorRef<String> actor = system.spawn("a", () -> (message, ctx) -> {
                if (message.equals("ready")) {
                    ctx.unstashAll();
                    ctx.become(MailFixture.into(seen));
                } else {
                    ctx.stash();
                }
            });
            actor.tellAll(List.of("1", "2", "ready", "3"));
            assertTrue(actor.awaitProcessed(LONG));
            assertEquals(List.of("1", "2", "3"), seen);
        });
    }

    @Test
    void shouldRefuseNull() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> seen = new ArrayList<>();
            ActorRef<String> actor = system.spawn("a", () -> (message, ctx) -> {
                seen.add(assertThrows(NullPointerException.class, () -> ctx.become(null))
                        .getMessage());
            });
            actor.tellAll(List.of("1", "2"));
            assertTrue(actor.awaitProcessed(LONG));
            assertEquals(List.of("next", "next"), seen);
        });
    }
}
