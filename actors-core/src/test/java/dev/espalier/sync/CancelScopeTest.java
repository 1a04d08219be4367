package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CancelScopeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    @Test
    void shouldEndASleepWhenCancelled() throws Exception {
        VirtualTime.run(() -> {
            var scope = new CancelScope("job");
            cancelAfter(scope, SECOND);
            var error = assertThrows(CancelledException.class, () -> scope.run(() -> Strand.sleep(DAY)));
            assertEquals(SECOND, VirtualTime.elapsed());
            assertEquals("cancelled: job", error.getMessage());
            assertTrue(error.isFrom(scope));
            assertFalse(error.wasInterrupt());
            assertTrue(scope.isCancelled());
            assertEquals("CancelScope[job, cancelled]", scope.toString());
        });
    }

    @Test
    void shouldEndARealSleepInUnderASecondWhenCancelled() {
        var scope = new CancelScope("job");
        cancelAfter(scope, Duration.ofMillis(5));
        long begin = System.nanoTime();
        assertThrows(CancelledException.class, () -> scope.run(() -> Strand.sleep(DAY)));
        assertTrue(System.nanoTime() - begin < SECOND.toNanos());
    }

    private static void cancelAfter(CancelScope scope, Duration duration) {
        Strand.current().schedule(Strand.deadlineAfter(duration), scope::cancel);
    }

    @Test
    void shouldDeliverOnceAndGoOnWhenSwallowed() throws Exception {
        VirtualTime.run(() -> {
            var scope = new CancelScope("job");
            scope.run(() -> {
                assertTrue(scope.cancel());
                assertFalse(scope.cancel());
                assertThrows(CancelledException.class, CancelScope::check);
                CancelScope.check();
                Strand.sleep(SECOND);
                assertFalse(new Signal().waitForGo(SECOND));
            });
            assertEquals(SECOND.multipliedBy(2), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldDeliverWhenCancelledBeforeItIsEntered() throws Exception {
        var scope = new CancelScope("early");
        assertTrue(scope.cancel());
        var ran = new AtomicInteger();
        int result = new CancelScope("outer")
                .call(() -> scope.call(() -> {
                    ran.incrementAndGet(); // the body runs and decides itself
                    assertThrows(CancelledException.class, () -> new Signal().waitForGo(SECOND));
                    return 42;
                }));
        assertEquals(42, result);
        assertEquals(1, ran.get());
    }

    @Test
    void shouldDoNothingWhenFinished() {
        var scope = new CancelScope("over");
        scope.run(() -> {});
        assertFalse(scope.cancel());
        assertFalse(scope.isCancelled());
        CancelScope.check();
        assertThrows(IllegalStateException.class, scope::enter);
    }

    @Test
    void shouldForgetAnUndeliveredCancelWhenTheScopeEnds() {
        var scope = new CancelScope("over");
        scope.run(scope::cancel);
        CancelScope.check();
    }

    @Test
    void shouldOnlyEndTheInnermost() {
        var outer = new CancelScope("outer");
        var inner = new CancelScope("inner");
        assertThrows(IllegalStateException.class, outer::exit);
        outer.enter();
        inner.enter();
        assertThrows(IllegalStateException.class, outer::exit);
        inner.exit();
        outer.exit();
    }

    @Test
    void shouldReportTheOutermostWhenNestedTimeOutsExpire() throws Exception {
        VirtualTime.run(() -> {
            var outer = new CancelScope("outer");
            var inner = new CancelScope("inner");
            cancelAfter(outer, SECOND);
            cancelAfter(inner, SECOND);
            var error =
                    assertThrows(CancelledException.class, () -> outer.run(() -> inner.run(() -> Strand.sleep(DAY))));
            assertTrue(error.isFrom(outer));
            CancelScope.check();
        });
    }

    @Test
    void shouldDeliverTheInnerOneTooWhenTheOuterOneIsSwallowed() {
        var outer = new CancelScope("outer");
        var inner = new CancelScope("inner");
        outer.run(() -> inner.run(() -> {
            inner.cancel();
            outer.cancel();
            assertTrue(
                    assertThrows(CancelledException.class, CancelScope::check).isFrom(outer));
            assertTrue(
                    assertThrows(CancelledException.class, CancelScope::check).isFrom(inner));
            CancelScope.check();
        }));
    }

    @Test
    void shouldHoldBackOuterCancelsButNotTheOwnTimeOutWhenShielded() throws Exception {
        VirtualTime.run(() -> {
            var outer = new CancelScope("outer");
            var limit = new CancelScope("limit");
            outer.run(() -> {
                outer.cancel();
                CancelScope.shield(() -> {
                    Strand.sleep(SECOND);
                    cancelAfter(limit, SECOND);
                    var error = assertThrows(CancelledException.class, () -> limit.run(() -> Strand.sleep(DAY)));
                    assertTrue(error.isFrom(limit));
                });
                assertEquals(SECOND.multipliedBy(2), VirtualTime.elapsed());
                assertTrue(assertThrows(CancelledException.class, CancelScope::check)
                        .isFrom(outer));
                int result = shielded();
                assertEquals(1, result);
            });
        });
    }

    private static int shielded() {
        try {
            return CancelScope.shield(() -> 1);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldHoldBackTheInterruptWhenShielded() throws Exception {
        VirtualTime.run(() -> {
            var seen = new ArrayList<String>();
            Strand cleaner = Strand.start("cleaner", () -> {
                CancelScope.shield(() -> {
                    CancelScope.shield(() -> Strand.sleep(SECOND));
                    seen.add("slept");
                    Strand.sleep(SECOND);
                    assertFalse(Thread.currentThread().isInterrupted());
                });
                assertTrue(Thread.currentThread().isInterrupted());
                assertTrue(assertThrows(CancelledException.class, CancelScope::check)
                        .wasInterrupt());
                seen.add("interrupted");
            });
            VirtualTime.pause();
            cleaner.interrupt();
            assertTrue(cleaner.join(DAY));
            assertEquals(SECOND.multipliedBy(2), VirtualTime.elapsed());
            assertEquals(2, seen.size());
        });
    }

    @Test
    void shouldUnwindWhenThousandsOfNestedScopesAreCancelled() throws Exception {
        VirtualTime.run(() -> {
            int depth = 5_000;
            var scopes = new ArrayList<CancelScope>();
            for (int i = 0; i < depth; i++) {
                var scope = new CancelScope("scope " + i);
                scope.enter();
                scopes.add(scope);
            }
            Strand.start("canceller", () -> scopes.forEach(CancelScope::cancel));
            var error = assertThrows(CancelledException.class, () -> Strand.sleep(DAY));
            assertTrue(error.isFrom(scopes.getFirst()));
            scopes.reversed().forEach(CancelScope::exit);
            CancelScope.check();
        });
    }

    @Test
    void shouldDeliverExactlyOnceWhenCancelledAfterEachStep() throws Exception {
        for (long step = 1; step < 40; step++) {
            long k = step;
            for (long seed = 0; seed < 5; seed++) {
                VirtualTime.run(seed, () -> {
                    var scope = new CancelScope("job");
                    var cancelled = new AtomicInteger();
                    var caught = new AtomicInteger();
                    VirtualTime.atStep(k, () -> cancelled.addAndGet(scope.cancel() ? 1 : 0));
                    Strand.start("other", () -> {
                        for (int i = 0; i < 10; i++) {
                            VirtualTime.pause();
                        }
                    });
                    Strand job = Strand.start(
                            "job",
                            () -> scope.run(() -> {
                                for (int i = 0; i < 20; i++) {
                                    try {
                                        VirtualTime.pause();
                                        new Signal().waitForGo(SECOND);
                                    } catch (CancelledException e) {
                                        caught.incrementAndGet();
                                    }
                                }
                            }));
                    job.join(DAY);
                    assertEquals(cancelled.get(), caught.get());
                });
            }
        }
    }

    @Test
    @Tag("slow")
    void shouldLoseNoCancelWhenRealThreadsRace() throws Exception {
        for (int round = 0; round < 5000; round++) {
            var scope = new CancelScope("job");
            SignalFixture.inThreads(2, thread -> {
                if (thread == 0) {
                    assertTrue(scope.cancel());
                } else {
                    assertThrows(CancelledException.class, () -> scope.run(() -> Strand.sleep(DAY)));
                }
            });
        }
    }

    @Test
    void shouldDeliverAfterTheShieldWhenItWasLookedForInside() throws Exception {
        VirtualTime.run(() -> {
            var scope = new CancelScope("outside");
            scope.cancel();
            scope.run(() -> {
                CancelScope.shield(() -> {
                    CancelScope.check();
                    Strand.sleep(Duration.ofSeconds(1));
                });
                assertThrows(CancelledException.class, CancelScope::check);
            });
        });
    }
}
