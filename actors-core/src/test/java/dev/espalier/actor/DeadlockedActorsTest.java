package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.sync.Deadlock;
import dev.espalier.sync.DeadlockException;
import dev.espalier.sync.DeadlockWatch;
import dev.espalier.sync.FailedException;
import dev.espalier.sync.Group;
import dev.espalier.sync.Lock;
import dev.espalier.sync.Registration;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Cycles of waits in which actors take part.
class DeadlockedActorsTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration TICK = Duration.ofMillis(1);

    private record Get(ReplyTo<Integer> replyTo) {}

    private interface Scene {
        void play(ActorSystem system) throws Exception;
    }

    private static List<Deadlock> foundIn(Scene scene) throws Exception {
        List<Deadlock> found = new CopyOnWriteArrayList<>();
        List<Deadlock> observed = new CopyOnWriteArrayList<>();
        ActorObserver observer = new ActorObserver() {
            @Override
            public void deadlock(Deadlock deadlock) {
                observed.add(deadlock);
            }
        };
        Registration listener = DeadlockWatch.onFound(found::add);
        try (ActorSystem system =
                ActorSystem.builder("t").handleSignals(false).observer(observer).start()) {
            scene.play(system);
        } finally {
            listener.remove();
        }
        assertEquals(found, observed);
        return found;
    }

    /// Answers when it has the lock.
    private static ActorRef<Get> desk(ActorSystem system, String name, Lock lock) {
        return system.spawn(name, () -> (Get message, ActorContext<Get> ctx) -> {
            Strand.sleep(TICK);
            lock.run(() -> message.replyTo().reply(1));
        });
    }

    private static Set<String> names(Deadlock deadlock) {
        return new TreeSet<>(
                deadlock.members().stream().map(Deadlock.Member::name).toList());
    }

    private static void askWithALock(ActorSystem system) {
        Lock lock = new Lock();
        ActorRef<Get> desk = desk(system, "desk", lock);
        lock.run(() -> assertThrows(AskCycleException.class, () -> desk.<Integer>ask(Get::new, HOUR)));
        assertEquals(1, desk.<Integer>ask(Get::new, SECOND), "it goes on");
    }

    @Test
    void shouldFailTheAskOfWhoHoldsTheLockThatTheAskedWants() throws Exception {
        VirtualTime.run(() -> {
            List<Deadlock> found = foundIn(DeadlockedActorsTest::askWithALock);
            assertEquals(1, found.size());
            assertEquals(Set.of("/t/desk", "test"), names(found.getFirst()));
            assertEquals("asks /t/desk", found.getFirst().ended().what());
        });
    }

    @Test
    @Tag("slow")
    void shouldFindItOnRealThreads() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertEquals(1, foundIn(DeadlockedActorsTest::askWithALock).size());
        }
    }

    @Test
    void shouldNotFailAnAskWhenTheLockIsWantedForATimeOnly() throws Exception {
        VirtualTime.run(() -> {
            Lock lock = new Lock();
            List<Deadlock> found = foundIn(system -> {
                ActorRef<Get> desk = system.spawn("desk", () -> (Get message, ActorContext<Get> ctx) -> {
                    message.replyTo().reply(lock.lock(SECOND) ? 1 : 2);
                });
                lock.run(() -> assertEquals(2, desk.<Integer>ask(Get::new, HOUR)));
            });
            assertEquals(1, found.size());
            assertTrue(found.getFirst().limited());
        });
    }

    @Test
    void shouldFindACycleOfThree() throws Exception {
        VirtualTime.run(() -> {
            Lock lock = new Lock();
            List<Deadlock> found = foundIn(system -> {
                ActorRef<Get> desk = desk(system, "desk", lock);
                ActorRef<Get> clerk = system.spawn("clerk", () -> (Get message, ActorContext<Get> ctx) -> {
                    try {
                        message.replyTo().reply(desk.<Integer>ask(Get::new, HOUR));
                    } catch (AskCycleException e) {
                        message.replyTo().reply(-1);
                    }
                });
                lock.run(() -> assertEquals(-1, clerk.<Integer>ask(Get::new, HOUR)));
            });
            assertEquals(1, found.size());
            assertEquals(Set.of("/t/clerk", "/t/desk", "test"), names(found.getFirst()));
            assertEquals("/t/clerk", found.getFirst().ended().name(), "the younger ask");
        });
    }

    @Test
    void shouldFailAForkThatAsksTheActorThatJoinsIt() throws Exception {
        VirtualTime.run(() -> {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            List<Deadlock> found = foundIn(system -> {
                ActorRef<Get> parent = system.spawn("parent", () -> (Get message, ActorContext<Get> ctx) -> {
                    thrown.set(assertThrows(
                            FailedException.class,
                            () -> Group.<Integer>run("work", group -> {
                                group.fork(() -> ctx.self().<Integer>ask(Get::new, HOUR));
                                group.joinAll();
                            })));
                    message.replyTo().reply(2);
                });
                assertEquals(2, parent.<Integer>ask(Get::new, HOUR));
            });
            assertInstanceOf(AskCycleException.class, thrown.get().getCause());
            assertEquals(1, found.size());
            assertTrue(names(found.getFirst()).contains("/t/parent"));
        });
    }

    @Test
    void shouldFailTheJoinOfWhoHoldsTheLockThatTheOtherWants() throws Exception {
        VirtualTime.run(() -> {
            Lock lock = new Lock();
            List<Throwable> thrown = new ArrayList<>();
            List<Deadlock> found = foundIn(system -> {
                Signal go = new Signal();
                ActorRef<String> child = system.spawnBody("child", (inbox, ctx) -> {
                    go.waitForGo();
                    lock.run(() -> {});
                });
                lock.run(() -> {
                    go.go();
                    Strand.sleep(TICK);
                    thrown.add(assertThrows(DeadlockException.class, child::join));
                });
                child.join();
            });
            assertEquals(1, thrown.size());
            assertEquals("joins /t/child", found.getFirst().ended().what());
        });
    }

    @Test
    void shouldFailTheLockThatAChildWantsFromItsStarter() throws Exception {
        VirtualTime.run(() -> {
            Lock lock = new Lock();
            List<Deadlock> found = foundIn(system -> {
                ActorRef<String> parent = system.spawnBody(
                        "parent",
                        (inbox, ctx) -> lock.run(() -> {
                            StartFailedException failed = assertThrows(
                                    StartFailedException.class,
                                    () -> ctx.spawn(ActorSpec.<String>body("child", (mail, own) -> {
                                                lock.run(() -> {});
                                                own.ready();
                                            })
                                            .saysReady()));
                            assertInstanceOf(DeadlockException.class, failed.getCause());
                        }));
                parent.join();
            });
            assertEquals(1, found.size());
            assertEquals("/t/parent/child", found.getFirst().ended().name());
        });
    }
}
