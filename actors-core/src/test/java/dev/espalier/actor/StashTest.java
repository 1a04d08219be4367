package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StashTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    /// Stashes numbers while it is closed.
    private static final class Door implements Behavior<String> {
        private final List<String> seen;
        private boolean open;

        Door(List<String> seen) {
            this.seen = seen;
        }

        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            switch (message) {
                case "open" -> {
                    open = true;
                    ctx.unstashAll();
                }
                case "close" -> open = false;
                case "fail" -> throw new IllegalStateException("on purpose");
                default -> {
                    if (open) {
                        seen.add(message);
                    } else {
                        ctx.stash();
                    }
                }
            }
        }
    }

    @Test
    void shouldTakeStashedMessagesUpInOrderBeforeTheOthers() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> seen = new ArrayList<>();
            ActorRef<String> door = system.spawn("door", () -> new Door(seen));
            door.tellAll(List.of("1", "2", "3", "open", "4", "close", "5", "6", "open", "7"));
            assertTrue(door.awaitProcessed(LONG));
            assertEquals(List.of("1", "2", "3", "4", "5", "6", "7"), seen);
            assertEquals(new Ledger(10, 10, 0, 0, 0, 0), door.ledger());
        });
    }

    @Test
    void shouldStashAgainInOrderWhenTakenUpTooEarly() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> seen = new ArrayList<>();
            ActorRef<String> picky = system.spawn("picky", () -> (message, ctx) -> {
                if (message.equals("retry")) {
                    ctx.unstashAll();
                } else if (message.startsWith("later") && seen.isEmpty()) {
                    ctx.stash();
                } else {
                    seen.add(message);
                }
            });
            picky.tellAll(List.of("later1", "later2", "retry", "later3", "retry", "now", "retry"));
            assertTrue(picky.awaitProcessed(LONG));
            assertEquals(List.of("now", "later1", "later2", "later3"), seen);
        });
    }

    @Test
    void shouldKeepTheStashAndItsOrderAcrossARestart() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                List<String> seen = new ArrayList<>();
                ActorRef<String> door = system.spawn("door", () -> new Door(seen));
                door.tellAll(List.of("1", "2", "fail", "3", "open", "4"));
                assertTrue(door.awaitProcessed(LONG));
                assertEquals(List.of("1", "2", "3", "4"), seen);
                assertTrue(door.ledger().balanced());
                assertEquals(6, door.ledger().processed());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldMakeDeadLettersOfWhatIsStillStashedAtTheEnd() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> seen = new ArrayList<>();
            List<Object> letters = new ArrayList<>();
            system.deadLetters().onDeadLetter(letter -> letters.add(letter.message()));
            ActorRef<String> door = system.spawn("door", () -> new Door(seen));
            door.tellAll(List.of("1", "2", "3"));
            Strand.sleep(Duration.ofMillis(1));
            door.stop();
            door.join(LONG);
            assertEquals(List.of("1", "2", "3"), letters);
            assertEquals(3, system.deadLetters().count(DeadLetter.Reason.LEFT_OVER));
            assertEquals(new Ledger(3, 0, 3, 0, 0, 0), door.ledger());
        });
    }

    @Test
    void shouldAnswerAStashedRequestLater() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Object> shy = system.spawn("shy", () -> new Behavior<Object>() {
                private boolean ready;

                @Override
                @SuppressWarnings("unchecked")
                public void onMessage(Object message, ActorContext<Object> ctx) {
                    if (message.equals("ready")) {
                        ready = true;
                        ctx.unstashAll();
                    } else if (ready) {
                        ((ReplyTo<Integer>) message).reply(9);
                    } else {
                        ctx.stash();
                    }
                }
            });
            Strand.start("later", () -> {
                Strand.sleep(Duration.ofSeconds(1));
                shy.tell("ready");
            });
            assertEquals(9, shy.<Integer>ask(r -> r, LONG));
        });
    }

    @Test
    void shouldRefuseToStashTwiceOrNothing() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> errors = new ArrayList<>();
            ActorRef<String> actor = system.spawn("actor", () -> new Behavior<String>() {
                @Override
                public void onStart(ActorContext<String> ctx) {
                    errors.add(assertThrows(IllegalStateException.class, ctx::stash)
                            .getMessage());
                    ctx.unstashAll(); // nothing there: nothing happens
                }

                @Override
                public void onMessage(String message, ActorContext<String> ctx) {
                    ctx.stash();
                    errors.add(assertThrows(IllegalStateException.class, ctx::stash)
                            .getMessage());
                }
            });
            actor.tell("m");
            Strand.sleep(Duration.ofMillis(1));
            assertEquals(List.of("There is no message to stash", "The message is stashed already"), errors);
        });
    }

    @Test
    void shouldRefuseABody() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> errors = new ArrayList<>();
            ActorRef<String> body = system.<String>spawnBody("body", (inbox, ctx) -> {
                errors.add(assertThrows(UnsupportedOperationException.class, ctx::stash)
                        .getMessage());
                errors.add(assertThrows(UnsupportedOperationException.class, ctx::unstashAll)
                        .getMessage());
                errors.add(assertThrows(UnsupportedOperationException.class, () -> ctx.become((m, own) -> {}))
                        .getMessage());
            });
            body.join(LONG);
            assertEquals(
                    List.of(
                            "A body has no stash: /t/body",
                            "A body has no stash: /t/body",
                            "A body has no behavior to change: /t/body"),
                    errors);
        });
    }
}
