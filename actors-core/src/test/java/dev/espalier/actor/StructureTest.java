package dev.espalier.actor;

import static dev.espalier.actor.Trials.at;
import static dev.espalier.actor.Trials.crash;
import static dev.espalier.actor.Trials.lives;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.settle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Children.Counts;
import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Trees of supervisors, deep and wide.
class StructureTest {
    private static ActorSpec<Job> tree(Events events) {
        return probe(
                "top",
                events,
                probe("sub", events, probe("w1", events), probe("w2", events)),
                probe("sibling", events));
    }

    @Test
    void shouldRestartOnlyTheWorkerThreeLevelsDown() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(tree(events));
            events.take();
            crash(at(system, "top/sub/w1"));
            settle();
            assertEquals(List.of("before w1", "after w1"), events.take());
            assertEquals(2, at(system, "top/sub/w1").info().incarnation());
            for (String path : List.of("top", "top/sub", "top/sub/w2", "top/sibling")) {
                assertEquals(1, at(system, path).info().incarnation());
            }
        });
    }

    @Test
    void shouldRestartAnExhaustedSupervisorWithItsStaticChildrenOnly() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(tree(events));
            ActorRef<Job> sub = at(system, "top/sub");
            sub.tell(ctx -> ctx.spawn(probe("dynamic", events)));
            settle();
            ActorRef<Job> dynamic = at(system, "top/sub/dynamic");
            ActorRef<Job> oldWorker = at(system, "top/sub/w1");
            for (int i = 0; i < 4; i++) {
                crash(oldWorker);
            }
            settle();
            assertSame(sub, at(system, "top/sub"));
            assertEquals(2, sub.info().incarnation());
            assertNotSame(oldWorker, at(system, "top/sub/w1"));
            assertTrue(lives(system, "top/sub/w2"));
            assertEquals(ActorState.STOPPED, dynamic.state());
            assertFalse(lives(system, "top/sub/dynamic"));
            assertEquals(1, at(system, "top").info().incarnation());
            assertEquals(1, at(system, "top/sibling").info().incarnation());
            sub.tell(ctx -> assertEquals(new Counts(2, 2, 0, 2), ctx.children().counts()));
            settle();
            assertEquals(5, events.failures.size());
        });
    }

    @Test
    void shouldBeginAnExhaustedSupervisorWithoutMemory() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(tree(events));
            for (int i = 0; i < 4; i++) {
                crash(at(system, "top/sub/w1"));
            }
            settle();
            for (int i = 0; i < 3; i++) {
                crash(at(system, "top/sub/w1"));
            }
            settle();
            assertEquals(2, at(system, "top/sub").info().incarnation());
            assertEquals(4, at(system, "top/sub/w1").info().incarnation());
        });
    }

    @Test
    void shouldAnswerWithTheRefWhenANameIsTakenElsewhereAndStayUnharmed() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(probe("boss", events));
            ActorRef<Job> same = system.spawn(probe("worker", events));
            boss.tell(ctx -> {
                ActorRef<Job> own = ctx.spawn(probe("worker", events)); // another path: no clash
                assertNotSame(same, own);
                NameTakenException taken =
                        assertThrows(NameTakenException.class, () -> ctx.spawn(probe("worker", events)));
                assertSame(own, taken.ref());
                events.add("unharmed");
            });
            settle();
            assertTrue(events.take().contains("unharmed"));
            assertEquals(1, boss.info().incarnation());
            assertEquals(List.of(), events.judgements());
        });
    }

    @Tag("slow")
    @Test
    void shouldKeepExactCountsOfThousandsOfChildren() throws Exception {
        Trials.once(builder -> builder, (system, events) -> {
            for (int n : List.of(1_000, 2_000)) {
                ActorRef<Job> boss = system.spawn(probe("boss" + n, events)
                        .supervision(Supervision.DEFAULT.intensity(Supervision.UNLIMITED, Duration.ofSeconds(1))));
                int[] step = new int[1];
                List<Counts> counts = new ArrayList<>();
                ask(boss, ctx -> {
                    for (int i = 0; i < n; i++) {
                        ctx.spawn(probe("c" + i, events).restart(Restart.TRANSIENT));
                        step[0] += ctx.children().counts().active() == i + 1 ? 1 : 0;
                    }
                    counts.add(ctx.children().counts());
                    ctx.children().refs().stream()
                            .limit(n / 4)
                            .forEach(ref -> ctx.children().terminate(ref.name()));
                    counts.add(ctx.children().counts());
                    for (int i = 0; i < n / 10; i++) {
                        ctx.children().delete("c" + (n - 1 - i));
                    }
                    counts.add(ctx.children().counts());
                });
                assertEquals(n, step[0]);
                assertEquals(
                        List.of(
                                new Counts(n, n, 0, n),
                                new Counts(n, n - n / 4, 0, n - n / 4),
                                new Counts(n - n / 10, n - n / 4, 0, n - n / 4)),
                        counts);
            }
        });
    }

    private static void ask(ActorRef<Job> ref, Job job) {
        ref.<Integer>ask(
                reply -> ctx -> {
                    job.run(ctx);
                    reply.reply(0);
                },
                Duration.ofSeconds(30));
    }

    @Tag("slow")
    @Test
    void shouldStartAndStopManyChildrenInAboutLinearTime() throws Exception {
        startAndStop(1_000);
        startAndStop(10_000);
        long few = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            few = Math.min(few, startAndStop(1_000));
        }
        long many = startAndStop(100_000);
        long times = many / few;
        assertTrue(times <= 100 * 10, "100 times as many children took " + times + " times as long");
    }

    private static long startAndStop(int children) {
        ActorSystem system = ActorSystem.builder("t")
                .handleSignals(false)
                .discoverObservers(false)
                .start();
        long start = System.nanoTime();
        for (int i = 0; i < children; i++) {
            system.spawn("child-" + i, () -> (message, ctx) -> {});
        }
        StopReport report = system.shutdown();
        long took = System.nanoTime() - start;
        assertTrue(report.isClean());
        assertEquals(children + 1, report.actors().size());
        assertEquals("/t/child-" + (children - 1), report.actors().getFirst().path());
        return took;
    }

    @Test
    void shouldRestartAWideGroup() throws Exception {
        Trials.once(builder -> builder, (system, events) -> {
            ActorSpec<?>[] children = new ActorSpec<?>[2_000];
            for (int i = 0; i < children.length; i++) {
                children[i] = probe("c" + i, events);
            }
            ActorRef<Job> boss = system.spawn(probe("boss", events, children).supervision(Supervision.oneForAll()));
            ActorRef<Job> last = at(system, "boss/c1999");
            crash(at(system, "boss/c1000"));
            org.awaitility.Awaitility.await()
                    .until(() -> last.info().incarnation() == 2 && last.awaitReady(Duration.ZERO));
            assertEquals(2, at(system, "boss/c0").info().incarnation());
            assertEquals(1, boss.info().incarnation());
        });
    }

    /// What stops has to be let go on by whom it rests for, also through one that has failed and was not judged.
    @Test
    void shouldDrainBelowAFailedActorThatStopsWhenAnAncestorFailsMeanwhile() throws Exception {
        Trials.run((system, events) -> {
            ActorSpec<Job> busy = probe("busy", events, probe("leaf", events)); // with a child: no end to its grace
            ActorSpec<Job> slow = probe("slow", events).backOff(Trials.fixed(Duration.ofMinutes(10)));
            ActorSpec<Job> sub = probe("sub", events, probe("failed", events, busy), slow)
                    .supervision(Supervision.DEFAULT.strategy(Strategy.REST_FOR_ONE));
            system.spawn(probe("top", events, sub));
            at(system, "top/sub/failed/busy").tell(ctx -> Trials.seconds(5));
            at(system, "top/sub/failed/busy").tell(ctx -> events.add("drained"));
            settle();
            crash(at(system, "top/sub/slow"));
            settle();
            crash(at(system, "top/sub/failed")); // waits for its verdict until the restart of slow is done
            settle();
            at(system, "top/sub").stop();
            settle();
            crash(at(system, "top"));
            Trials.seconds(6);
            assertTrue(events.take().contains("drained"));
            assertEquals(2, at(system, "top").info().incarnation());
            assertTrue(lives(system, "top/sub/failed/busy/leaf"));
        });
    }

    /// Its verdict may have to wait for this very spawner, so the spawner must not wait for it.
    @Test
    void shouldNotWaitForTheRestartWhenASpawnedChildHasFailedMeanwhile() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> child = system.spawn(probe("child", events).backOff(Trials.fixed(Duration.ofMinutes(10))));
            crash(child);
            settle();
            assertFalse(child.awaitReady(Duration.ZERO));
            Duration before = VirtualTime.elapsed();
            ((Cell<?>) child).awaitStart(); // a spawner that is late
            assertEquals(before, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldBeginAnActorThatWasTakenDownBeforeItBegan() throws Exception {
        Trials.run((system, events) -> {
            Cell<?> boss = (Cell<?>) system.spawn(probe("boss", events));
            settle();
            Cell<Job> child = new Cell<>(system, boss, probe("child", events));
            boss.children().add(child); // as a spawn does
            child.life.endIncarnation(); // by a restart of its group
            child.scheduler().start(child);
            events.take();
            child.life.beginAgain();
            settle();
            assertEquals(List.of("start child"), events.take());
            assertEquals(2, child.life.incarnation());
        });
    }
}
