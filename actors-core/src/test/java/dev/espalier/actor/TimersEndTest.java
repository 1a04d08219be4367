package dev.espalier.actor;

import static dev.espalier.actor.TimersFixture.millis;
import static dev.espalier.actor.TimersFixture.nowMillis;
import static dev.espalier.actor.TimersFixture.ticking;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.actor.TimersFixture.Tick;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Timers at restarts and stops.
class TimersEndTest {
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
