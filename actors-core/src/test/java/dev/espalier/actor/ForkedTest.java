package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.testkit.NothingOutlives;
import dev.espalier.sync.CancelScope;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Compute;
import dev.espalier.sync.FailedException;
import dev.espalier.sync.Fork;
import dev.espalier.sync.Group;
import dev.espalier.sync.Promise;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Forks, groups and computations in actors: children of the actor, or its own code.
class ForkedTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    private static ActorSystem start() {
        return ActorSystem.builder("shop").handleSignals(false).start();
    }

    private interface Handler {
        void on(Object message, ActorContext<Object> ctx);
    }

    private static ActorRef<Object> actor(ActorSystem system, Handler handler) {
        return system.spawn("desk", () -> (message, ctx) -> handler.on(message, ctx));
    }

    @Test
    void shouldBeChildrenOfTheActorWhenForkedInATurn() throws Exception {
        VirtualTime.run(1, () -> {
            try (var system = start()) {
                var seen = new Promise<List<String>>();
                var desk = actor(system, (message, ctx) -> {
                    List<String> paths = Group.call("fetch", (Group<String> group) -> {
                        for (int i = 0; i < 2; i++) {
                            group.fork(() -> {
                                Strand.sleep(SECOND);
                                String path = Objects.requireNonNull(ActorRef.current())
                                        .path();
                                assertEquals(path, Thread.currentThread().getName());
                                assertEquals(
                                        ctx.self(),
                                        Objects.requireNonNull(ActorRef.current())
                                                .parent());
                                assertTrue(ctx.system().find(path).isPresent());
                                return path;
                            });
                        }
                        assertEquals(2, ctx.children().counts().active());
                        return group.joinAll();
                    });
                    assertEquals(0, ctx.children().counts().active());
                    seen.complete(paths);
                });
                desk.tell("go");
                List<String> paths = seen.get(DAY);
                assertEquals(2, paths.size());
                assertTrue(paths.getFirst().startsWith("/shop/desk/fetch~"), paths.toString());
                assertEquals(List.of(), system.failures());
            }
        });
    }

    @Test
    void shouldLetForksBeginWhileTheActorDrains() throws Exception {
        VirtualTime.run(1, () -> {
            var results = new AtomicInteger();
            try (var system = start()) {
                var desk = actor(system, (message, ctx) -> {
                    Strand.sleep(SECOND);
                    Group.run("work", (Group<Integer> group) -> {
                        group.fork(() -> results.incrementAndGet());
                        group.fork(() -> results.incrementAndGet());
                    });
                });
                desk.tell("one");
                desk.tell("two");
                desk.stop();
            }
            assertEquals(4, results.get());
        });
    }

    @Test
    void shouldReachTheForksWhenTheLadderCancels() throws Exception {
        VirtualTime.run(1, () -> {
            var cancelled = new AtomicInteger();
            StopReport report;
            try (var system = start()) {
                system.spawn(ActorSpec.body(
                                "feed",
                                (inbox, ctx) -> Group.run("work", (Group<Integer> group) -> {
                                    for (int i = 0; i < 3; i++) {
                                        group.fork(() -> {
                                            try {
                                                Strand.sleep(DAY);
                                            } catch (CancelledException e) {
                                                cancelled.incrementAndGet();
                                                throw e;
                                            }
                                        });
                                    }
                                    group.joinAll();
                                }))
                        .grace(SECOND));
                Strand.sleep(SECOND);
                report = system.shutdown();
            }
            assertEquals(3, cancelled.get());
            assertEquals(Duration.ofSeconds(2), VirtualTime.elapsed());
            assertTrue(report.toString().contains("/shop/feed/work~"), report.toString());
            assertEquals(0, report.counts().getOrDefault(StopReport.How.FAILED, 0));
        });
    }

    @Test
    @ExtendWith(NothingOutlives.class)
    void shouldInterruptAndAbandonAForkThatDoesNotCome(ActorSystem ignored) throws Exception {
        var interrupted = new Signal();
        var release = new Signal();
        StopReport report;
        try (var system = ActorSystem.builder("stuck")
                .handleSignals(false)
                .budget(Duration.ofSeconds(3))
                .start()) {
            var begun = new Signal();
            system.spawn(ActorSpec.body(
                            "feed",
                            (inbox, ctx) -> Group.run("work", (Group<Integer> group) -> {
                                group.fork(() -> {
                                    begun.go();
                                    try {
                                        Thread.sleep(DAY);
                                    } catch (InterruptedException e) {
                                        interrupted.go();
                                        CancelScope.shield(() -> release.waitForGo());
                                    }
                                });
                            }))
                    .grace(Duration.ofMillis(50)));
            begun.waitForGo();
            report = system.shutdown();
        }
        assertTrue(interrupted.waitForGo(Duration.ofSeconds(10))); // given up does not mean that it has run since
        release.go();
        assertTrue(report.toString().contains("/stuck/feed/work~"), report.toString());
        assertTrue(report.counts().getOrDefault(StopReport.How.ABANDONED, 0) >= 1, report.toString());
    }

    @Test
    void shouldFailTheActorOnceWhenAForkOfItsGroupFails() throws Exception {
        VirtualTime.run(1, () -> {
            try (var system = start()) {
                var desk = actor(
                        system,
                        (message, ctx) -> Group.run("work", (Group<Integer> group) -> {
                            group.fork(() -> {
                                throw new IllegalStateException("no");
                            });
                            new Signal().waitForGo();
                        }));
                desk.tell("go");
                assertTrue(desk.awaitProcessed(DAY));
                Strand.sleep(SECOND);
                assertEquals(1, system.failures().size());
                assertEquals("/shop/desk", system.failures().getFirst().path());
                assertTrue(system.failures().getFirst().cause() instanceof FailedException);
            }
        });
    }

    @Test
    void shouldStopWithTheActorWhenForkedWithoutAGroup() throws Exception {
        VirtualTime.run(1, () -> {
            var fork = new AtomicReference<Fork<Void>>();
            try (var system = start()) {
                var desk = actor(system, (message, ctx) -> fork.set(Fork.start("aside", () -> Strand.sleep(DAY))));
                desk.tell("go");
                assertTrue(desk.awaitProcessed(DAY));
                assertFalse(fork.get().isDone());
                desk.stop();
                desk.join(DAY);
                assertTrue(fork.get().isDone());
                assertEquals(Duration.ofSeconds(5), VirtualTime.elapsed());
            }
        });
    }

    @Test
    void shouldBeAFailureOfAChildWhenForkedWithoutAGroup() throws Exception {
        VirtualTime.run(1, () -> {
            try (var system = start()) {
                var told = new Promise<Throwable>();
                var desk = actor(system, (message, ctx) -> {
                    Fork<Integer> fork = Fork.start("aside", () -> {
                        throw new IllegalStateException("no");
                    });
                    told.complete(assertThrows(FailedException.class, fork::get));
                });
                desk.tell("go");
                assertEquals("no", told.get(DAY).getCause().getMessage());
                Strand.sleep(SECOND);
                assertEquals(1, system.failures().size());
                assertTrue(system.failures().getFirst().path().startsWith("/shop/desk/aside~"));
                assertEquals(ActorState.RUNNING, desk.state());
            }
        });
    }

    @Test
    void shouldRefuseAForkWithoutAGroupWhenTheActorStops() throws Exception {
        VirtualTime.run(1, () -> {
            var refused = new AtomicInteger();
            try (var system = start()) {
                system.spawnBody("feed", (inbox, ctx) -> {
                    ctx.pleaseStop().waitForGo();
                    assertThrows(SpawnRefusedException.class, () -> Fork.start("late", () -> {}));
                    refused.incrementAndGet();
                });
                Strand.sleep(SECOND);
            }
            assertEquals(1, refused.get());
        });
    }

    @Test
    void shouldComputeAsTheActor() throws Exception {
        VirtualTime.run(1, () -> {
            try (var system = start()) {
                var seen = new Promise<String>();
                var desk = actor(
                        system,
                        (message, ctx) -> seen.complete(Compute.call(() -> {
                            assertFalse(Thread.currentThread().isVirtual());
                            assertFalse(ctx.pleaseStop().isGo());
                            ctx.self().stop();
                            assertTrue(ctx.pleaseStop().isGo());
                            assertEquals(ctx.self(), ActorRef.current());
                            return Thread.currentThread().getName();
                        })));
                desk.tell("go");
                assertEquals("/shop/desk", seen.get(DAY));
            }
        });
    }

    @Test
    @ExtendWith(NothingOutlives.class)
    void shouldLetOthersHaveTheirTurnsWhileActorsCompute(ActorSystem system) {
        int hogs = 2 * Runtime.getRuntime().availableProcessors();
        var end = new Signal();
        for (int i = 0; i < hogs; i++) {
            system.<Object>spawn(
                            "hog-" + i,
                            () -> (message, ctx) -> Compute.run(() -> {
                                while (!end.isGo()) {
                                    Thread.onSpinWait();
                                }
                            }))
                    .tell("go");
        }
        ActorRef<ReplyTo<Integer>> quick = system.spawn("quick", () -> (reply, ctx) -> reply.reply(1));
        try {
            for (int i = 0; i < 20; i++) {
                int answer = quick.<Integer>ask(reply -> reply, Duration.ofSeconds(10));
                assertEquals(1, answer);
            }
        } finally {
            end.go();
        }
    }

    @Test
    void shouldCancelAComputationWhenTheLadderDoes() throws Exception {
        VirtualTime.run(1, () -> {
            StopReport report;
            try (var system = start()) {
                system.spawn(ActorSpec.body("feed", (inbox, ctx) -> Compute.run(() -> Strand.sleep(DAY)))
                        .grace(SECOND));
                Strand.sleep(SECOND);
                report = system.shutdown();
            }
            assertEquals(Duration.ofSeconds(2), VirtualTime.elapsed());
            assertEquals(1, report.counts().getOrDefault(StopReport.How.CANCELLED, 0), report.toString());
        });
    }
}
