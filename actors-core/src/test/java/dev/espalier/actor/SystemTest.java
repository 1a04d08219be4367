package dev.espalier.actor;

import static dev.espalier.actor.Trials.at;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.seconds;
import static dev.espalier.actor.Trials.settle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Trials.Boom;
import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Registration;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SystemTest {
    private static ActorSystem.Builder plain(String name) {
        return ActorSystem.builder(name).handleSignals(false).discoverObservers(false);
    }

    @Test
    void shouldRunCallbacksInReverseOrderOnceBeforeTheEndIsAnnounced() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(probe("a", events));
            for (int i = 1; i <= 4; i++) {
                String name = "callback " + i;
                system.onStopped(() -> {
                    events.add(name + (system.stopped().isGo() ? " late" : ""));
                    if (name.endsWith("3")) {
                        throw new Boom("in callback");
                    }
                });
            }
            Registration removed = system.onStopped(() -> events.add("removed"));
            assertTrue(removed.remove());
            assertFalse(removed.remove());
            events.take();
            system.shutdown();
            system.shutdown();
            system.stop();
            settle();
            assertEquals(List.of("stop a", "callback 4", "callback 3", "callback 2", "callback 1"), events.take());
            assertEquals(List.of("/t onStopped in callback"), List.copyOf(events.hookFailures));
            assertThrows(SpawnRefusedException.class, () -> system.onStopped(() -> events.add("never")));
        });
    }

    @Test
    void shouldRunTheSameCallbackTwiceWhenGivenTwice() throws Exception {
        Trials.run((system, events) -> {
            Runnable callback = () -> events.add("called");
            Registration first = system.onStopped(callback);
            system.onStopped(callback);
            system.onStopped(callback);
            assertTrue(first.remove());
            system.shutdown();
            assertEquals(List.of("called", "called"), events.take());
        });
    }

    @Test
    void shouldRefuseActorsFromTheStopOnForEver() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> slow = system.spawnBody("slow", (inbox, ctx) -> {
                ctx.pleaseStop().waitForGo();
                seconds(1);
            });
            settle();
            system.stop();
            for (int i = 0; i < 3; i++) {
                SpawnRefusedException thrown =
                        assertThrows(SpawnRefusedException.class, () -> system.spawn(probe("late", events)));
                assertTrue(thrown.getMessage().contains("late"), thrown::getMessage);
                assertThrows(SpawnRefusedException.class, () -> system.adopt("late"));
                seconds(0.6);
            }
            assertTrue(slow.stopped().isGo());
            assertTrue(system.stopped().isGo());
            assertEquals(List.of(), events.take());
        });
    }

    @Test
    void shouldStopAtOnceAfterTheStart() throws Exception {
        Trials.run((system, events) -> {
            StopReport report = system.shutdown();
            assertTrue(report.isClean());
            assertEquals(
                    List.of("/t"),
                    report.actors().stream().map(StopReport.End::path).toList());
            assertEquals(Duration.ZERO, report.took());
        });
        for (int i = 0; i < 100; i++) {
            ActorSystem system = plain("t").start();
            CompletableFuture<Void> spawner = CompletableFuture.runAsync(
                    () -> {
                        try {
                            system.spawnBody("a", (inbox, ctx) -> inbox.receive());
                        } catch (SpawnRefusedException e) {
                            assertTrue(system.isStopping());
                        }
                    },
                    Thread::startVirtualThread);
            system.shutdown();
            spawner.join(); // throws what was thrown there
            assertTrue(system.find("/t/a").isEmpty());
        }
    }

    @Test
    void shouldBlockInCloseUntilStopped() throws Exception {
        Trials.run((system, events) -> {
            system.spawnBody("slow", (inbox, ctx) -> {
                ctx.pleaseStop().waitForGo();
                seconds(3);
                events.add("slow ended");
            });
            settle();
            Duration before = VirtualTime.elapsed();
            system.close();
            assertEquals(Duration.ofSeconds(3), VirtualTime.elapsed().minus(before));
            assertEquals(List.of("slow ended"), events.take());
            assertTrue(system.stopped().isGo());
            assertSame(system.report(), system.shutdown());
        });
    }

    @Test
    void shouldWakeEveryoneWhoAwaitsTheEnd() throws Exception {
        Trials.run((system, events) -> {
            for (int i = 0; i < 3; i++) {
                Strand.start(
                        "waiter",
                        () -> events.add("saw " + system.awaitShutdown().system()));
            }
            settle();
            assertEquals(List.of(), events.take());
            system.stop();
            settle();
            assertEquals(List.of("saw t", "saw t", "saw t"), events.take());
        });
    }

    @Test
    void shouldRefuseAShutdownByAnActorThatWouldWaitForItself() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> a = system.spawn(probe("a", events).restart(Restart.TEMPORARY));
            a.tell(ctx -> {
                IllegalStateException thrown = assertThrows(
                        IllegalStateException.class, () -> ctx.system().close());
                assertTrue(thrown.getMessage().contains("/t/a"), thrown::getMessage);
                ctx.system().stop();
            });
            assertTrue(system.awaitShutdown().isClean());
        });
    }

    @Test
    void shouldNotReportBeforeTheEnd() throws Exception {
        Trials.run((system, events) -> assertThrows(IllegalStateException.class, system::report));
    }

    @Test
    void shouldFindActorsByPath() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(probe("boss", events, probe("a", events)));
            assertSame(boss, system.find("/t/boss").orElseThrow());
            assertSame(at(system, "boss/a"), system.find("/t/boss/a").orElseThrow());
            for (String wrong : List.of("", "/", "t", "/x", "/t/", "/t/a", "/t/boss/a/b", "t/boss", "/t//boss")) {
                assertTrue(system.find(wrong).isEmpty(), wrong);
            }
            assertEquals("/t", system.find("/t").orElseThrow().path());
        });
    }

    @Test
    void shouldTellObserversOfStartAndEndInOrder() throws Exception {
        List<String> seen = new ArrayList<>();
        class Teller implements ActorObserver {
            private final String name;

            Teller(String name) {
                this.name = name;
            }

            @Override
            public void systemStarted(ActorSystem system) {
                seen.add("started " + name);
            }

            @Override
            public void systemStopped(ActorSystem system, StopReport report) {
                seen.add("stopped " + name + (system.stopped().isGo() ? " late" : ""));
            }
        }
        Trials.run(builder -> builder.observer(new Teller("1")).observer(new Teller("2")), (system, events) -> {
            assertEquals(List.of("started 1", "started 2"), List.copyOf(seen));
            seen.clear();
            system.onStopped(() -> seen.add("callback"));
            system.shutdown();
            assertEquals(List.of("callback", "stopped 2", "stopped 1"), List.copyOf(seen));
            seen.clear();
        });
    }

    @Tag("slow")
    @Test
    void shouldStartAndStopThirtyTimesInOneJvmAndLeaveNoThread() throws Exception {
        runOnce(0); // whatever is made once
        int before = Thread.activeCount();
        for (int i = 1; i <= 30; i++) {
            runOnce(i);
        }
        Awaitility.await()
                .pollInSameThread()
                .untilAsserted(() -> assertTrue(
                        Thread.activeCount() <= before, () -> Thread.activeCount() + " threads, before " + before));
    }

    private static void runOnce(int number) throws InterruptedException {
        ActorSystem system = ActorSystem.builder("cycle-" + number).start(); // with signals and hook
        AtomicInteger got = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        try (system) {
            ActorRef<Integer> sink = system.spawn("sink", () -> (n, ctx) -> got.addAndGet(n));
            for (int i = 0; i < 10; i++) {
                ActorRef<Job> body = system.spawnBody("body-" + i, (inbox, ctx) -> {
                    synchronized (threads) {
                        threads.add(Thread.currentThread());
                    }
                    for (Job job : inbox) {
                        job.run(ctx);
                    }
                    sink.tell(1);
                });
                body.tell(ctx -> sink.tell(1));
            }
        }
        assertEquals(20, got.get());
        assertTrue(system.report().isClean(), () -> system.report().toText());
        assertEquals(10, threads.size());
        for (Thread thread : threads) {
            assertTrue(thread.join(Duration.ofSeconds(5)), thread::getName);
        }
    }

    private static void awaitAndIgnoreInterrupts(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // It is to be abandoned.
            }
        }
    }

    /// Callbacks and observers may wait, as for the log.
    @Test
    void shouldNotRunTheEndOnTheTimerWhenThatHasGivenUpTheLastActor() {
        CountDownLatch open = new CountDownLatch(1);
        List<String> threads = new CopyOnWriteArrayList<>();
        try (ActorSystem system = plain("t").budget(Duration.ofMillis(50)).start()) {
            system.<Void>spawnBody("stubborn", (inbox, ctx) -> awaitAndIgnoreInterrupts(open));
            system.onStopped(() -> threads.add(Thread.currentThread().getName()));
            StopReport report = system.shutdown();
            assertEquals(1, report.counts().get(StopReport.How.ABANDONED), report::toText);
        } finally {
            open.countDown();
        }
        assertEquals(1, threads.size());
        assertNotEquals("espalier-timer", threads.getFirst());
    }

    @Tag("slow")
    @Test
    void shouldBearThreeWavesOfFiftyThousandActors() throws Exception {
        AtomicInteger got = new AtomicInteger();
        try (ActorSystem system = plain("t").start()) {
            for (int wave = 0; wave < 3; wave++) {
                got.set(0);
                List<ActorRef<Integer>> refs = new ArrayList<>();
                for (int i = 0; i < 50_000; i++) {
                    refs.add(system.spawn(ActorSpec.<Integer>behavior("a" + i, () -> (n, ctx) -> got.addAndGet(n))
                            .restart(Restart.TEMPORARY)));
                }
                assertEquals(50_000, system.children().counts().active());
                refs.forEach(ref -> ref.tell(1));
                refs.forEach(ActorRef::stop);
                for (ActorRef<Integer> ref : refs) {
                    assertTrue(ref.stopped().waitForGo(Duration.ofSeconds(20)), ref::path);
                }
                assertEquals(50_000, got.get());
                assertEquals(new Children.Counts(0, 0, 0, 0), system.children().counts());
            }
            Ledger ledger = system.ledger();
            assertEquals(150_000, ledger.processed());
            assertTrue(ledger.balanced(), ledger::toString);
        }
    }
}
