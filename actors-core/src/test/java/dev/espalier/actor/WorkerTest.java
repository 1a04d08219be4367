package dev.espalier.actor;

import static dev.espalier.actor.TurnFixture.LONG;
import static dev.espalier.actor.TurnFixture.MOMENT;
import static dev.espalier.actor.TurnFixture.inVirtualSystem;
import static dev.espalier.actor.TurnFixture.sleepShielded;
import static dev.espalier.actor.TurnFixture.spawn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The threads of workers: names, who is named for whose, interrupts, how many there are.
class WorkerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration AGE = Duration.ofDays(1);

    private static List<Thread> threads(ActorSystem system) {
        return system.turns.workers.stream()
                .map(Worker::strand)
                .filter(Objects::nonNull)
                .map(Strand::thread)
                .toList();
    }

    private static boolean hasOwnName(Thread thread) {
        return thread.getName().startsWith("espalier-t-worker-")
                || thread.getName().startsWith("espalier-t-platform-");
    }

    // Names.

    @Test
    void shouldBearTheActorsNameWhileItWaitsAndItsOwnAfterwards() throws Exception {
        inVirtualSystem(1, system -> {
            List<Thread> ran = new ArrayList<>();
            ActorRef<Job> waits = spawn(system, "waits");
            waits.tell(ctx -> {
                ran.add(Thread.currentThread());
                assertTrue(hasOwnName(Thread.currentThread()), "a short turn needs no name");
                Strand.sleep(SECOND);
            });
            Strand.sleep(MOMENT);
            assertEquals("/t/waits", ran.getFirst().getName());
            Strand.sleep(SECOND);
            assertTrue(hasOwnName(ran.getFirst()), ran::toString);
            assertEquals(List.of(), system.failures());
        });
    }

    @Test
    void shouldBearTheActorsNameWhileItComputesAndItsOwnAfterwards() throws Exception {
        TurnFixture.inRealSystem(system -> {
            List<Thread> ran = new ArrayList<>();
            ActorRef<Job> busy = spawn(system, "busy");
            String seen = TurnFixture.on(busy, () -> {
                ran.add(Thread.currentThread());
                TurnFixture.spinUntil(() -> Thread.currentThread().getName().equals("/t/busy"));
                return Thread.currentThread().getName();
            });
            assertEquals("/t/busy", seen);
            Awaitility.await().atMost(LONG).until(() -> hasOwnName(ran.getFirst()));
        });
    }

    @Test
    void shouldBearTheActorsNameWhileItWaitsInForeignCode() throws Exception {
        TurnFixture.inRealSystem(system -> {
            var release = new CountDownLatch(1);
            ActorRef<Job> foreign = spawn(system, "foreign");
            foreign.tell(ctx -> release.await());
            try {
                Awaitility.await().atMost(LONG).until(() -> {
                    Thread thread = foreign.info().thread();
                    return thread != null && thread.getName().equals("/t/foreign");
                });
            } finally {
                release.countDown();
            }
            assertTrue(foreign.awaitProcessed(LONG));
            Awaitility.await().atMost(LONG).until(() -> threads(system).stream().allMatch(WorkerTest::hasOwnName));
        });
    }

    // Whose thread.

    @Test
    void shouldKnowTheThreadOfEachActorWhoseTurnWaits() throws Exception {
        inVirtualSystem(1, system -> {
            List<ActorRef<Job>> actors = new ArrayList<>();
            List<Thread> ran = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                actors.add(spawn(system, "a" + i));
                actors.getLast().tell(ctx -> {
                    ran.add(Thread.currentThread());
                    Strand.sleep(SECOND);
                });
            }
            Strand.sleep(MOMENT);
            assertEquals(4, ran.stream().distinct().count());
            for (ActorRef<Job> each : actors) {
                Thread thread = each.info().thread();
                assertTrue(thread != null && ran.contains(thread), each::path);
                assertEquals(each.path(), thread.getName());
            }
            Strand.sleep(SECOND);
            actors.forEach(each -> assertNull(each.info().thread()));
        });
    }

    private static void stayHere() throws Exception {
        sleepShielded(AGE);
    }

    private static void stayThere() throws Exception {
        sleepShielded(AGE);
    }

    private static List<String> own(StopReport.End end) {
        return end.stack().stream()
                .filter(frame -> frame.getClassName().equals(WorkerTest.class.getName()))
                .map(StackTraceElement::getMethodName)
                .filter(method -> method.startsWith("stay"))
                .toList();
    }

    @Test
    void shouldReportTheStackOfEachCulpritAndOfNobodyElse() throws Exception {
        try (var log = EngineLog.silent()) {
            VirtualTime.run(() -> {
                var system = TurnFixture.builder().parallelism(1).start();
                system.spawn(TurnFixture.worker("here").grace(SECOND)).tell(ctx -> stayHere());
                system.spawn(TurnFixture.worker("idle").grace(SECOND)).tell(ctx -> {});
                system.spawn(TurnFixture.worker("there").grace(SECOND)).tell(ctx -> stayThere());
                Strand.sleep(MOMENT);
                StopReport report = system.shutdown();
                assertEquals(List.of("stayHere"), own(LadderFixture.end(report, "/t/here")));
                assertEquals(List.of("stayThere"), own(LadderFixture.end(report, "/t/there")));
                assertEquals(List.of(), LadderFixture.end(report, "/t/idle").stack());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    // Interrupts.

    /// The ladder interrupts the first one, which hands on to the second one in its last moment.
    @Test
    void shouldNotInterruptTheNextActorOfTheSameWorkerWhenTheLadderInterruptsOne() throws Exception {
        inVirtualSystem(1, system -> {
            List<Boolean> flags = new ArrayList<>();
            List<Thread> ran = new ArrayList<>();
            ActorRef<Job> second = spawn(system, "second");
            ActorRef<Job> first = system.spawn(TurnFixture.worker("first").grace(SECOND.multipliedBy(3)));
            first.tell(ctx -> {
                sleepShielded(Duration.ofMillis(3_150)); // cancelled after 3 s, interrupted after 3.1 s
                ran.add(Thread.currentThread());
                flags.add(Thread.currentThread().isInterrupted());
                second.tell(own -> {
                    ran.add(Thread.currentThread());
                    flags.add(Thread.currentThread().isInterrupted());
                });
            });
            Strand.sleep(MOMENT);
            first.stop();
            first.join(LONG);
            assertTrue(second.awaitProcessed(LONG));
            assertEquals(List.of(true, false), flags);
            assertSame(ran.get(0), ran.get(1));
        });
    }

    /// As before, but the first one comes back after it was abandoned.
    @Test
    void shouldNotInterruptTheNextActorOfTheSameWorkerWhenAnAbandonedOneComesBack() throws Exception {
        try (var log = EngineLog.silent()) {
            inVirtualSystem(1, system -> {
                List<Boolean> flags = new ArrayList<>();
                List<Thread> ran = new ArrayList<>();
                ActorRef<Job> second = spawn(system, "second");
                ActorRef<Job> first = system.spawn(TurnFixture.worker("first").grace(SECOND.multipliedBy(3)));
                first.tell(ctx -> {
                    sleepShielded(SECOND.multipliedBy(10)); // abandoned after 3.2 s
                    ran.add(Thread.currentThread());
                    flags.add(Thread.currentThread().isInterrupted());
                    second.tell(own -> {
                        ran.add(Thread.currentThread());
                        flags.add(Thread.currentThread().isInterrupted());
                    });
                });
                Strand.sleep(MOMENT);
                first.stop();
                Strand.sleep(SECOND.multipliedBy(20));
                assertEquals(List.of(true, false), flags);
                assertSame(ran.get(0), ran.get(1));
            });
            assertEquals(List.of(), log.lines());
        }
    }

    // How many.

    @Test
    void shouldKeepNoMoreSparesThanSeatsSomeSecondsAfterABurst() throws Exception {
        inVirtualSystem(2, system -> {
            int burst = 200;
            for (int i = 0; i < burst; i++) {
                spawn(system, "a" + i).tell(ctx -> Strand.sleep(SECOND));
            }
            Strand.sleep(MOMENT);
            assertTrue(
                    system.turns.workers.size() >= burst,
                    () -> "each needs a thread, not " + threads(system).size());
            Strand.sleep(SECOND);
            assertTrue(system.turns.workers.size() >= burst, "spares wait for the next burst for a while");
            Strand.sleep(SECOND.multipliedBy(6));
            assertEquals(2, system.turns.workers.size());
            assertEquals(2, system.turns.spares());
            assertEquals(42, TurnFixture.ask(TurnFixture.polite(system)));
        });
    }

    @Tag("long")
    @Test
    @Tag("slow")
    @Tag("once") // most of it is the patience of workers
    void shouldLetTheThreadsOfABurstInForeignCodeGo() throws Exception {
        TurnFixture.inRealSystem(system -> {
            int burst = 200;
            var inside = new CountDownLatch(burst);
            var release = new CountDownLatch(1);
            for (int i = 0; i < burst; i++) {
                spawn(system, "a" + i).tell(ctx -> {
                    inside.countDown();
                    release.await();
                });
            }
            assertTrue(inside.await(30, java.util.concurrent.TimeUnit.SECONDS), inside::toString);
            assertTrue(system.turns.workers.size() >= burst);
            release.countDown();
            Awaitility.await().atMost(LONG).until(() -> system.turns.workers.size() <= TurnFixture.CORES);
            Awaitility.await().atMost(LONG).until(() -> system.turns.limit == TurnFixture.CORES);
            assertEquals(0, system.turns.seats.get());
        });
    }

    @Test
    void shouldEndAllWorkersAndTheSentinelWithTheSystem() throws Exception {
        var system = TurnFixture.builder().start();
        var release = new CountDownLatch(1);
        for (int i = 0; i < 5; i++) {
            spawn(system, "a" + i).tell(ctx -> release.await());
        }
        Awaitility.await().atMost(LONG).until(() -> system.turns.workers.size() >= 5);
        List<Thread> all = new ArrayList<>(threads(system));
        Thread sentinel = Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().equals("espalier-t-sentinel"))
                .findFirst()
                .orElseThrow();
        all.add(sentinel);
        assertFalse(all.stream().anyMatch(each -> !each.isAlive()));
        release.countDown();
        system.shutdown();
        Awaitility.await().atMost(LONG).until(() -> all.stream().noneMatch(Thread::isAlive));
        assertEquals(List.of(), system.turns.workers);
    }

    @Test
    void shouldEndAWorkerWhoseActorComesBackAfterTheSystemHasEnded() throws Exception {
        try (var log = EngineLog.silent()) {
            List<ActorSystem> ended = new ArrayList<>();
            VirtualTime.run(() -> {
                var system = TurnFixture.builder().parallelism(1).start();
                ended.add(system);
                system.spawn(TurnFixture.worker("late").grace(SECOND)).tell(ctx -> stayHere());
                Strand.sleep(MOMENT);
                system.shutdown();
                assertNotEquals(List.of(), system.turns.workers);
            }); // it ends only when no strand is left
            assertEquals(List.of(), ended.getFirst().turns.workers);
            assertEquals(List.of(), log.lines());
        }
    }

    /// Several actors take turns on the same worker.
    @Test
    void shouldRunWhatIsToRunAfterEachTurn() throws Exception {
        List<String> order = new ArrayList<>();
        ActorObserver observer = new ActorObserver() {
            @Override
            public Runnable afterTurns() {
                return () -> order.add("after " + ActorRef.current());
            }
        };
        VirtualTime.run(1, () -> {
            try (ActorSystem system = ActorSystem.builder("shop")
                    .handleSignals(false)
                    .parallelism(1)
                    .observer(observer)
                    .start()) {
                for (String name : List.of("a", "b")) {
                    ActorRef<String> actor = system.spawn(name, () -> (message, ctx) -> order.add(name));
                    actor.tell("x");
                    actor.awaitProcessed(Duration.ofSeconds(20));
                }
            }
        });
        assertEquals("after null", order.get(order.indexOf("a") + 1), order::toString);
        assertEquals("after null", order.get(order.indexOf("b") + 1), order::toString);
    }

    @Test
    void shouldGoOnWhenWhatRunsAfterTurnsThrows() throws Exception {
        ActorObserver observer = new ActorObserver() {
            @Override
            public Runnable afterTurns() {
                return () -> {
                    throw new IllegalStateException("on purpose");
                };
            }
        };
        assertGoesOn(TurnFixture.builder().parallelism(1).observer(observer), system -> {});
    }

    @Test
    void shouldGoOnWhenTheFrameOfTurnsThrows() throws Exception {
        var builder = TurnFixture.builder().parallelism(1);
        assertGoesOn(
                builder,
                system -> system.frameTurns((actor, turn) -> {
                    throw new IllegalStateException("on purpose, before the turn");
                }));
        assertGoesOn(
                builder,
                system -> system.frameTurns((actor, turn) -> {
                    throw new IllegalStateException("on purpose, after the turn: " + turn.getAsBoolean());
                }));
    }

    private static void assertGoesOn(ActorSystem.Builder builder, Consumer<ActorSystem> setUp) throws Exception {
        List<Integer> seen = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        VirtualTime.run(1, () -> {
            try (var log = EngineLog.silent();
                    ActorSystem system = builder.start()) {
                setUp.accept(system);
                ActorRef<Integer> actor = system.spawn("a", () -> (n, ctx) -> seen.add(n));
                for (int n = 1; n <= 3; n++) {
                    actor.tell(n);
                    assertTrue(actor.awaitProcessed(SECOND), "after " + seen);
                }
                lines.addAll(log.lines());
            }
        });
        assertEquals(List.of(1, 2, 3), seen);
        assertEquals(3, lines.size(), lines::toString);
    }

    @Test
    void shouldGiveItsSeatAwayBeforeATurnThatMayWaitAlsoInAFrame() throws Exception {
        List<Integer> seats = new ArrayList<>();
        VirtualTime.run(1, () -> {
            try (ActorSystem system = TurnFixture.builder().parallelism(1).start()) {
                system.frameTurns((actor, turn) -> turn.getAsBoolean());
                ActorRef<Integer> actor = system.spawn("a", () -> (n, ctx) -> seats.add(system.turns.seats.get()));
                actor.tell(1);
                assertTrue(actor.awaitProcessed(SECOND));
                ((Cell<?>) actor).mayWait = 1;
                actor.tell(2);
                assertTrue(actor.awaitProcessed(SECOND));
            }
        });
        assertEquals(List.of(1, 0), seats);
    }
}
