package dev.espalier.actor;

import static dev.espalier.actor.MailFixture.gated;
import static dev.espalier.actor.MailFixture.range;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Many threads, many messages, in real time.
class SchedulingTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    // Real threads.

    /// Told by a producer: its number and the message's.
    private record Numbered(int producer, int number) {}

    @Test
    @Tag("slow")
    void shouldLoseDoubleAndInventNothingWhenTwentyProducersEnqueueTenThousandEach() throws Exception {
        for (Overflow policy : Overflow.values()) {
            MailFixture.inRealSystem(system -> {
                int producers = 20;
                int each = 10_000;
                int[] last = new int[producers];
                var refused = new AtomicLong();
                long[] handled = new long[1];
                ActorRef<Numbered> target =
                        system.spawn(ActorSpec.<Numbered>behavior("target", () -> (message, ctx) -> {
                                    int before = last[message.producer];
                                    if (message.number <= before) {
                                        throw new IllegalStateException(message + " after " + before);
                                    }
                                    last[message.producer] = message.number;
                                    handled[0]++;
                                })
                                .mailbox(MailboxSpec.bounded(64, policy)));
                List<Strand> threads = new ArrayList<>();
                for (int p = 0; p < producers; p++) {
                    int me = p;
                    Runnable work = () -> {
                        for (int n = 1; n <= each; n++) {
                            try {
                                target.tell(new Numbered(me, n));
                            } catch (MailboxFullException e) {
                                refused.incrementAndGet();
                            }
                        }
                    };
                    threads.add(p % 2 == 0 ? Strand.start("g" + p, work) : Strand.startPlatform("p" + p, true, work));
                }
                for (Strand thread : threads) {
                    assertTrue(thread.join(LONG));
                }
                target.stop();
                target.join(LONG);
                Ledger ledger = target.ledger();
                assertTrue(ledger.balanced(), () -> policy + " " + ledger);
                assertEquals(handled[0], ledger.processed(), policy.name());
                assertEquals((long) producers * each, ledger.accepted() + refused.get(), policy.name());
                assertEquals(0, ledger.queued() + ledger.deadLettered() + ledger.overBound(), policy.name());
                switch (policy) {
                    case BLOCK -> assertEquals((long) producers * each, handled[0]);
                    case FAIL -> assertEquals((long) producers * each - refused.get(), handled[0]);
                    default -> assertEquals((long) producers * each - ledger.dropped(), handled[0]);
                }
                assertEquals(0, system.failures().size(), policy.name());
            });
        }
    }

    @Test
    @Tag("slow")
    void shouldHandleOneAtATimeWhenTenThreadsSend() throws Exception {
        MailFixture.inRealSystem(system -> {
            var inside = new AtomicInteger();
            int[] plain = new int[1];
            ActorRef<Integer> target = system.spawn("target", () -> (message, ctx) -> {
                if (inside.incrementAndGet() != 1) {
                    throw new IllegalStateException("two at a time");
                }
                plain[0]++;
                inside.decrementAndGet();
            });
            List<Strand> threads = IntStream.range(0, 10)
                    .mapToObj(t -> Strand.start("t" + t, () -> target.tellAll(range(0, 20_000))))
                    .toList();
            for (Strand thread : threads) {
                assertTrue(thread.join(LONG));
            }
            assertTrue(target.awaitProcessed(LONG));
            assertEquals(200_000, plain[0]);
            assertEquals(List.of(), system.failures());
        });
    }

    @Test
    void shouldSeePlainFieldsOfTheMessageBeforeWhenOnAnyWorker() throws Exception {
        MailFixture.inRealSystem(system -> {
            int[] field = new int[1];
            ActorRef<Integer> target = system.spawn("target", () -> (message, ctx) -> {
                if (field[0] != message) {
                    throw new IllegalStateException(field[0] + " instead of " + message);
                }
                field[0] = message + 1;
            });
            for (int i = 0; i < 10_000; i++) {
                target.tell(i);
                if (i % 100 == 0) {
                    assertTrue(target.awaitProcessed(LONG)); // now idle: the next burst is another thread
                }
            }
            assertTrue(target.awaitProcessed(LONG));
            assertEquals(List.of(), system.failures());
            assertEquals(10_000, field[0]);
        });
    }

    @Test
    void shouldHideAnInterruptFromLaterMessages() throws Exception {
        MailFixture.inRealSystem(system -> {
            List<Boolean> flags = new ArrayList<>();
            ActorRef<Integer> target = system.spawn("target", () -> (message, ctx) -> {
                flags.add(Thread.currentThread().isInterrupted());
                Thread.currentThread().interrupt();
            });
            target.tellAll(range(0, 100));
            assertTrue(target.awaitProcessed(LONG));
            assertEquals(100, flags.size());
            assertFalse(flags.contains(true));
        });
    }

    @Test
    void shouldLoseNoLaterMessageWhenHandlersThrow() throws Exception {
        for (Decision decision : List.of(Decision.RESUME, Decision.RESTART)) {
            try (var log = EngineLog.silent()) {
                VirtualTime.run(() -> MailFixture.runIn(
                        MailFixture.builder()
                                .supervision(
                                        Supervision.DEFAULT.intensity(Supervision.UNLIMITED, Duration.ofSeconds(1))),
                        system -> {
                            List<Integer> seen = new ArrayList<>();
                            ActorRef<Integer> target =
                                    system.spawn(ActorSpec.<Integer>behavior("target", () -> (message, ctx) -> {
                                                seen.add(message);
                                                switch (message % 3) {
                                                    case 0 -> throw new Exception("checked");
                                                    case 1 -> throw new IllegalStateException("unchecked");
                                                    default -> {}
                                                }
                                            })
                                            .onFailure(cause -> decision));
                            target.tellAll(range(0, 300));
                            assertTrue(target.awaitProcessed(LONG));
                            assertEquals(range(0, 300), seen, decision.name());
                            assertEquals(new Ledger(300, 300, 0, 0, 0, 0), target.ledger());
                            assertEquals(200, system.failures().size());
                        }));
                assertEquals(List.of(), log.lines());
            }
        }
    }

    @Test
    @Tag("slow")
    void shouldPlayPingPongTwoMillionTimes() throws Exception {
        MailFixture.inRealSystem(system -> {
            int games = 2_000_000;
            var over = new Signal();
            List<ActorRef<Integer>> players = new ArrayList<>();
            for (int p = 0; p < 2; p++) {
                int other = 1 - p;
                players.add(system.spawn("p" + p, () -> (message, ctx) -> {
                    if (message == 0) {
                        over.go();
                    } else {
                        players.get(other).tell(message - 1);
                    }
                }));
            }
            players.getFirst().tell(games);
            assertTrue(over.waitForGo(LONG));
            Ledger sum = players.get(0).ledger().plus(players.get(1).ledger());
            assertEquals(games + 1, sum.accepted());
        });
    }

    @Test
    @Tag("slow")
    void shouldServeOthersWhenTwiceAsManyActorsAsCoresAlwaysSendToThemselves() throws Exception {
        MailFixture.inRealSystem(system -> {
            int selfish = 2 * Runtime.getRuntime().availableProcessors();
            for (int i = 0; i < selfish; i++) {
                ActorRef<Integer> one = system.spawn("selfish" + i, () -> (message, ctx) -> {
                    if (!ctx.pleaseStop().isGo()) {
                        ctx.self().tell(message);
                    }
                });
                one.tell(i);
            }
            ActorRef<ReplyTo<Integer>> polite = system.spawn("polite", () -> (replyTo, ctx) -> replyTo.reply(42));
            for (int i = 0; i < 20; i++) {
                assertEquals(42, polite.<Integer>ask(r -> r, LONG));
            }
        });
    }

    @Test
    @Tag("slow")
    void shouldNotSlowAnAskWhenHalfAMillionMessagesAreQueuedElsewhere() throws Exception {
        MailFixture.inRealSystem(system -> {
            ActorRef<ReplyTo<Integer>> polite = system.spawn("polite", () -> (replyTo, ctx) -> replyTo.reply(42));
            for (int i = 0; i < 2_000; i++) {
                polite.<Integer>ask(r -> r, LONG);
            }
            long before = quick(polite);
            var gate = new Signal();
            List<Integer> seen = new ArrayList<>();
            ActorRef<Integer> busy = gated(system, MailboxSpec.unbounded(), gate, seen);
            busy.tellAll(range(0, 500_000));
            long queued = quick(polite);
            gate.go();
            assertTrue(busy.awaitProcessed(LONG));
            long empty = Math.max(before, quick(polite));
            assertTrue(queued < 10 * empty, () -> "empty " + empty + " ns, queued " + queued + " ns");
        });
    }

    /// How long an ask takes that nothing else on the machine gets in the way of: of many the quickest tenth.
    private static long quick(ActorRef<ReplyTo<Integer>> asked) {
        long[] took = new long[2_001];
        for (int i = 0; i < took.length; i++) {
            long start = System.nanoTime();
            asked.<Integer>ask(r -> r, LONG);
            took[i] = System.nanoTime() - start;
        }
        java.util.Arrays.sort(took);
        return took[took.length / 10];
    }
}
