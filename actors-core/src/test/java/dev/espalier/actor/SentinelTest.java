package dev.espalier.actor;

import static dev.espalier.actor.TurnFixture.CORES;
import static dev.espalier.actor.TurnFixture.LONG;
import static dev.espalier.actor.TurnFixture.ask;
import static dev.espalier.actor.TurnFixture.polite;
import static dev.espalier.actor.TurnFixture.spawn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Trials.Job;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Turns that do not end and of which the library sees nothing: in real time, for a simulation has none of them.
@Tag("slow")
class SentinelTest {
    /// A way to block that ends with the latch.
    private interface Foreign {
        void block(CountDownLatch release) throws Exception;
    }

    /// All of them block before the first ask; each ask would wait for them for ever.
    private static void assertAsksAnsweredWhile(Foreign foreign) throws Exception {
        TurnFixture.inRealSystem(system -> {
            int blocked = 20 * CORES;
            var inside = new CountDownLatch(blocked);
            var release = new CountDownLatch(1);
            ActorRef<ReplyTo<Integer>> polite = polite(system);
            List<ActorRef<Job>> actors = new ArrayList<>();
            for (int i = 0; i < blocked; i++) {
                actors.add(spawn(system, "blocked" + i));
                actors.getLast().tell(ctx -> {
                    inside.countDown();
                    foreign.block(release);
                });
            }
            try {
                assertTrue(inside.await(30, TimeUnit.SECONDS), () -> inside.getCount() + " have not got a worker");
                for (int i = 0; i < 100; i++) {
                    assertEquals(42, ask(polite));
                }
            } finally {
                release.countDown();
            }
            for (ActorRef<Job> each : actors) {
                assertTrue(each.awaitProcessed(LONG), each::path);
            }
            assertEquals(List.of(), system.failures());
        });
    }

    @Test
    void shouldAnswerAsksWhileManyActorsSleepInForeignCode() throws Exception {
        assertAsksAnsweredWhile(release -> {
            Thread sleeper = Thread.currentThread();
            Thread waker = Thread.ofPlatform().daemon().start(() -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    // the sleeper is to go on in any case
                }
                sleeper.interrupt();
            });
            assertThrows(InterruptedException.class, () -> Thread.sleep(Long.MAX_VALUE));
            waker.join();
        });
    }

    @Test
    void shouldAnswerAsksWhileManyActorsWaitForAMonitor() throws Exception {
        var monitor = new Object();
        assertAsksAnsweredWhile(release -> {
            synchronized (monitor) { // one waits inside, the others at the door
                release.await();
            }
        });
    }

    @Test
    void shouldAnswerAsksWhileManyActorsWaitForALatch() throws Exception {
        assertAsksAnsweredWhile(CountDownLatch::await);
    }

    @Test
    void shouldAnswerAsksWhileTwiceAsManyActorsAsProcessorsCompute() throws Exception {
        TurnFixture.inRealSystem(system -> {
            int busy = 2 * CORES;
            var computing = new CountDownLatch(busy);
            ActorRef<ReplyTo<Integer>> polite = polite(system);
            for (int i = 0; i < busy; i++) {
                spawn(system, "busy" + i).tell(ctx -> {
                    computing.countDown();
                    TurnFixture.spinUntil(ctx.pleaseStop()::isGo);
                });
            }
            assertTrue(computing.await(20, TimeUnit.SECONDS), () -> computing.getCount() + " have not got a worker");
            for (int i = 0; i < 20; i++) {
                assertEquals(42, ask(polite));
            }
            system.children()
                    .refs()
                    .forEach(ref -> assertTrue(ref == polite || ref.ledger().queued() > 0, ref::path));
        });
    }

    /// What a turn has sent before it got stuck is run by others.
    @Test
    void shouldRunWhatAStuckTurnHasSent() throws Exception {
        TurnFixture.inRealSystem(system -> {
            var reached = new CountDownLatch(2);
            ActorRef<Job> near = spawn(system, "near");
            ActorRef<Job> nearer = spawn(system, "nearer");
            var release = new CountDownLatch(1);
            for (boolean computes : new boolean[] {false, true}) {
                spawn(system, "stuck" + computes).tell(ctx -> {
                    (computes ? near : nearer).tell(own -> reached.countDown());
                    while (release.getCount() > 0) {
                        if (!computes) {
                            LockSupport.parkNanos(1_000_000_000L);
                        }
                    }
                });
            }
            try {
                assertTrue(reached.await(20, TimeUnit.SECONDS));
            } finally {
                release.countDown();
            }
        });
    }

    /// An actor that others ran instead is forgotten with the turn that sent to it.
    @Test
    void shouldKeepNoActorThatHasEnded() throws Exception {
        TurnFixture.inRealSystem(system -> {
            WeakReference<ActorRef<Job>> ended = ranByOthers(system);
            Awaitility.await().until(() -> {
                System.gc();
                return ended.get() == null;
            });
        });
    }

    private static WeakReference<ActorRef<Job>> ranByOthers(ActorSystem system) {
        ActorRef<Job> near = spawn(system, "near");
        ActorRef<Job> stuck = spawn(system, "stuck");
        stuck.tell(ctx -> {
            near.tell(own -> near.stop());
            TurnFixture.spinUntil(() -> near.state() == ActorState.STOPPED);
        });
        assertTrue(stuck.awaitProcessed(LONG));
        assertEquals(ActorState.STOPPED, near.state());
        return new WeakReference<>(near);
    }

    /// A worker whose seat others have when its turn ends keeps nothing of that.
    @Test
    void shouldKeepNoActorWhenThereIsNoSeat() throws Exception {
        MailFixture.runIn(TurnFixture.builder().parallelism(1), system -> {
            WeakReference<ActorRef<Job>> ended = lostItsSeat(system);
            Awaitility.await().until(() -> {
                System.gc();
                return ended.get() == null;
            });
        });
    }

    private static WeakReference<ActorRef<Job>> lostItsSeat(ActorSystem system) {
        ActorRef<Job> other = spawn(system, "other");
        ActorRef<Job> stuck = spawn(system, "stuck");
        var began = new CountDownLatch(1);
        var over = new CountDownLatch(1);
        stuck.tell(ctx -> {
            other.tell(own -> {
                began.countDown();
                TurnFixture.spinUntil(() -> over.getCount() == 0);
            });
            TurnFixture.spinUntil(() -> began.getCount() == 0);
        });
        assertTrue(stuck.awaitProcessed(LONG));
        over.countDown();
        stuck.stop();
        stuck.join(LONG);
        return new WeakReference<>(stuck);
    }
}
