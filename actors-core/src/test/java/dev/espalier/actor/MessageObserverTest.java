package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MessageObserverTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private final List<String> seen = new ArrayList<>();

    private final class Follower implements ActorObserver {
        @Override
        public MessageObserver messagesOf(ActorRef<?> actor, Class<?> code) {
            seen.add("follow " + actor.path() + " " + code.getSimpleName());
            return new MessageObserver() {
                @Override
                public void started(Object message) {
                    seen.add("started " + message);
                }

                @Override
                public void ended(@Nullable Throwable thrown) {
                    seen.add("ended " + (thrown == null ? "well" : thrown.getMessage()));
                }

                @Override
                public void asked(ActorRef<?> target, long nanos) {
                    seen.add("asked " + target.path() + " " + Duration.ofNanos(nanos));
                }
            };
        }
    }

    private ActorSystem start() {
        return ActorSystem.builder("t")
                .handleSignals(false)
                .observer(new Follower())
                .start();
    }

    private static final class Picky implements Behavior<String> {
        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            if (message.equals("bad")) {
                throw new IllegalStateException("no " + message);
            }
            if (message.equals("good")) {
                ctx.timers().once("key", "tick", SECOND);
            }
        }
    }

    @Test
    void shouldFollowTheMessagesOfABehaviorOverItsRestarts() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start()) {
                ActorRef<String> picky = system.spawn("picky", Picky::new);
                assertTrue(seen.isEmpty(), seen::toString);
                picky.tell("bad");
                picky.tell("good");
                Strand.park(this, Strand.deadlineAfter(Duration.ofMillis(1_500)));
            }
        });
        assertEquals(
                List.of(
                        "follow /t/picky Picky",
                        "started bad",
                        "ended no bad",
                        "started good",
                        "ended well",
                        "started tick",
                        "ended well"),
                seen);
    }

    @Test
    void shouldFollowTheMessagesOfABodyUntilItReceivesAgain() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start()) {
                ActorRef<String> body = system.spawnBody("body", (inbox, ctx) -> {
                    Optional<String> first = inbox.receive();
                    seen.add("got " + first.orElseThrow());
                    seen.add("batch " + inbox.receiveBatch(5));
                    throw new IllegalStateException("the end");
                });
                body.tellAll(List.of("a", "b", "c"));
                body.stopped().waitForGo(SECOND);
            }
        });
        assertEquals(
                List.of("started a", "got a", "ended well", "started b", "started c", "batch [b, c]", "ended the end"),
                seen.subList(1, 8));
    }

    @Test
    void shouldTellHowLongAnAskerHasWaited() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start()) {
                ActorRef<ReplyTo<Integer>> slow = system.spawnBody("slow", (inbox, ctx) -> {
                    ReplyTo<Integer> replyTo = inbox.receive().orElseThrow();
                    Strand.park(this, Strand.deadlineAfter(SECOND));
                    replyTo.reply(1);
                });
                ActorRef<String> asker = system.spawnBody("asker", (inbox, ctx) -> {
                    inbox.receive();
                    assertEquals(1, slow.<Integer>ask(replyTo -> replyTo, SECOND.plus(SECOND)));
                });
                asker.tell("go");
                asker.join();
            }
        });
        assertTrue(seen.contains("asked /t/slow PT1S"), seen::toString);
    }

    @Test
    void shouldNameTheParent() {
        try (ActorSystem system = start()) {
            ActorRef<String> top = system.spawn("top", Picky::new);
            ActorRef<?> root = top.parent();
            assertEquals("/t", root == null ? "none" : root.path());
            assertNull(root == null ? root : root.parent());
        }
    }
}
