package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PassivateTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(30);

    /// Handles "go" by trying to passivate, and writes down whether it did, and everything else.
    private static Behavior<String> leaves(List<Object> seen) {
        return (message, ctx) -> {
            Strand.sleep(Duration.ofMillis(10));
            seen.add(message.equals("go") ? ctx.passivate() : message);
        };
    }

    @Test
    void shouldEndForGoodWhenNothingWaits() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Object> seen = new ArrayList<>();
            ActorRef<String> actor = system.spawn("a", () -> leaves(seen)); // permanent
            actor.tell("go");
            assertTrue(actor.stopped().waitForGo(SECOND));
            assertEquals(List.of(true), seen);
            assertEquals(Told.CLOSED, actor.tryTell("late"));
            assertEquals(0, system.deadLetters().count());
            assertEquals(new Ledger(1, 1, 0, 0, 0, 0), actor.ledger());
            assertEquals(1, actor.info().incarnation());
            ActorRef<String> next = system.spawn("a", () -> leaves(seen)); // the name is free
            assertEquals(Told.ACCEPTED, next.tryTell("now"));
        });
    }

    @Test
    void shouldGoOnWhenAMessageWaits() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Object> seen = new ArrayList<>();
            ActorRef<String> actor = system.spawn("a", () -> leaves(seen));
            actor.tellAll(List.of("go", "x", "go"));
            assertTrue(actor.stopped().waitForGo(SECOND));
            assertEquals(List.of(false, "x", true), seen);
        });
    }

    @Test
    void shouldGoOnWhenAMessageIsStashedASenderWaitsOrAChildLives() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Boolean> left = new ArrayList<>();
            ActorRef<String> stashes = system.spawn("stashes", () -> (message, ctx) -> {
                ctx.stash();
                left.add(ctx.passivate());
            });
            stashes.tell("x");
            ActorRef<String> parent = system.spawn("parent", () -> (message, ctx) -> {
                ActorRef<String> child = ctx.spawn("child", () -> leaves(new ArrayList<>()));
                left.add(ctx.passivate());
                child.stop();
                child.join();
                left.add(ctx.passivate());
            });
            parent.tell("x");
            assertTrue(parent.stopped().waitForGo(SECOND));
            assertEquals(List.of(false, false, true), left);
            assertEquals(ActorState.RUNNING, stashes.state());
        });
    }

    @Test
    void shouldNotCloseAMailboxThatASenderWaitsFor() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            Mailbox mailbox = new Mailbox(MailboxSpec.bounded(1));
            assertEquals(Told.ACCEPTED, mailbox.offerIfRoom("first"));
            Cell<String> target = (Cell<String>) system.spawn("t", () -> leaves(new ArrayList<>()));
            WaitEdge edge = WaitEdge.enter(WaitEdge.Kind.SEND, target, null);
            mailbox.addWaiting(edge);
            assertFalse(mailbox.closeIfEmpty());
            assertEquals("first", mailbox.poll());
            assertFalse(mailbox.closeIfEmpty()); // it is about to offer
            mailbox.removeWaiting(edge);
            edge.leave();
            assertTrue(mailbox.closeIfEmpty());
            assertTrue(mailbox.closeIfEmpty());
            assertEquals(Told.CLOSED, mailbox.offerIfRoom("late"));
        });
    }

    @Test
    void shouldEndABody() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Object> seen = new ArrayList<>();
            ActorRef<String> body = system.spawnBody("body", (inbox, ctx) -> {
                boolean idle = false;
                while (!idle) {
                    inbox.receive(Duration.ofMillis(100)).ifPresent(seen::add);
                    idle = ctx.passivate();
                }
                assertTrue(inbox.receive().isEmpty());
                seen.add("end");
            });
            body.tell("x");
            assertTrue(body.stopped().waitForGo(SECOND));
            assertEquals(List.of("x", "end"), seen);
        });
    }

    @Test
    void shouldNotRestartWhenItFailsAfterwards() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                ActorRef<String> actor = system.spawn("a", () -> (message, ctx) -> {
                    assertTrue(ctx.passivate());
                    throw new IllegalStateException("on purpose");
                });
                actor.tell("x");
                assertThrows(ActorFailedException.class, () -> actor.join(SECOND));
                assertEquals(1, actor.info().incarnation());
                assertEquals(1, system.failures().size());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldRefuseOthersThanTheActorItself() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            AtomicReference<ActorContext<String>> ctx = new AtomicReference<>();
            ActorRef<String> actor = system.spawn("a", () -> (message, own) -> ctx.set(own));
            actor.tell("x");
            assertTrue(actor.awaitProcessed(SECOND));
            assertEquals(
                    "Only /t/a itself can passivate it",
                    assertThrows(IllegalStateException.class, () -> ctx.get().passivate())
                            .getMessage());
            actor.stop();
            actor.join();
            assertThrows(ActorStoppedException.class, () -> ctx.get().passivate());
        });
    }

    /// Senders share an actor that leaves after each message if it can; each message is handled once.
    @Test
    @Tag("slow")
    void shouldLoseNoMessageWhenSendersMeetTheClose() throws Exception {
        long first = new Random().nextLong();
        AtomicInteger successors = new AtomicInteger();
        for (long seed = first; seed < first + 100; seed++) {
            System.out.println("PassivateTest seed " + seed);
            long now = seed;
            VirtualTime.run(seed, () -> {
                List<Integer> seen = new ArrayList<>();
                List<ActorRef<Integer>> made = new ArrayList<>();
                try (var system = MailFixture.builder().start()) {
                    ActorRef<Integer> router = system.spawn("router", () -> new Router(seen, made));
                    for (int s = 0; s < 3; s++) {
                        int from = s * 100;
                        Random random = new Random(now + s);
                        Strand.start("sender" + s, () -> {
                            for (int i = from; i < from + 20; i++) {
                                router.tell(i);
                                Strand.sleep(Duration.ofMillis(random.nextInt(9)));
                            }
                        });
                    }
                    Strand.sleep(LONG);
                    assertEquals(60, seen.stream().distinct().count());
                    assertEquals(60, seen.size());
                    assertEquals(0, system.deadLetters().count());
                    assertEquals(
                            60,
                            made.stream()
                                    .mapToLong(ref -> ref.ledger().accepted())
                                    .sum());
                    assertEquals(
                            60,
                            made.stream()
                                    .mapToLong(ref -> ref.ledger().processed())
                                    .sum());
                    assertTrue(made.getLast().stopped().isGo());
                    successors.addAndGet(made.size() - 1);
                }
            });
        }
        assertTrue(successors.get() > 200, () -> "nobody left in between: " + successors);
    }

    @Test
    @Tag("slow")
    void shouldCloseOnlyAnEmptyMailboxWhenSendersRaceWithIt() throws Exception {
        int rounds = 300;
        for (int round = 0; round < rounds; round++) {
            Mailbox mailbox = new Mailbox(MailboxSpec.unbounded());
            AtomicInteger accepted = new AtomicInteger();
            Thread sender = Thread.ofPlatform().start(() -> {
                while (accepted.get() < 1_000 && mailbox.offerIfRoom("x") == Told.ACCEPTED) {
                    accepted.incrementAndGet();
                }
            });
            int taken = 0;
            while (accepted.get() < 10) {
                taken += mailbox.poll() == null ? 0 : 1;
            }
            while (!mailbox.closeIfEmpty()) {
                taken += mailbox.poll() == null ? 0 : 1;
            }
            sender.join();
            assertEquals(accepted.get(), taken, "round " + round);
            assertEquals(0, mailbox.depth());
        }
    }

    private static final class Router implements Behavior<Integer> {
        private final List<Integer> seen;
        private final List<ActorRef<Integer>> made;
        private ActorRef<Integer> now;

        Router(List<Integer> seen, List<ActorRef<Integer>> made) {
            this.seen = seen;
            this.made = made;
        }

        @Override
        public void onMessage(Integer message, ActorContext<Integer> ctx) {
            while (now == null || now.tryTell(message) != Told.ACCEPTED) {
                if (now != null) {
                    now.stopped().waitForGo();
                }
                now = ctx.spawn("shortLived", () -> (number, own) -> {
                    seen.add(number);
                    Strand.sleep(Duration.ofMillis(1));
                    own.passivate();
                });
                made.add(now);
            }
        }
    }
}
