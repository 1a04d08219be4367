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
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TimersTest {
    /// A tick and when it was handled.
    private record Tick(String what, long millis) {}

    private static long nowMillis() {
        return VirtualTime.elapsed().toMillis();
    }

    /// An actor that sets its timers at the start and writes down every tick.
    private static Behavior<String> ticking(
            List<Tick> ticks, BiConsumer<Timers<String>, ActorContext<String>> atStart, Duration work) {
        return new Behavior<>() {
            @Override
            public void onStart(ActorContext<String> ctx) {
                atStart.accept(ctx.timers(), ctx);
            }

            @Override
            public void onMessage(String message, ActorContext<String> ctx) {
                ticks.add(new Tick(message, nowMillis()));
                if (message.equals("fail")) {
                    throw new IllegalStateException("on purpose");
                }
                Strand.sleep(work);
            }
        };
    }

    private static Duration millis(long n) {
        return Duration.ofMillis(n);
    }

    @Test
    void shouldTickOnceAtTheTime() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Tick> ticks = new ArrayList<>();
            system.spawn(
                    "a",
                    () -> ticking(
                            ticks,
                            (timers, ctx) -> {
                                timers.once("k1", "late", millis(500));
                                timers.once("k2", "soon", millis(100));
                                timers.once("k3", "now", Duration.ZERO);
                                assertTrue(timers.isActive("k1"));
                            },
                            Duration.ZERO));
            Strand.sleep(Duration.ofSeconds(5));
            assertEquals(List.of(new Tick("now", 0), new Tick("soon", 100), new Tick("late", 500)), ticks);
        });
    }

    @Test
    void shouldTickOnceInABodyToo() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Tick> ticks = new ArrayList<>();
            system.<String>spawnBody("a", (inbox, ctx) -> {
                ctx.timers().once("k", "tick", millis(500));
                ctx.timers().fixedRate("r", "rate", millis(400));
                for (String message : inbox) {
                    ticks.add(new Tick(message, nowMillis()));
                }
            });
            Strand.sleep(millis(900));
            assertEquals(List.of(new Tick("rate", 400), new Tick("tick", 500), new Tick("rate", 800)), ticks);
        });
    }

    @Test
    void shouldCountTheRateFromTheStartWhateverATickTakes() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Tick> ticks = new ArrayList<>();
            system.spawn(
                    "a", () -> ticking(ticks, (timers, ctx) -> timers.fixedRate("k", "t", millis(100)), millis(30)));
            Strand.sleep(millis(450));
            assertEquals(
                    List.of(new Tick("t", 100), new Tick("t", 200), new Tick("t", 300), new Tick("t", 400)), ticks);
        });
    }

    @Test
    void shouldSendNoBurstWhenTheActorWasLate() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Tick> ticks = new ArrayList<>();
            ActorRef<String> actor = system.spawn("a", () -> new Behavior<String>() {
                @Override
                public void onStart(ActorContext<String> ctx) {
                    ctx.timers().fixedRate("k", "t", millis(100));
                }

                @Override
                public void onMessage(String message, ActorContext<String> ctx) {
                    ticks.add(new Tick(message, nowMillis()));
                    Strand.sleep(millis(message.equals("block") ? 1_050 : 0));
                }
            });
            actor.tell("block");
            Strand.sleep(millis(1_250));
            assertEquals(
                    List.of(new Tick("block", 0), new Tick("t", 1_050), new Tick("t", 1_100), new Tick("t", 1_200)),
                    ticks);
        });
    }

    @Test
    void shouldCountTheDelayFromTheEndOfTheLastTick() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Tick> ticks = new ArrayList<>();
            system.spawn(
                    "a", () -> ticking(ticks, (timers, ctx) -> timers.fixedDelay("k", "t", millis(100)), millis(30)));
            Strand.sleep(millis(450));
            assertEquals(List.of(new Tick("t", 100), new Tick("t", 230), new Tick("t", 360)), ticks);
        });
    }

    @Test
    void shouldReplaceTheTimerOfTheSameKeyEvenIfItsTickIsUnderWay() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Tick> ticks = new ArrayList<>();
            ActorRef<String> actor = system.spawn("a", () -> new Behavior<String>() {
                @Override
                public void onStart(ActorContext<String> ctx) {
                    ctx.timers().once("k", "old", millis(100));
                }

                @Override
                public void onMessage(String message, ActorContext<String> ctx) {
                    ticks.add(new Tick(message, nowMillis()));
                    if (message.equals("replace")) {
                        Strand.sleep(millis(200)); // the old tick waits already
                        ctx.timers().once("k", "new", millis(100));
                    }
                }
            });
            actor.tell("replace");
            Strand.sleep(Duration.ofSeconds(1));
            assertEquals(List.of(new Tick("replace", 0), new Tick("new", 300)), ticks);
        });
    }

    @Test
    void shouldTickNoMoreWhenCancelled() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Tick> ticks = new ArrayList<>();
            List<Boolean> answers = new ArrayList<>();
            ActorRef<String> actor = system.spawn("a", () -> new Behavior<String>() {
                @Override
                public void onStart(ActorContext<String> ctx) {
                    ctx.timers().fixedRate("rate", "rate", millis(100));
                    ctx.timers().fixedDelay("delay", "delay", millis(100));
                    ctx.timers().once("once", "once", millis(250));
                }

                @Override
                public void onMessage(String message, ActorContext<String> ctx) {
                    Timers<String> timers = ctx.timers();
                    if (message.equals("cancel")) {
                        Strand.sleep(millis(250)); // ticks of all three are waiting now
                        answers.add(timers.cancel("rate"));
                        answers.add(timers.cancel("rate"));
                        answers.add(timers.isActive("rate"));
                        answers.add(timers.isActive("once"));
                        timers.cancelAll();
                        answers.add(timers.isActive("once"));
                    } else {
                        ticks.add(new Tick(message, nowMillis()));
                    }
                }
            });
            actor.tell("cancel");
            Strand.sleep(Duration.ofSeconds(2));
            assertEquals(List.of(true, false, false, true, false), answers);
            assertEquals(List.of(), ticks);
        });
    }

    @Test
    void shouldSendTheReceiveTimeoutWhenNothingCameForThatLong() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Tick> ticks = new ArrayList<>();
            ActorRef<String> actor = system.spawn("a", () -> new Behavior<String>() {
                @Override
                public void onStart(ActorContext<String> ctx) {
                    ctx.timers().receiveTimeout("idle", millis(100));
                }

                @Override
                public void onMessage(String message, ActorContext<String> ctx) {
                    ticks.add(new Tick(message, nowMillis()));
                    if (message.equals("off")) {
                        ctx.timers().cancelReceiveTimeout();
                    }
                }
            });
            for (int i = 0; i < 4; i++) {
                Strand.sleep(millis(60));
                actor.tell("m");
            }
            Strand.sleep(millis(250));
            actor.tell("off");
            Strand.sleep(Duration.ofSeconds(5));
            assertEquals(
                    List.of(
                            new Tick("m", 60),
                            new Tick("m", 120),
                            new Tick("m", 180),
                            new Tick("m", 240),
                            new Tick("idle", 340),
                            new Tick("idle", 440),
                            new Tick("off", 490)),
                    ticks);
        });
    }

    @Test
    void shouldNotWaitBehindData() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Tick> ticks = new ArrayList<>();
            ActorRef<String> actor = system.spawn(
                    "a", () -> ticking(ticks, (timers, ctx) -> timers.once("k", "tick", millis(15)), millis(10)));
            for (int i = 0; i < 100; i++) {
                actor.tell("data");
            }
            assertTrue(actor.awaitProcessed(Duration.ofSeconds(9)));
            assertEquals(new Tick("tick", 20), ticks.get(2));
            assertEquals(101, ticks.size());
        });
    }

    @Test
    void shouldNotBeDroppedWhenTheMailboxIsFull() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Tick> ticks = new ArrayList<>();
            ActorRef<String> actor = system.spawn(ActorSpec.<String>behavior(
                            "a",
                            () -> ticking(ticks, (timers, ctx) -> timers.once("k", "tick", millis(15)), millis(10)))
                    .mailbox(MailboxSpec.bounded(1, Overflow.DROP_NEWEST)));
            for (int i = 0; i < 100; i++) {
                actor.tell("data");
                Strand.sleep(millis(1));
            }
            assertTrue(ticks.contains(new Tick("tick", 20)), ticks::toString);
        });
    }

    @Test
    void shouldDropTheTicksOfTheOldIncarnationAfterARestart() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                List<Tick> ticks = new ArrayList<>();
                int[] lives = new int[1];
                ActorRef<String> actor = system.spawn("a", () -> {
                    int life = ++lives[0];
                    return ticking(
                            ticks,
                            (timers, ctx) -> {
                                if (life == 1) {
                                    timers.once("k", "old once", millis(100));
                                    timers.fixedRate("r", "old rate", millis(100));
                                    timers.receiveTimeout("old idle", millis(100));
                                    ctx.execute(() -> ticks.add(new Tick("executed", nowMillis())));
                                } else {
                                    timers.once("k", "fresh", millis(300));
                                }
                            },
                            Duration.ZERO);
                });
                Strand.sleep(millis(50));
                actor.tell("fail");
                Strand.sleep(Duration.ofSeconds(2));
                assertEquals(List.of(new Tick("executed", 0), new Tick("fail", 50), new Tick("fresh", 350)), ticks);
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldDropATickThatWaitsWhileItsIncarnationFails() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                List<String> seen = new ArrayList<>();
                int[] lives = new int[1];
                ActorRef<String> actor = system.spawn("a", () -> new Behavior<String>() {
                    private final int life = ++lives[0];

                    @Override
                    public void onStart(ActorContext<String> ctx) {
                        if (life == 1) {
                            ctx.timers().once("k", "stale", millis(10));
                        }
                    }

                    @Override
                    public void onMessage(String message, ActorContext<String> ctx) {
                        seen.add(message + life);
                        if (message.equals("fail")) {
                            Strand.sleep(millis(50)); // the tick waits in the control lane now
                            throw new IllegalStateException("on purpose");
                        }
                    }
                });
                actor.tell("fail");
                actor.tell("next");
                Strand.sleep(Duration.ofSeconds(1));
                assertEquals(List.of("fail1", "next2"), seen);
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldTickNoMoreAfterTheStop() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Tick> ticks = new ArrayList<>();
            ActorRef<String> actor = system.spawn(
                    "a",
                    () -> ticking(
                            ticks,
                            (timers, ctx) -> {
                                timers.fixedRate("k", "tick", millis(100));
                                timers.once("l", "once", millis(250));
                            },
                            Duration.ZERO));
            Strand.sleep(millis(150));
            actor.stop();
            actor.join();
            Strand.sleep(Duration.ofSeconds(5));
            assertEquals(List.of(new Tick("tick", 100)), ticks);
            assertEquals(0, system.deadLetters().count());
        });
    }

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
        System.out.println("TimersTest seed " + seed + "L");
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

    @Test
    void shouldRefuseNonsense() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> errors = new ArrayList<>();
            ActorRef<String> actor = system.<String>spawnBody("a", (inbox, ctx) -> {
                Timers<String> timers = ctx.timers();
                List<Runnable> calls = List.of(
                        () -> timers.once("k", "m", Duration.ofNanos(-1)),
                        () -> timers.fixedRate("k", "m", Duration.ZERO),
                        () -> timers.fixedDelay("k", "m", Duration.ofMillis(-5)),
                        () -> timers.receiveTimeout("m", Duration.ZERO),
                        () -> timers.once(null, "m", Duration.ZERO),
                        () -> timers.once("k", null, Duration.ZERO));
                for (Runnable call : calls) {
                    errors.add(assertThrows(RuntimeException.class, call::run).getMessage());
                }
                assertThrows(NullPointerException.class, () -> timers.once("k", "m", null));
                assertThrows(NullPointerException.class, () -> timers.fixedRate("k", "m", null));
                assertThrows(NullPointerException.class, () -> timers.receiveTimeout(null, Duration.ofSeconds(1)));
                assertFalse(timers.isActive("k"));
                assertFalse(timers.cancel("unknown"));
            });
            actor.join();
            assertEquals(
                    List.of(
                            "The delay must not be negative: PT-0.000000001S",
                            "The period must be positive, not PT0S",
                            "The delay must be positive, not PT-0.005S",
                            "The idle time must be positive, not PT0S",
                            "key",
                            "message"),
                    errors);
        });
    }

    @Test
    void shouldSayWhoseContextItWasWhenUsedAfterTheEnd() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<ActorContext<String>> kept = new ArrayList<>();
            ActorRef<String> actor =
                    system.spawn("a", () -> ticking(new ArrayList<>(), (timers, ctx) -> kept.add(ctx), Duration.ZERO));
            actor.stop();
            actor.join();
            ActorContext<String> ctx = kept.getFirst();
            var error = assertThrows(ActorStoppedException.class, ctx::timers);
            assertEquals("This context of /t/a belongs to incarnation 1, which has ended", error.getMessage());
            assertThrows(ActorStoppedException.class, ctx::stop);
            assertThrows(ActorStoppedException.class, () -> ctx.watch(actor, ref -> {}));
            assertThrows(ActorStoppedException.class, () -> ctx.spawn("c", () -> (message, own) -> {}));
            assertThrows(ActorStoppedException.class, () -> ctx.spawnAll(List.of()));
            assertThrows(ActorStoppedException.class, () -> ctx.become((message, own) -> {}));
            assertThrows(ActorStoppedException.class, ctx::stash);
            assertThrows(ActorStoppedException.class, ctx::unstashAll);
            assertThrows(ActorStoppedException.class, () -> ctx.supervise(Supervision.DEFAULT));
            ctx.execute(() -> kept.clear()); // lost
            assertEquals(1, kept.size());
        });
    }
}
