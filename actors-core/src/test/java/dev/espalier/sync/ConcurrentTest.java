package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ConcurrentTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    private void test(String arg) {
        log.add(arg);
    }

    @Test
    void shouldWaitForAllThreadsWhenMainIsRun() throws Exception {
        inSimulation(() -> {
            log.clear();
            // @start region="run-main"
            Concurrent.runMain(() -> {
                Concurrent.fork(() -> test("X"));
                Concurrent.forkAfter(Duration.ofSeconds(1), () -> Concurrent.fork(() -> test("O")));
            }); // returns when all have ended
            // @end
            assertEquals(List.of("X", "O"), List.copyOf(log));
        });
    }

    @Test
    void shouldKillAThreadAtItsBlockingCall() throws Exception {
        inSimulation(() -> {
            var outcome = new AtomicReference<Throwable>();
            Fork<String> fork = Concurrent.forkFinally(
                    () -> {
                        Concurrent.threadDelay(HOUR);
                        return "not here";
                    },
                    (result, thrown) -> {
                        Strand.sleep(SECOND); // is not disturbed
                        outcome.set(thrown);
                    });
            Strand.sleep(SECOND);
            Concurrent.killThread(fork);
            assertTrue(fork.done().waitForGo(SECOND.multipliedBy(2)));
            assertInstanceOf(CancelledException.class, outcome.get());
        });
    }

    @Test
    void shouldTellTheResultLast() throws Exception {
        inSimulation(() -> {
            var outcome = new AtomicReference<String>();
            Fork<String> fork = Concurrent.forkFinally(() -> "fine", (result, thrown) -> {
                assertNull(thrown);
                outcome.set(result);
            });
            assertEquals("fine", fork.get());
            assertEquals("fine", outcome.get());
        });
    }

    @Test
    void shouldNotRunTheBodyWhenKilledBeforeItsTime() throws Exception {
        inSimulation(() -> {
            log.clear();
            Fork<?> fork = Concurrent.forkAfter(SECOND, () -> log.add("ran"));
            Concurrent.killThread(fork);
            assertTrue(fork.done().waitForGo(SECOND));
            Strand.sleep(SECOND.multipliedBy(2));
            assertTrue(log.isEmpty());
        });
    }

    @Test
    void shouldKnowTheCallingThread() throws Exception {
        inSimulation(() -> {
            var seen = new AtomicReference<Fork<?>>();
            Fork<?> fork = Concurrent.fork(() -> seen.set(Concurrent.myThread()));
            fork.get();
            assertSame(fork, seen.get());
            assertThrows(IllegalStateException.class, Concurrent::myThread);
        });
    }

    @Test
    void shouldThrowWhatMainThrowsAfterAllHaveEnded() throws Exception {
        inSimulation(() -> {
            log.clear();
            var e = assertThrows(
                    FailedException.class,
                    () -> Concurrent.runMain(() -> {
                        Concurrent.forkAfter(SECOND, () -> log.add("ended"));
                        throw new IllegalStateException("main");
                    }));
            assertEquals("main", e.failures().getFirst().getMessage());
            assertEquals(List.of("ended"), List.copyOf(log));
        });
    }

    @Test
    void shouldKillAllWhenTheCallerOfRunMainIsCancelled() throws Exception {
        inSimulation(() -> {
            log.clear();
            var scope = new CancelScope("program");
            Concurrent.forkAfter(SECOND, scope::cancel);
            assertThrows(
                    CancelledException.class,
                    () -> scope.run(() -> Concurrent.runMain(() -> Concurrent.forkFinally(
                            () -> {
                                Strand.sleep(HOUR);
                                return "";
                            },
                            (result, thrown) -> log.add("killed")))));
            Strand.sleep(SECOND);
            assertEquals(List.of("killed"), List.copyOf(log));
        });
    }

    @Test
    void shouldLogWhatAThreadOfAProgramThrowsUnlessSomebodyAsks() throws Exception {
        try (var errors = LoggedErrors.begin()) {
            inSimulation(() -> {
                errors.clear();
                Concurrent.runMain(() -> {
                    Concurrent.fork(() -> fail("nobody asks"));
                    Fork<?> asked = Concurrent.fork(() -> {
                        Strand.sleep(SECOND);
                        fail("asked");
                    });
                    assertThrows(FailedException.class, asked::get);
                });
                assertThrows(FailedException.class, () -> Concurrent.runMain(() -> fail("thrown by runMain")));
                assertEquals(List.of("nobody asks"), errors.causes());
            });
        }
    }

    private static void fail(String message) {
        throw new IllegalStateException(message);
    }

    /// Cancels a main after a second, which then does this.
    private static void cancelMain(Runnable then) {
        var scope = new CancelScope("program");
        Strand.current().schedule(Strand.deadlineAfter(SECOND), scope::cancel);
        Runnable main = () -> {
            try {
                Strand.sleep(HOUR);
            } catch (CancelledException e) {
                then.run();
            }
        };
        assertThrows(CancelledException.class, () -> scope.run(() -> Concurrent.runMain(main)));
    }

    @Test
    void shouldLogWhatMainThrowsWhenItsCallerHasGone() throws Exception {
        try (var errors = LoggedErrors.begin()) {
            inSimulation(() -> {
                errors.clear();
                cancelMain(() -> {
                    Strand.sleep(SECOND);
                    fail("too late");
                });
                assertEquals(List.of(), errors.causes());
                Strand.sleep(SECOND.multipliedBy(2));
                assertEquals(List.of("too late"), errors.causes());
            });
        }
    }

    @Test
    void shouldKeepWhatTheTaskThrewWhenTheLastActionThrows() throws Exception {
        inSimulation(() -> {
            var first = new IllegalStateException("task");
            Task<String, RuntimeException> task = () -> {
                throw first;
            };
            Fork<String> fork = Concurrent.forkFinally(task, (result, thrown) -> fail("last"));
            Throwable cause = assertThrows(FailedException.class, fork::get).getCause();
            assertEquals("last", cause.getMessage());
            assertSame(first, cause.getSuppressed()[0]);
            Fork<String> same = Concurrent.forkFinally(task, (result, thrown) -> {
                throw first;
            });
            assertSame(first, assertThrows(FailedException.class, same::get).getCause());
        });
    }

    @Test
    void shouldKillThreadsThatAreStartedWhenAllAreKilled() throws Exception {
        inSimulation(() -> {
            log.clear();
            cancelMain(() -> Concurrent.forkFinally(
                    () -> {
                        Strand.sleep(HOUR);
                        return "";
                    },
                    (result, thrown) -> log.add("killed")));
            Strand.sleep(SECOND);
            assertEquals(List.of("killed"), List.copyOf(log));
        });
    }

    private static void inSimulation(VirtualTime.ThrowingRunnable test) throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            VirtualTime.run(seed, test);
        }
    }
}
