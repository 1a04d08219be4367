package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    /// One actor as the test itself counts it.
    private static final class Counted {
        final LongAdder told = new LongAdder();
        final LongAdder refused = new LongAdder();
        final LongAdder letters = new LongAdder();
        /// Only written by the actor, one message at a time.
        long handled;

        ActorRef<Integer> ref;
    }

    private static MailboxSpec mailboxOf(int number) {
        return switch (number % 5) {
            case 0 -> MailboxSpec.bounded(1_000, Overflow.BLOCK);
            case 1 -> MailboxSpec.bounded(200, Overflow.FAIL);
            case 2 -> MailboxSpec.bounded(200, Overflow.DROP_NEWEST);
            case 3 -> MailboxSpec.bounded(200, Overflow.DROP_OLDEST);
            default -> MailboxSpec.unbounded();
        };
    }

    private static Behavior<Integer> handler(Counted counted) {
        return (message, ctx) -> {
            counted.handled++;
            if (message % 20_011 == 0) {
                throw new IllegalStateException("on purpose");
            }
        };
    }

    private static ActorSpec<Integer> spec(int number, Counted counted) {
        return number % 2 == 0
                ? ActorSpec.<Integer>behavior("a" + number, () -> handler(counted))
                        .mailbox(mailboxOf(number))
                : ActorSpec.<Integer>body("a" + number, (inbox, ctx) -> {
                            Behavior<Integer> same = handler(counted);
                            for (int message : inbox) {
                                same.onMessage(message, ctx);
                            }
                        })
                        .mailbox(mailboxOf(number));
    }

    @Test
    @Tag("slow")
    void shouldBeExactOverEightMillionMessagesWithRandomRestartsAndStops() throws Exception {
        long seed = System.nanoTime();
        System.out.println("LedgerTest seed " + seed + "L");
        int senders = 4;
        int each = 2_000_000;
        var restarts = new AtomicInteger();
        List<Counted> all = new ArrayList<>();
        Map<String, Counted> byPath = new ConcurrentHashMap<>();
        ActorSystem system = MailFixture.builder()
                .supervision(Supervision.DEFAULT.intensity(Supervision.UNLIMITED, Duration.ofSeconds(1)))
                .observer(new ActorObserver() {
                    @Override
                    public void started(ActorRef<?> actor, int incarnation) {
                        restarts.addAndGet(incarnation > 1 ? 1 : 0);
                    }

                    @Override
                    public void deadLetter(DeadLetter letter) {
                        byPath.get(letter.path()).letters.increment();
                    }
                })
                .start();
        try (var log = EngineLog.silent();
                system) {
            for (int i = 0; i < 30; i++) {
                Counted counted = new Counted();
                counted.ref = system.spawn(spec(i, counted));
                all.add(counted);
                byPath.put(counted.ref.path(), counted);
            }
            List<Strand> threads = new ArrayList<>();
            for (int s = 0; s < senders; s++) {
                SplittableRandom random = new SplittableRandom(seed + s);
                threads.add(Strand.startPlatform("s" + s, true, () -> send(each, random, all)));
            }
            for (Strand thread : threads) {
                assertTrue(thread.join(LONG));
            }
            all.stream().map(c -> c.ref).forEach(ref -> assertTrue(ref.awaitProcessed(LONG)));
            assertExact(all, system.ledger(), 0);
            assertTrue(all.stream().anyMatch(c -> c.ref.state() == ActorState.STOPPED), "none was stopped");
            assertTrue(restarts.get() > 20, () -> restarts + " restarts");
            assertEquals(List.of(), log.lines());
        }
        assertExact(all, system.report().ledger(), 0);
        assertEquals(
                all.stream().mapToLong(c -> c.letters.sum()).sum(),
                system.deadLetters().count());
    }

    private static void send(int each, SplittableRandom random, List<Counted> all) {
        BiConsumer<Counted, Integer> tell = (counted, message) -> {
            counted.told.increment();
            try {
                counted.ref.tell(message);
            } catch (MailboxFullException e) {
                counted.refused.increment();
            }
        };
        for (int n = 1; n <= each; n++) {
            int which = random.nextInt(all.size());
            tell.accept(all.get(which), random.nextInt(1_000_000_000));
            if (n % 200_000 == 0) {
                ActorRef<Integer> victim = all.get(random.nextInt(all.size())).ref;
                if (random.nextBoolean()) {
                    victim.stop();
                } else {
                    victim.cancel();
                }
            }
        }
    }

    private static void assertExact(List<Counted> all, Ledger inAll, long queued) {
        Ledger sum = Ledger.EMPTY;
        for (Counted counted : all) {
            Ledger ledger = counted.ref.ledger();
            String what = counted.ref + " " + ledger;
            assertTrue(ledger.balanced(), what);
            assertEquals(counted.told.sum() - counted.refused.sum(), ledger.accepted(), what);
            assertEquals(counted.handled, ledger.processed(), what);
            assertEquals(counted.letters.sum(), ledger.deadLettered(), what);
            assertEquals(queued, ledger.queued(), what);
            sum = sum.plus(ledger);
        }
        assertEquals(sum, inAll);
        assertTrue(sum.dropped() > 0 && sum.deadLettered() > 0, sum.toString());
    }

    @Test
    void shouldCountAMessageThatIsBeingHandledAsQueued() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Integer> slow = system.spawn("slow", () -> (m, ctx) -> Strand.sleep(Duration.ofSeconds(1)));
            slow.tell(1);
            slow.tell(2);
            assertEquals(new Ledger(2, 0, 0, 0, 2, 0), slow.ledger());
            Strand.sleep(Duration.ofMillis(500));
            assertEquals(new Ledger(2, 0, 0, 0, 2, 0), slow.ledger());
            assertEquals(slow.ledger(), system.ledger());
            Strand.sleep(Duration.ofSeconds(1));
            assertEquals(new Ledger(2, 1, 0, 0, 1, 0), slow.ledger());
        });
    }

    @Test
    void shouldCountStashedAndRetriedMessagesAsQueued() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Integer> actor = system.spawn("stasher", () -> (message, ctx) -> {
                if (message < 10) {
                    ctx.stash();
                } else {
                    ctx.unstashAll();
                    ctx.become((later, own) -> {});
                }
            });
            actor.tellAll(List.of(1, 2, 3));
            Strand.sleep(Duration.ofMillis(1));
            assertEquals(new Ledger(3, 0, 0, 0, 3, 0), actor.ledger());
            actor.tell(10);
            assertTrue(actor.awaitProcessed(LONG));
            assertEquals(new Ledger(4, 4, 0, 0, 0, 0), actor.ledger());
        });
    }

    @Test
    void shouldStayExactWhenManySeedsRaceTellsAgainstTheStop() throws Exception {
        for (long seed = 1; seed <= 300; seed++) {
            try (var log = EngineLog.silent()) {
                MailFixture.inVirtualSystem(seed, system -> {
                    int[] handled = new int[1];
                    List<DeadLetter> letters = new ArrayList<>();
                    system.deadLetters().onDeadLetter(letters::add);
                    ActorRef<Integer> target = system.spawn(ActorSpec.<Integer>behavior("target", () -> (m, ctx) -> {
                                handled[0]++;
                                dev.espalier.sync.VirtualTime.pause();
                            })
                            .mailbox(MailboxSpec.bounded(3)));
                    List<Strand> senders = new ArrayList<>();
                    for (int s = 0; s < 3; s++) {
                        senders.add(Strand.start("s" + s, () -> {
                            for (int i = 0; i < 10; i++) {
                                target.tell(i);
                                dev.espalier.sync.VirtualTime.pause();
                            }
                        }));
                    }
                    for (int i = 0; i < 5; i++) {
                        dev.espalier.sync.VirtualTime.pause();
                    }
                    target.stop();
                    for (Strand sender : senders) {
                        assertTrue(sender.join(LONG));
                    }
                    target.join();
                    Ledger ledger = target.ledger();
                    assertEquals(new Ledger(30, handled[0], letters.size(), 0, 0, 0), ledger);
                    assertTrue(ledger.balanced());
                    assertEquals(ledger, system.ledger());
                });
                assertEquals(List.of(), log.lines());
            }
        }
    }

    @Test
    void shouldTellAnUnbalancedLedger() {
        assertTrue(new Ledger(10, 4, 3, 2, 1, 0).balanced());
        assertEquals(false, new Ledger(10, 4, 3, 2, 0, 0).balanced());
        assertEquals(new Ledger(11, 6, 6, 6, 6, 6), new Ledger(10, 4, 3, 2, 1, 0).plus(new Ledger(1, 2, 3, 4, 5, 6)));
    }
}
