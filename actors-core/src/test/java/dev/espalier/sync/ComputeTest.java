package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ComputeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    private static int poolSize() {
        return Strand.current().ground().computePool().size();
    }

    @Test
    void shouldRunOnAPlatformThreadWithTheCallersName() throws Exception {
        VirtualTime.run(() -> {
            Thread caller = Thread.currentThread();
            String name = Compute.call(() -> {
                assertNotSame(caller, Thread.currentThread());
                assertFalse(Thread.currentThread().isVirtual());
                return Thread.currentThread().getName();
            });
            assertEquals(caller.getName(), name);
            assertEquals(1, poolSize());
        });
    }

    @Test
    void shouldKeepTheTenantAndForgetItAfterwards() throws Exception {
        VirtualTime.run(() -> {
            var tenant = new Object();
            Strand.current().tenant(tenant);
            assertSame(tenant, Compute.call(() -> Strand.current().tenant()));
            Strand.current().tenant(null);
            assertSame(
                    null,
                    Compute.<Object, RuntimeException>call(
                            () -> Strand.current().tenant()));
        });
    }

    @Test
    void shouldThrowWhatTheTaskThrows() throws Exception {
        VirtualTime.run(() -> {
            var error = new IOException("no");
            assertSame(error, assertThrows(IOException.class, () -> Compute.call(() -> fail(error))));
            var fatal = new StackOverflowError();
            assertSame(
                    fatal,
                    assertThrows(
                            StackOverflowError.class,
                            () -> Compute.run(() -> {
                                throw fatal;
                            })));
            assertEquals(1, poolSize());
        });
    }

    private static int fail(IOException error) throws IOException {
        throw error;
    }

    @Test
    void shouldJustRunWhenOnAPlatformThread() {
        assertFalse(Thread.currentThread().isVirtual());
        assertSame(Thread.currentThread(), Compute.call(Thread::currentThread));
    }

    @Test
    void shouldFailWhenTheTenantHasNoName() throws Exception {
        int others = DeadlockWatch.listed(); // of the same JVM; they may end, but no other comes
        VirtualTime.run(() -> {
            Strand.current().tenant(new Object() {
                @Override
                public String toString() {
                    throw new IllegalStateException("no name");
                }
            });
            assertThrows(IllegalStateException.class, () -> Compute.run(() -> {}));
            Strand.current().tenant("named");
            assertEquals("named", Compute.call(() -> Thread.currentThread().getName()));
            assertEquals(1, poolSize());
            assertTrue(DeadlockWatch.listed() <= others);
        });
    }

    @Test
    void shouldNotLeaveAgainWhenNested() throws Exception {
        VirtualTime.run(() -> Compute.run(() -> {
            Thread outer = Thread.currentThread();
            assertSame(outer, Compute.call(Thread::currentThread));
            assertEquals(1, poolSize());
        }));
    }

    @Test
    void shouldGrowOnDemandAndEndAfterAMinuteWithoutWork() throws Exception {
        VirtualTime.run(() -> {
            Group.run("jobs", (Group<Integer> group) -> {
                for (int i = 0; i < 10; i++) {
                    group.fork(() -> Compute.run(() -> Strand.sleep(SECOND)));
                }
            });
            assertEquals(10, poolSize());
            assertEquals(SECOND, VirtualTime.elapsed());
            Strand.sleep(Duration.ofSeconds(50));
            Compute.run(() -> {}); // by one of them
            assertEquals(10, poolSize());
            Strand.sleep(Duration.ofSeconds(11));
            assertEquals(1, poolSize());
            Strand.sleep(Duration.ofSeconds(50));
            assertEquals(0, poolSize());
            Compute.run(() -> {});
            assertEquals(1, poolSize());
        });
    }

    @Test
    void shouldDeliverACancelInThere() throws Exception {
        VirtualTime.run(() -> {
            var inside = new AtomicInteger();
            assertThrows(
                    TimedOutException.class,
                    () -> CancelScope.timeout(
                            SECOND,
                            () -> Compute.run(() -> {
                                try {
                                    Strand.sleep(DAY);
                                } catch (CancelledException e) {
                                    inside.incrementAndGet();
                                    throw e;
                                }
                            })));
            assertEquals(1, inside.get());
            assertEquals(SECOND, VirtualTime.elapsed());
            CancelScope.check();
            Compute.run(CancelScope::check);
        });
    }

    @Test
    void shouldDeliverACancelAfterwardsWhenThereWasNoBlockingCall() throws Exception {
        VirtualTime.run(() -> {
            var scope = new CancelScope("job");
            scope.run(() -> {
                Compute.run(scope::cancel);
                assertTrue(assertThrows(CancelledException.class, CancelScope::check)
                        .isFrom(scope));
                CancelScope.check();
            });
        });
    }

    @Test
    void shouldDeliverACancelThatCameBefore() throws Exception {
        VirtualTime.run(() -> {
            var scope = new CancelScope("job");
            scope.cancel();
            scope.run(() -> {
                assertThrows(CancelledException.class, () -> Compute.run(CancelScope::check));
                CancelScope.check();
            });
        });
    }

    @Test
    void shouldKeepTheShield() throws Exception {
        VirtualTime.run(() -> {
            var scope = new CancelScope("job");
            assertThrows(
                    CancelledException.class,
                    () -> scope.run(() -> {
                        scope.cancel();
                        CancelScope.shield(() -> Compute.run(() -> Strand.sleep(SECOND)));
                        assertEquals(SECOND, VirtualTime.elapsed());
                        CancelScope.check();
                    }));
        });
    }

    @Test
    void shouldPassTheInterruptOn() throws Exception {
        VirtualTime.run(() -> {
            var seen = new ArrayList<String>();
            Strand job = Strand.start("job", () -> {
                assertTrue(assertThrows(CancelledException.class, () -> Compute.run(() -> Strand.sleep(DAY)))
                        .wasInterrupt());
                assertTrue(Thread.interrupted());
                Compute.run(
                        () -> seen.add("interrupted: " + Thread.currentThread().isInterrupted()));
            });
            Strand.sleep(SECOND);
            job.interrupt();
            assertTrue(job.join(SECOND));
            assertEquals(List.of("interrupted: false"), seen);
        });
    }

    @Test
    @Tag("slow")
    void shouldLoseNoCancelWhenRealThreadsRace() throws Exception {
        for (int round = 0; round < 3_000; round++) {
            var scope = new CancelScope("job");
            var begun = new Signal();
            Fork<Boolean> fork = Fork.start("job", () -> {
                try {
                    scope.run(() -> {
                        begun.go();
                        Compute.run(() -> new Signal().waitForGo());
                    });
                    return false;
                } catch (CancelledException e) {
                    return e.wasInterrupt() == Thread.interrupted();
                }
            });
            begun.waitForGo();
            scope.cancel();
            assertTrue(fork.get(Duration.ofSeconds(20)));
        }
        int clean = Fork.start(
                        "last", () -> Compute.call(() -> Thread.currentThread().isInterrupted() ? 0 : 1))
                .get();
        assertEquals(1, clean);
    }
}
