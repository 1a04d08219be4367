package dev.espalier.actor;

import static dev.espalier.actor.TimersFixture.millis;
import static dev.espalier.actor.TimersFixture.nowMillis;
import static dev.espalier.actor.TimersFixture.ticking;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.actor.TimersFixture.Tick;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Timers and the clock: its overflow, races.
class TimersClockTest {
    @Test
    void shouldSurviveTheOverflowOfTheClock() throws Exception {
        for (long before : new long[] {0, 1, 100_000_000L, 250_000_000L, 5_000_000_000L}) {
            VirtualTime.configure()
                    .startAt(Long.MAX_VALUE - before)
                    .execute(() -> MailFixture.runIn(MailFixture.builder(), system -> {
                        List<Tick> ticks = new ArrayList<>();
                        ActorRef<String> actor = system.spawn(
                                "a",
                                () -> ticking(
                                        ticks,
                                        (timers, ctx) -> {
                                            timers.once("once", "once", millis(250));
                                            timers.fixedRate("rate", "rate", millis(100));
                                            timers.once("never", "never", Duration.ofSeconds(Long.MAX_VALUE));
                                        },
                                        Duration.ZERO));
                        Strand.sleep(millis(350));
                        assertEquals(
                                List.of(
                                        new Tick("rate", 100),
                                        new Tick("rate", 200),
                                        new Tick("once", 250),
                                        new Tick("rate", 300)),
                                ticks,
                                "started " + before + " ns before the overflow");
                        actor.stop();
                        actor.join(Duration.ofSeconds(1));
                        ActorRef<ReplyTo<Integer>> silent = system.spawn("silent", () -> (replyTo, own) -> {});
                        long asked = nowMillis();
                        assertThrows(
                                AskTimeoutException.class, () -> silent.<Integer>ask(r -> r, Duration.ofSeconds(10)));
                        assertEquals(asked + 10_000, nowMillis());
                    }));
        }
    }

    @Test
    void shouldEscalateTheStopAcrossTheOverflowOfTheClock() throws Exception {
        for (long before : new long[] {0, 500_000_000L, 1_000_000_000L, 1_000_000_001L, 5_000_000_000L}) {
            try (var log = EngineLog.silent()) {
                VirtualTime.configure().startAt(Long.MAX_VALUE - before).execute(() -> {
                    var system = MailFixture.builder().start();
                    ActorRef<String> sleeper = system.spawn(
                            ActorSpec.<String>body("a", (inbox, ctx) -> Strand.sleep(Duration.ofSeconds(200)))
                                    .grace(Duration.ofSeconds(1)));
                    Strand.sleep(Duration.ofNanos(1));
                    StopReport report = system.shutdown();
                    assertEquals(1, report.counts().get(StopReport.How.CANCELLED), report::toText);
                    assertEquals(1_000, report.took().toMillis(), "started " + before + " ns before the overflow");
                    assertEquals(ActorState.STOPPED, sleeper.state());
                });
                assertEquals(List.of(), log.lines());
            }
        }
    }

    @Test
    @Tag("slow")
    void shouldFireOrCancelEachOfAMillionTimersThatRaceWithCancels() throws Exception {
        long seed = System.nanoTime();
        System.out.println("TimersClockTest seed " + seed + "L");
        MailFixture.inRealSystem(system -> {
            int actors = 4;
            int each = 250_000;
            int[] fired = new int[actors];
            int[] cancelled = new int[actors];
            int[] early = new int[actors];
            var doubled = new AtomicInteger();
            List<ActorRef<Long>> refs = new ArrayList<>();
            for (int a = 0; a < actors; a++) {
                int me = a;
                SplittableRandom random = new SplittableRandom(seed + a);
                boolean[] done = new boolean[each];
                long[] due = new long[each];
                refs.add(system.spawn("a" + a, () -> (message, ctx) -> {
                    Timers<Long> timers = ctx.timers();
                    if (message >= 0) {
                        int key = message.intValue();
                        if (done[key]) {
                            doubled.incrementAndGet();
                        }
                        done[key] = true;
                        fired[me]++;
                        early[me] += System.nanoTime() - due[key] < 0 ? 1 : 0;
                        return;
                    }
                    int from = (int) -message - 1;
                    for (int key = from; key < from + 1_000; key++) {
                        long delay = random.nextInt(2_000_000);
                        due[key] = System.nanoTime() + delay;
                        timers.once(key, (long) key, Duration.ofNanos(delay));
                        int victim = Math.max(0, key - random.nextInt(1_000));
                        if (timers.cancel(victim)) {
                            if (done[victim]) {
                                doubled.incrementAndGet();
                            }
                            done[victim] = true;
                            cancelled[me]++;
                        }
                    }
                }));
            }
            for (int from = 0; from < each; from += 1_000) {
                for (ActorRef<Long> ref : refs) {
                    ref.tell((long) -from - 1);
                }
            }
            for (ActorRef<Long> ref : refs) {
                assertTrue(ref.awaitProcessed(Duration.ofSeconds(40)));
            }
            long deadline = System.nanoTime() + 20_000_000_000L;
            int sum = 0;
            while (sum < actors * each && System.nanoTime() - deadline < 0) {
                Strand.sleep(Duration.ofMillis(2)); // the last ticks are at most 2 ms away
                for (ActorRef<Long> ref : refs) {
                    ref.awaitProcessed(Duration.ofSeconds(1));
                }
                sum = 0;
                for (int a = 0; a < actors; a++) {
                    sum += fired[a] + cancelled[a];
                }
            }
            assertEquals(actors * each, sum);
            assertEquals(0, doubled.get(), "fired twice, or fired and cancelled");
            for (int a = 0; a < actors; a++) {
                assertEquals(0, early[a]);
                assertTrue(fired[a] > 1_000 && cancelled[a] > 1_000, fired[a] + " fired, " + cancelled[a]);
            }
            assertEquals(List.of(), system.failures());
        });
    }
}
