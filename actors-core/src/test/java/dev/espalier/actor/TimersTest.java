package dev.espalier.actor;

import static dev.espalier.actor.TimersFixture.millis;
import static dev.espalier.actor.TimersFixture.nowMillis;
import static dev.espalier.actor.TimersFixture.ticking;
import static dev.espalier.actor.TimersFixture.timed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.TimersFixture.Tick;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimersTest {
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
            ActorRef<String> actor = system.spawn(
                    "a",
                    () -> timed(timers -> timers.fixedRate("k", "t", millis(100)), (message, ctx) -> {
                        ticks.add(new Tick(message, nowMillis()));
                        Strand.sleep(millis(message.equals("block") ? 1_050 : 0));
                    }));
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
            ActorRef<String> actor = system.spawn(
                    "a",
                    () -> timed(timers -> timers.once("k", "old", millis(100)), (message, ctx) -> {
                        ticks.add(new Tick(message, nowMillis()));
                        if (message.equals("replace")) {
                            Strand.sleep(millis(200)); // the old tick waits already
                            ctx.timers().once("k", "new", millis(100));
                        }
                    }));
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
            ActorRef<String> actor = system.spawn(
                    "a",
                    () -> timed(
                            timers -> {
                                timers.fixedRate("rate", "rate", millis(100));
                                timers.fixedDelay("delay", "delay", millis(100));
                                timers.once("once", "once", millis(250));
                            },
                            (message, ctx) -> {
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
                            }));
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
            ActorRef<String> actor = system.spawn(
                    "a",
                    () -> timed(timers -> timers.receiveTimeout("idle", millis(100)), (message, ctx) -> {
                        ticks.add(new Tick(message, nowMillis()));
                        if (message.equals("off")) {
                            ctx.timers().cancelReceiveTimeout();
                        }
                    }));
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
}
