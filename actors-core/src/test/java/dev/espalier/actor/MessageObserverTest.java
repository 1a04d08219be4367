package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
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

                @Override
                public void arrived(@Nullable ActorRef<?> sender, long nanos, long now, int messages) {
                    seen.add("from " + (sender == null ? "nobody" : sender.path()) + " " + Duration.ofNanos(nanos));
                }
            };
        }
    }

    @Test
    void shouldTellAnObserverOfTheSystemWhoseMessageHasArrived() throws Exception {
        VirtualTime.run(() -> {
            ActorObserver all = new ActorObserver() {
                @Override
                public boolean followsArrivals() {
                    return true;
                }

                @Override
                public void arrived(
                        ActorRef<?> actor, @Nullable ActorRef<?> sender, Object message, long nanos, int messages) {
                    seen.add(sender + " to " + actor + " " + message + " " + Duration.ofNanos(nanos));
                }
            };
            try (ActorSystem system = ActorSystem.builder("t")
                    .handleSignals(false)
                    .observer(new Follower())
                    .observer(all)
                    .start()) {
                ActorRef<String> picky = system.spawn("picky", Picky::new);
                assertEquals(0, system.sampleArrivals(picky, 1));
                ActorRef<String> sender = system.spawn("sender", () -> (message, ctx) -> picky.tell(message));
                sender.tell("apple");
                assertTrue(sender.awaitProcessed(SECOND));
                assertTrue(picky.awaitProcessed(SECOND));
                assertEquals(1, system.sampleArrivals(picky, 5));
                assertEquals(8, system.sampleArrivals(picky, 0));
                picky.tell("pear");
                assertTrue(picky.awaitProcessed(SECOND));
                assertEquals(
                        List.of("/t/sender to /t/picky apple PT0S"),
                        seen.stream().filter(line -> line.contains(" to ")).toList());
            }
        });
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

    @Test
    void shouldTellWhoSentAMessageAndHowLongItHasWaited() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start()) {
                ActorRef<Runnable> slow = system.spawn("slow", () -> (job, ctx) -> job.run());
                ActorRef<Runnable> sender = system.spawn("sender", () -> (job, ctx) -> job.run());
                system.sampleArrivals(slow, 1);
                slow.tell(() -> Strand.sleep(SECOND));
                sender.tell(() -> slow.tell(() -> {}));
                assertTrue(sender.awaitProcessed(SECOND.multipliedBy(9)));
                assertThrows(
                        AskTimeoutException.class,
                        () -> slow.<String>ask(reply -> () -> reply.reply("late"), Duration.ofMillis(400)));
                assertEquals(1, slow.<Integer>ask(reply -> () -> reply.reply(1), SECOND.multipliedBy(9)));
                assertEquals(
                        List.of("from nobody PT0S", "from /t/sender PT1S", "from nobody PT1S", "from nobody PT0.6S"),
                        seen.stream().filter(line -> line.startsWith("from")).toList());
                system.sampleArrivals(slow, 0);
                slow.tell(() -> {});
                assertTrue(slow.awaitProcessed(SECOND));
                assertEquals(
                        4, seen.stream().filter(line -> line.startsWith("from")).count());
                assertEquals(new Ledger(5, 4, 1, 0, 0, 0), slow.ledger());
            }
        });
    }

    @Test
    void shouldPickAboutAsManyMessagesAsItIsTold() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start()) {
                ActorRef<Runnable> actor = system.spawn("actor", () -> (job, ctx) -> job.run());
                system.sampleArrivals(actor, 13);
                for (int i = 0; i < 3_200; i++) {
                    actor.tell(() -> {});
                    assertTrue(actor.awaitProcessed(SECOND));
                }
                long picked =
                        seen.stream().filter(line -> line.startsWith("from")).count();
                assertTrue(picked > 150 && picked < 250, () -> picked + " of 3,200");
                assertThrows(IllegalArgumentException.class, () -> system.sampleArrivals(actor, -1));
            }
        });
    }

    @Test
    void shouldTellOfTheMessagesOfABodyWhenTheyAreSampled() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start()) {
                ActorRef<String> body = system.spawnBody("body", (inbox, ctx) -> {
                    Strand.sleep(SECOND);
                    while (!inbox.receiveBatch(3).isEmpty()) {
                        // on to the next
                    }
                });
                system.sampleArrivals(body, 1);
                body.tell("a");
                body.tell("b");
                assertTrue(body.awaitProcessed(SECOND.multipliedBy(2)));
                body.stop();
                body.join();
                assertEquals(
                        List.of("from nobody PT1S", "started a", "from nobody PT1S", "started b", "ended well"),
                        seen.stream().filter(line -> !line.startsWith("follow")).toList());
            }
        });
    }

    /// Tells when a message begins and ends, and takes its time about the end.
    private final class SlowFollower implements ActorObserver {
        @Override
        public MessageObserver messagesOf(ActorRef<?> actor, Class<?> code) {
            return new MessageObserver() {
                private final long began = Strand.now();

                private void see(String what) {
                    seen.add(what + " at " + Duration.ofNanos(Strand.now() - began) + ", "
                            + actor.ledger().processed() + " processed, "
                            + actor.ledger().queued() + " queued");
                }

                @Override
                public void started(Object message) {
                    see(message + " started");
                }

                @Override
                public void ended(@Nullable Throwable thrown) {
                    Strand.sleep(SECOND);
                    see("ended");
                }
            };
        }
    }

    /// The actor is idle between its messages, and another worker has nothing to do.
    @Test
    void shouldHandleNoMessageUntilTheEndOfTheLastOneIsTold() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = ActorSystem.builder("t")
                    .handleSignals(false)
                    .parallelism(2)
                    .observer(new SlowFollower())
                    .start()) {
                ActorRef<String> picky = system.spawn("picky", Picky::new);
                picky.tell("apple");
                Strand.sleep(Duration.ofMillis(500));
                picky.tell("pear");
                assertTrue(picky.awaitProcessed(SECOND.multipliedBy(9)));
                assertEquals(
                        List.of(
                                "apple started at PT0S, 0 processed, 1 queued",
                                "ended at PT1S, 0 processed, 2 queued",
                                "pear started at PT1S, 1 processed, 1 queued",
                                "ended at PT2S, 1 processed, 1 queued"),
                        seen);
                assertEquals(new Ledger(2, 2, 0, 0, 0, 0), picky.ledger());
            }
        });
    }

    /// Followers may write files; an interrupt would close them.
    @Test
    void shouldNotLeaveTheInterruptOfAMessageToWhoFollowsIt() {
        ActorObserver follower = new ActorObserver() {
            @Override
            public MessageObserver messagesOf(ActorRef<?> actor, Class<?> code) {
                return new MessageObserver() {
                    @Override
                    public void started(Object message) {}

                    @Override
                    public void ended(@Nullable Throwable thrown) {
                        seen.add("interrupted: " + Thread.currentThread().isInterrupted());
                    }
                };
            }
        };
        try (ActorSystem system =
                ActorSystem.builder("t").handleSignals(false).observer(follower).start()) {
            ActorRef<String> restless = system.spawn(
                    "restless", () -> (message, ctx) -> Thread.currentThread().interrupt());
            restless.tell("apple");
            assertTrue(restless.awaitProcessed(SECOND.multipliedBy(9)));
            assertEquals(List.of("interrupted: false"), seen);
        }
    }

    @Test
    void shouldTellOfAnEndAfterTheArrivalOfAnAskThatHasExpired() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start()) {
                ActorRef<Runnable> behavior = system.spawn("behavior", () -> (job, ctx) -> job.run());
                behavior.tell(() -> Strand.sleep(SECOND));
                assertEndTold(system, behavior);
                ActorRef<Runnable> body = system.spawnBody("body", (inbox, ctx) -> {
                    Strand.sleep(SECOND);
                    inbox.forEach(Runnable::run);
                });
                assertEndTold(system, body);
            }
        });
    }

    /// It would be taken for that of the message behind it.
    @Test
    void shouldNotTellOfTheArrivalOfAnAskThatHasExpiredInABatch() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start()) {
                ActorRef<Runnable> body = system.spawnBody("body", (inbox, ctx) -> {
                    Strand.sleep(SECOND);
                    while (!inbox.receiveBatch(3).isEmpty()) {
                        // on to the next
                    }
                });
                body.tell(() -> {});
                system.sampleArrivals(body, 1);
                assertThrows(
                        AskTimeoutException.class,
                        () -> body.<String>ask(reply -> () -> reply.reply("late"), Duration.ofMillis(400)));
                system.sampleArrivals(body, 0);
                body.tell(() -> {});
                assertTrue(body.awaitProcessed(SECOND));
                assertEquals(new Ledger(3, 2, 1, 0, 0, 0), body.ledger());
                body.stop();
                body.join();
                assertEquals(
                        List.of("follow", "started", "started", "ended"),
                        seen.stream().map(line -> line.split(" ", 2)[0]).toList());
            }
        });
    }

    private void assertEndTold(ActorSystem system, ActorRef<Runnable> asked) {
        system.sampleArrivals(asked, 1);
        assertThrows(
                AskTimeoutException.class,
                () -> asked.<String>ask(reply -> () -> reply.reply("late"), Duration.ofMillis(400)));
        Strand.sleep(SECOND);
        assertEquals(List.of("from nobody PT1S", "ended well"), seen.subList(seen.size() - 2, seen.size()));
    }
}
