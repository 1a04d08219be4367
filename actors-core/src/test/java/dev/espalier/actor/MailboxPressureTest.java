package dev.espalier.actor;

import static dev.espalier.actor.MailFixture.range;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Full mailboxes: the warning, and cycles of them.
class MailboxPressureTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    // The warning about a full mailbox.

    private record Full(String path, long depth, String sender, Duration at) {}

    private static final class FullWatcher implements ActorObserver {
        final List<Full> seen = new ArrayList<>();

        @Override
        public void mailboxFull(ActorRef<?> actor, long depth, String sender) {
            seen.add(new Full(actor.path(), depth, sender, VirtualTime.elapsed()));
        }
    }

    /// Sleeps for the milliseconds that it is told; has room for two messages.
    private static ActorRef<Integer> sleeper(ActorSystem system, Overflow policy) {
        return system.spawn(
                ActorSpec.<Integer>behavior("slow", () -> (message, ctx) -> Strand.sleep(Duration.ofMillis(message)))
                        .mailbox(MailboxSpec.bounded(2, policy)));
    }

    private static void tellToFull(ActorRef<Integer> slow, Overflow policy) {
        try {
            slow.tell(0);
        } catch (MailboxFullException e) {
            assertEquals(Overflow.FAIL, policy);
        }
    }

    @Test
    void shouldWarnOncePerEpisodeWhenASenderWaitsForOverASecond() throws Exception {
        VirtualTime.run(() -> {
            var watcher = new FullWatcher();
            MailFixture.runIn(MailFixture.builder().observer(watcher), system -> {
                ActorRef<Integer> slow = sleeper(system, Overflow.BLOCK);
                slow.tell(10_000);
                Strand.sleep(Duration.ofMillis(1)); // it is handled now: the mailbox is empty
                slow.tellAll(List.of(0, 0));
                Strand one = Strand.start("one", () -> slow.tell(0));
                Strand two = Strand.start("two", () -> slow.tell(0));
                Strand.sleep(Duration.ofMillis(999));
                assertEquals(List.of(), watcher.seen);
                assertTrue(one.join(LONG));
                assertTrue(two.join(LONG));
                assertTrue(slow.awaitProcessed(LONG));
                assertEquals(List.of(new Full("/t/slow", 2, "one", Duration.ofMillis(1_001))), watcher.seen);

                slow.tell(500); // full for less than a second: nothing to say
                Strand.sleep(Duration.ofMillis(1));
                slow.tellAll(List.of(0, 0, 0));
                assertTrue(slow.awaitProcessed(LONG));
                assertEquals(1, watcher.seen.size());

                slow.tell(3_000);
                Strand.sleep(Duration.ofMillis(1));
                slow.tellAll(List.of(0, 0, 0));
                assertTrue(slow.awaitProcessed(LONG));
                assertEquals(2, watcher.seen.size(), () -> "a new episode: " + watcher.seen);
            });
        });
    }

    @Test
    void shouldWarnOncePerEpisodeWhenMessagesMeetAFullMailboxWithoutWaiting() throws Exception {
        for (Overflow policy : List.of(Overflow.FAIL, Overflow.DROP_NEWEST, Overflow.DROP_OLDEST)) {
            VirtualTime.run(() -> {
                var watcher = new FullWatcher();
                MailFixture.runIn(MailFixture.builder().observer(watcher), system -> {
                    ActorRef<Integer> slow = sleeper(system, policy);
                    for (int episode = 1; episode <= 3; episode++) {
                        slow.tell(5_000);
                        Strand.sleep(Duration.ofMillis(1));
                        slow.tellAll(List.of(0, 0));
                        for (int i = 0; i < 30; i++) {
                            tellToFull(slow, policy);
                            assertEquals(i <= 10 ? episode - 1 : episode, watcher.seen.size(), policy + " " + i);
                            Strand.sleep(Duration.ofMillis(100));
                        }
                        assertTrue(slow.awaitProcessed(LONG));
                    }
                    Full last = watcher.seen.getLast();
                    assertEquals("/t/slow", last.path());
                    assertEquals(2, last.depth());
                    assertEquals("test", last.sender());
                });
            });
        }
    }

    @Test
    void shouldNotWarnWhenTheMailboxWasEmptyBetweenTwoShortEpisodes() throws Exception {
        for (Overflow policy : List.of(Overflow.FAIL, Overflow.DROP_NEWEST, Overflow.DROP_OLDEST)) {
            VirtualTime.run(() -> {
                var watcher = new FullWatcher();
                MailFixture.runIn(MailFixture.builder().observer(watcher), system -> {
                    ActorRef<Integer> slow = sleeper(system, policy);
                    for (int i = 0; i < 5; i++) {
                        slow.tell(100);
                        Strand.sleep(Duration.ofMillis(1));
                        slow.tellAll(List.of(0, 0));
                        tellToFull(slow, policy);
                        assertTrue(slow.awaitProcessed(LONG));
                        Strand.sleep(Duration.ofSeconds(2));
                    }
                    assertEquals(List.of(), watcher.seen, policy.name());
                });
            });
        }
    }

    // Cycles of full mailboxes.

    @Test
    void shouldLetMessagesThroughWhenParentAndChildFloodEachOther() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            try (var log = new EngineLog(Level.WARN)) {
                MailFixture.inVirtualSystem(seed, system -> {
                    List<Integer> fromChild = new ArrayList<>();
                    List<Integer> fromParent = new ArrayList<>();
                    ActorRef<Integer> parent =
                            system.spawn(ActorSpec.<Integer>behavior("parent", () -> new Behavior<>() {
                                        private ActorRef<Integer> child;

                                        @Override
                                        public void onStart(ActorContext<Integer> ctx) {
                                            child = ctx.spawn(ActorSpec.<Integer>behavior(
                                                            "child", () -> (message, own) -> {
                                                                fromParent.add(message);
                                                                for (int i = 0; message < 0 && i < 50; i++) {
                                                                    ctx.self().tell(i);
                                                                }
                                                            })
                                                    .mailbox(MailboxSpec.bounded(3)));
                                        }

                                        @Override
                                        public void onMessage(Integer message, ActorContext<Integer> own) {
                                            fromChild.add(message);
                                            if (message < 0) {
                                                child.tell(-1);
                                                child.tellAll(range(0, 50));
                                            }
                                        }
                                    })
                                    .mailbox(MailboxSpec.bounded(3)));
                    parent.tell(-1);
                    Strand.sleep(Duration.ofSeconds(10));
                    ActorRef<?> child = system.find("/t/parent/child").orElseThrow();
                    List<Integer> expected = new ArrayList<>(List.of(-1));
                    expected.addAll(range(0, 50));
                    assertEquals(expected, fromChild);
                    assertEquals(expected, fromParent);
                    long over = parent.ledger().overBound() + child.ledger().overBound();
                    assertTrue(over > 0 && over < 100, () -> over + " above the bound");
                });
                assertTrue(
                        log.lines().stream()
                                .anyMatch(line -> line.contains("/t/parent -> /t/parent/child")
                                        || line.contains("/t/parent/child -> /t/parent")),
                        () -> log.lines().toString());
            }
        }
    }

    @Test
    void shouldLetMessagesThroughWhenAnActorFloodsItself() throws Exception {
        try (var log = new EngineLog(Level.WARN)) {
            MailFixture.inVirtualSystem(system -> {
                List<Integer> seen = new ArrayList<>();
                ActorRef<Integer> self = system.spawn(ActorSpec.<Integer>behavior("self", () -> (message, ctx) -> {
                            seen.add(message);
                            if (message < 0) {
                                ctx.self().tellAll(range(0, 1_000));
                            }
                        })
                        .mailbox(MailboxSpec.bounded(10)));
                self.tell(-1);
                assertTrue(self.awaitProcessed(LONG));
                assertTrue(self.awaitProcessed(LONG));
                assertEquals(range(-1, 1_000), seen);
                assertEquals(990, self.ledger().overBound());
            });
            assertEquals(
                    List.of("WARN A cycle of full mailboxes: /t/self -> /t/self; one message is let in above the bound"
                            + " of /t/self"),
                    log.lines());
        }
    }

    @Test
    void shouldWarnOnceASecondWhileMessagesAreLetIn() throws Exception {
        try (var log = new EngineLog(Level.WARN)) {
            MailFixture.inVirtualSystem(system -> {
                ActorRef<Integer> self = system.spawn(ActorSpec.<Integer>behavior("self", () -> (message, ctx) -> {
                            for (int i = 0; message < 0 && i < 35; i++) {
                                ctx.self().tell(i);
                                Strand.sleep(Duration.ofMillis(100));
                            }
                        })
                        .mailbox(MailboxSpec.bounded(10)));
                self.tell(-1);
                assertTrue(self.awaitProcessed(LONG));
                assertTrue(self.awaitProcessed(LONG));
                assertEquals(25, self.ledger().overBound());
            });
            assertEquals(3, log.lines().size(), log.lines()::toString);
            assertTrue(log.lines().get(0).contains("one message is let in"), log.lines()::toString);
            assertTrue(
                    log.lines().get(1).contains("10 messages in the last seconds were let in above the bound of"),
                    log.lines()::toString);
            assertTrue(log.lines().get(2).contains("10 messages in the last seconds were"), log.lines()::toString);
        }
    }

    @Test
    void shouldLetMessagesThroughWhenThreeActorsFloodInARing() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            try (var log = EngineLog.silent()) {
                MailFixture.inVirtualSystem(seed, system -> {
                    List<ActorRef<Integer>> ring = new ArrayList<>();
                    var handled = new AtomicInteger();
                    for (int i = 0; i < 3; i++) {
                        int next = (i + 1) % 3;
                        ring.add(system.spawn(ActorSpec.<Integer>behavior("ring" + i, () -> (message, ctx) -> {
                                    handled.incrementAndGet();
                                    for (int n = 0; message > 0 && n < 5; n++) {
                                        ring.get(next).tell(message - 1);
                                    }
                                })
                                .mailbox(MailboxSpec.bounded(2))));
                    }
                    ring.forEach(ref -> ref.tell(5));
                    Strand.sleep(Duration.ofSeconds(10));
                    assertEquals(3 * (1 + 5 + 25 + 125 + 625 + 3_125), handled.get());
                    ring.forEach(ref -> assertTrue(ref.ledger().balanced()));
                    assertTrue(ring.stream().anyMatch(ref -> ref.ledger().overBound() > 0));
                });
                assertEquals(List.of(), log.lines());
            }
        }
    }

    @Test
    void shouldKeepTheBoundWhenTheWaitsFormNoCycle() throws Exception {
        MailFixture.inVirtualSystem(7, system -> {
            List<Integer> seen = new ArrayList<>();
            ActorRef<Integer> sink = system.spawn(ActorSpec.<Integer>behavior("sink", () -> (message, ctx) -> {
                        assertTrue(
                                ctx.self().ledger().queued() <= 5,
                                () -> ctx.self().ledger().toString());
                        seen.add(message);
                        Strand.sleep(Duration.ofMillis(1));
                    })
                    .mailbox(MailboxSpec.bounded(4)));
            ActorRef<Integer> middle =
                    system.spawn(ActorSpec.<Integer>behavior("middle", () -> (m, ctx) -> sink.tell(m))
                            .mailbox(MailboxSpec.bounded(4)));
            middle.tellAll(range(0, 200));
            assertTrue(middle.awaitProcessed(LONG));
            assertTrue(sink.awaitProcessed(LONG));
            assertEquals(range(0, 200), seen);
            assertEquals(0, sink.ledger().overBound() + middle.ledger().overBound());
        });
    }
}
