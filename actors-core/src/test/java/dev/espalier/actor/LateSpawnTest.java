package dev.espalier.actor;

import static dev.espalier.actor.StopFixture.LONG;
import static dev.espalier.actor.StopFixture.SECOND;
import static dev.espalier.actor.StopFixture.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The late child: a spawn while its parent stops.
class LateSpawnTest {
    @Test
    @Tag("slow")
    void shouldLeaveNoSurvivorIn10000RacesOfSpawnAgainstStop() throws Exception {
        int races = 10_000;
        var refusedInAll = new AtomicInteger();
        MailFixture.inRealSystem(system -> {
            for (int race = 0; race < races; race++) {
                List<ActorContext<Object>> contexts = new ArrayList<>();
                List<ActorRef<Object>> spawned = Collections.synchronizedList(new ArrayList<>());
                ActorRef<Object> parent = system.spawn(ActorSpec.<Object>behaviorWith("p" + race, ctx -> {
                            contexts.add(ctx);
                            return (message, own) -> {};
                        })
                        .restart(Restart.TEMPORARY));
                Strand spawner = Strand.start("spawner", () -> {
                    for (int i = 0; i < 5; i++) {
                        try {
                            spawned.add(contexts.getFirst().spawn("c" + i, () -> (message, own) -> {}));
                        } catch (SpawnRefusedException | ActorStoppedException e) {
                            refusedInAll.incrementAndGet();
                        }
                    }
                });
                if (race % 2 == 0) {
                    Thread.onSpinWait();
                }
                parent.stop();
                assertTrue(parent.stopped().waitForGo(LONG));
                assertTrue(spawner.join(LONG));
                for (ActorRef<Object> child : spawned) {
                    assertEquals(ActorState.STOPPED, child.state(), child.path());
                }
                assertTrue(parent.info().children().isEmpty());
            }
            assertEquals(List.of(), system.children().refs());
        });
        assertTrue(refusedInAll.get() > 0, "the stop never came first");
    }

    @Test
    void shouldLeaveNoSurvivorWhenManySeedsRaceSpawnAgainstStop() throws Exception {
        int refused = 0;
        int spawned = 0;
        for (long seed = 1; seed <= 300; seed++) {
            List<ActorRef<Object>> children = new ArrayList<>();
            List<RuntimeException> errors = new ArrayList<>();
            MailFixture.inVirtualSystem(seed, system -> {
                List<ActorContext<Object>> contexts = new ArrayList<>();
                ActorRef<Object> parent = system.spawn(ActorSpec.behaviorWith("p", ctx -> {
                    contexts.add(ctx);
                    return (message, own) -> {};
                }));
                Strand spawner = Strand.start("spawner", () -> {
                    for (int i = 0; i < 5; i++) {
                        VirtualTime.pause();
                        try {
                            children.add(contexts.getFirst().spawnBody("c" + i, (inbox, ctx) -> inbox.receive()));
                        } catch (SpawnRefusedException | ActorStoppedException e) {
                            errors.add(e);
                        }
                    }
                });
                VirtualTime.pause();
                VirtualTime.pause();
                parent.stop();
                parent.join(SECOND);
                assertTrue(spawner.join(SECOND));
                children.forEach(child -> assertEquals(ActorState.STOPPED, child.state()));
                assertEquals(5, children.size() + errors.size());
            });
            refused += errors.size();
            spawned += children.size();
        }
        assertTrue(refused > 50 && spawned > 50, refused + " refused, " + spawned + " spawned");
    }

    @Test
    void shouldRefuseALateSpawnWithAPreciseErrorAndLeakNothing() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> errors = new ArrayList<>();
            var made = new AtomicInteger();
            ActorRef<String> parent = system.spawn("p", () -> new Behavior<String>() {
                private void late(ActorContext<String> ctx) {
                    errors.add(assertThrows(
                                    SpawnRefusedException.class,
                                    () -> ctx.spawn("late", () -> {
                                        made.incrementAndGet();
                                        return (message, own) -> {};
                                    }))
                            .getMessage());
                }

                @Override
                public void onMessage(String message, ActorContext<String> ctx) {
                    Strand.sleep(SECOND);
                    assertTrue(ctx.pleaseStop().isGo());
                    late(ctx);
                }

                @Override
                public void onStop(ActorContext<String> ctx) {
                    late(ctx);
                    ctx.children().refs().forEach(ref -> errors.add("left " + ref));
                }
            });
            parent.tell("work");
            Strand.sleep(Duration.ofMillis(1));
            parent.stop();
            parent.join();
            String expected = "/t/p is stopping and takes no more children: late was refused";
            assertEquals(List.of(expected, expected), errors);
            assertEquals(0, made.get());
        });
        var system = MailFixture.builder().start();
        system.shutdown();
        assertThrows(SpawnRefusedException.class, () -> system.spawn("x", () -> (message, ctx) -> {}));
        assertThrows(
                SpawnRefusedException.class, () -> system.spawnAll(List.of(node("x", new ArrayList<>(), List.of()))));
        assertThrows(SpawnRefusedException.class, () -> system.onStopped(() -> {}));
    }
}
