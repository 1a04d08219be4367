package dev.espalier.actor;

import static dev.espalier.actor.TurnFixture.LONG;
import static dev.espalier.actor.TurnFixture.inVirtualSystem;
import static dev.espalier.actor.TurnFixture.polite;
import static dev.espalier.actor.TurnFixture.spawn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Order, one turn at a time, fairness, and seats that are handed over. What it takes to see a turn that does not
/// end is in [SentinelTest], threads and their names in [WorkerTest].
class TurnSchedulerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /// Two players; the fields are plain: only the messages order them.
    private static final class Game {
        final Signal over = new Signal();
        final List<ActorRef<Integer>> players = new ArrayList<>();
        final int[] seen = new int[2];
        final boolean[] inside = new boolean[2];

        Game(ActorSystem system, String name, int rounds) {
            for (int p = 0; p < 2; p++) {
                int me = p;
                players.add(system.spawn(name + p, () -> (round, ctx) -> {
                    if (inside[me] || seen[me] != round - 1 || seen[1 - me] != round - 1 + me) {
                        throw new IllegalStateException(round + " after " + seen[me] + ", the other " + seen[1 - me]
                                + ", inside " + inside[me]);
                    }
                    inside[me] = true;
                    seen[me] = round;
                    if (me == 1 && round == rounds) {
                        over.go();
                    } else {
                        players.get(1 - me).tell(round + me);
                    }
                    inside[me] = false;
                }));
            }
        }

        void begin() {
            players.getFirst().tell(1);
        }
    }

    @Test
    @Tag("slow")
    void shouldKeepOrderAndRunOneAtATimeOverTwoMillionTurnsWithPlainFields() throws Exception {
        TurnFixture.inRealSystem(system -> {
            int games = 5; // more than processors: their turns wander between the workers
            List<Game> all = new ArrayList<>();
            for (int g = 0; g < games; g++) {
                all.add(new Game(system, "g" + g + "p", 200_000));
            }
            all.forEach(Game::begin);
            for (Game game : all) {
                assertTrue(game.over.waitForGo(LONG), () -> "stopped at " + game.seen[0] + system.failures());
            }
            assertEquals(List.of(), system.failures());
            assertEquals(2_000_000, system.ledger().accepted());
        });
    }

    @Test
    void shouldRefuseAParallelismBelowOne() {
        var builder = TurnFixture.builder();
        assertThrows(IllegalArgumentException.class, () -> builder.parallelism(0));
        assertThrows(IllegalArgumentException.class, () -> builder.parallelism(-1));
    }

    // Fairness.

    @Test
    void shouldServeOthersInBetweenWhenAnActorAlwaysSendsToItself() throws Exception {
        inVirtualSystem(1, system -> {
            int last = 10_000;
            int[] selfishAt = {0};
            List<Integer> servedAt = new ArrayList<>();
            ActorRef<Job> polite = spawn(system, "polite");
            ActorRef<Integer> selfish = system.spawn("selfish", () -> (n, ctx) -> {
                selfishAt[0] = n;
                if (n % 1_000 == 1) {
                    polite.tell(own -> servedAt.add(selfishAt[0] - n));
                }
                if (n < last) {
                    ctx.self().tell(n + 1);
                }
            });
            selfish.tell(1);
            Strand.sleep(SECOND);
            assertEquals(last, selfishAt[0]);
            assertEquals(10, servedAt.size());
            assertTrue(servedAt.stream().allMatch(late -> late <= 64), () -> "turns late: " + servedAt);
        });
    }

    @Test
    void shouldServeOthersInBetweenWhenTwoActorsAlwaysSendToEachOther() throws Exception {
        inVirtualSystem(1, system -> {
            int last = 10_000;
            int[] at = {0};
            List<Integer> servedAt = new ArrayList<>();
            List<ActorRef<Integer>> pair = new ArrayList<>();
            ActorRef<Job> polite = spawn(system, "polite");
            for (int p = 0; p < 2; p++) {
                int other = 1 - p;
                pair.add(system.spawn("p" + p, () -> (n, ctx) -> {
                    at[0] = n;
                    if (n % 1_000 == 1) {
                        polite.tell(own -> servedAt.add(at[0] - n)); // displaced by the tell to the other one
                    }
                    if (n < last) {
                        pair.get(other).tell(n + 1);
                    }
                }));
            }
            pair.getFirst().tell(1);
            Strand.sleep(SECOND);
            assertEquals(last, at[0]);
            assertEquals(10, servedAt.size());
            assertTrue(servedAt.stream().allMatch(late -> late <= 130), () -> "turns late: " + servedAt);
        });
    }

    @Test
    void shouldAnswerAsksFromOutsideWhenActorsAlwaysSendToThemselves() throws Exception {
        inVirtualSystem(1, system -> {
            int[] turns = {0};
            for (int i = 0; i < 3; i++) {
                ActorRef<Integer> selfish = system.spawn("selfish" + i, () -> (n, ctx) -> {
                    turns[0]++;
                    VirtualTime.pause(); // as if the thread lost its processor here
                    if (!ctx.pleaseStop().isGo()) {
                        ctx.self().tell(n);
                    }
                });
                selfish.tell(i);
            }
            ActorRef<ReplyTo<Integer>> polite = polite(system);
            for (int i = 0; i < 10; i++) {
                int before = turns[0];
                assertEquals(42, TurnFixture.ask(polite));
                int took = turns[0] - before;
                assertTrue(took <= 3 * 64 * 64, () -> "answered after " + took + " turns of others");
            }
        });
    }

    // Seats.

    @Test
    void shouldRunOthersAtOnceWhileManySleepOnOneSeat() throws Exception {
        inVirtualSystem(1, system -> {
            List<Duration> ends = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                spawn(system, "sleeper" + i).tell(ctx -> {
                    Strand.sleep(SECOND);
                    ends.add(VirtualTime.elapsed());
                });
            }
            assertEquals(42, TurnFixture.ask(polite(system)));
            assertEquals(Duration.ZERO, VirtualTime.elapsed(), "the ask waited for a sleeper");
            Strand.sleep(SECOND.multipliedBy(2));
            assertEquals(java.util.Collections.nCopies(100, SECOND), ends, "they sleep side by side");
        });
    }

    @Test
    void shouldRunOthersAtOnceWhileManyAskOnOneSeat() throws Exception {
        inVirtualSystem(1, system -> {
            ActorRef<ReplyTo<Integer>> late = system.spawn("late", () -> (replyTo, ctx) -> {
                Strand.sleep(SECOND);
                replyTo.reply(1);
            });
            ActorRef<ReplyTo<Integer>> polite = polite(system);
            List<Integer> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                spawn(system, "asker" + i).tell(ctx -> {
                    int quick = TurnFixture.ask(polite);
                    assertEquals(Duration.ZERO, VirtualTime.elapsed());
                    answers.add(quick + TurnFixture.ask(late));
                });
            }
            assertEquals(42, TurnFixture.ask(polite));
            assertEquals(Duration.ZERO, VirtualTime.elapsed());
            Strand.sleep(SECOND.multipliedBy(6));
            assertEquals(java.util.Collections.nCopies(5, 43), answers);
            assertEquals(List.of(), system.failures());
        });
    }

    @Test
    void shouldRunWhatATurnHasSentBeforeItWaits() throws Exception {
        inVirtualSystem(1, system -> {
            List<String> seen = new ArrayList<>();
            ActorRef<String> other = system.spawn("other", () -> MailFixture.into(seen));
            ActorRef<Job> waits = spawn(system, "waits");
            waits.tell(ctx -> {
                other.tell("before"); // in the place of the worker that is about to wait
                Strand.sleep(SECOND);
                seen.add("woken");
                other.tell("after");
            });
            Strand.sleep(SECOND.multipliedBy(2));
            assertEquals(List.of("before", "woken", "after"), seen);
        });
    }

    @Test
    void shouldHaveNoMoreTurnsAtATimeThanSeatsUnlessTheyWait() throws Exception {
        inVirtualSystem(2, system -> {
            int[] inside = {0};
            int[] most = {0};
            for (int i = 0; i < 20; i++) {
                spawn(system, "a" + i).tell(ctx -> {
                    most[0] = Math.max(most[0], ++inside[0]);
                    VirtualTime.pause();
                    inside[0]--;
                });
            }
            Strand.sleep(SECOND);
            assertEquals(2, most[0]);
            assertEquals(0, system.turns.seats.get());
            assertEquals(0, system.turns.searching.get());
        });
    }

    // Wake-ups.

    /// Each message wakes others; who is idle at that moment, about to be, or waits, the seed decides.
    @Test
    void shouldLoseNoWakeUpWhateverTheSchedule() throws Exception {
        long first = ThreadLocalRandom.current().nextLong();
        for (long seed = first; seed < first + 40; seed++) {
            int parallelism = (int) Math.floorMod(seed, 3L) + 1;
            VirtualTime.run(
                    seed,
                    () -> MailFixture.runIn(
                            TurnFixture.builder().parallelism(parallelism), TurnSchedulerTest::passAround));
        }
    }

    /// The next message comes when the handler has let go of the last one, and the worker is about to end the turn.
    @Test
    @Tag("slow")
    void shouldLoseNoWakeUpWhenAMessageComesAtTheEndOfATurn() throws Exception {
        TurnFixture.inRealSystem(system -> {
            var handled = new AtomicInteger();
            ActorRef<Integer> target = system.spawn("target", () -> (n, ctx) -> handled.set(n));
            for (int n = 1; n <= 300_000; n++) {
                int now = n;
                target.tell(now);
                TurnFixture.spinUntil(() -> handled.get() == now);
                assertEquals(now, handled.get(), "the message waits and nobody runs the actor");
            }
        });
    }

    private static void passAround(ActorSystem system) {
        int actors = 8;
        int hops = 60;
        int[] done = {0};
        List<ActorRef<Integer>> ring = new ArrayList<>();
        for (int i = 0; i < actors; i++) {
            int me = i;
            ring.add(system.spawn("r" + i, () -> (left, ctx) -> {
                VirtualTime.pause();
                if (left == 0) {
                    done[0]++;
                    return;
                }
                ring.get((me + left) % actors).tell(left - 1);
                if (left % 7 == me % 7) {
                    Strand.sleep(TurnFixture.MOMENT);
                }
            }));
        }
        ring.forEach(each -> each.tell(hops));
        Strand.sleep(SECOND);
        assertEquals(actors, done[0]);
        assertEquals(0, system.ledger().queued());
        assertEquals(0, system.turns.seats.get());
    }
}
