package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// For whom a coroutine acts: tenant, cancel scopes, shields, interrupts. In simulated time, by several seeds.
@Tag("coroutines")
class CoroutineIdentityTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void shouldActForTheTenantOfWhoeverSwitchesToIt() throws Exception {
        inSimulation(() -> {
            Coroutine<String, Object> c = Coroutine.of("c", (self, first) -> {
                self.handBack(String.valueOf(Strand.current().tenant()));
                return String.valueOf(Strand.current().tenant());
            });
            Strand.current().tenant("one");
            assertEquals("one", c.switchTo(""));
            Strand.current().tenant("two");
            assertEquals("two", c.switchTo(""));
            assertEquals("two", Strand.current().tenant());
        });
    }

    @Test
    void shouldBlockLikeAnyCode() throws Exception {
        inSimulation(() -> {
            var signal = new Signal();
            Strand.start("other", () -> {
                Strand.sleep(SECOND);
                signal.go();
            });
            Coroutine<String, Boolean> c = Coroutine.of("c", (self, first) -> signal.waitForGo(HOUR));
            long start = Strand.now();
            assertTrue(c.switchTo(""));
            assertEquals(SECOND.toNanos(), Strand.now() - start);
        });
    }

    @Test
    void shouldBeCancelledWithTheScopeOfItsRoot() throws Exception {
        inSimulation(() -> {
            var scope = new CancelScope("outer");
            cancelLater(scope);
            Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
                Coroutine<String, String> inner = Coroutine.of("inner", (own, x) -> {
                    Strand.sleep(HOUR);
                    return "not here";
                });
                return inner.switchTo("");
            });
            long start = Strand.now();
            var e = assertThrows(CancelledException.class, () -> scope.run(() -> c.switchTo("")));
            assertTrue(e.isFrom(scope));
            assertEquals(SECOND.toNanos(), Strand.now() - start);
            assertTrue(c.dead());
            Strand.sleep(SECOND); // delivered once
        });
    }

    @Test
    void shouldDeliverACancelOfTheRootsScopeOnce() throws Exception {
        inSimulation(() -> {
            var scope = new CancelScope("outer");
            Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
                assertThrows(CancelledException.class, () -> Strand.sleep(HOUR));
                Strand.sleep(SECOND);
                return "went on";
            });
            cancelLater(scope);
            scope.run(() -> {
                assertEquals("went on", c.switchTo(""));
                Strand.sleep(SECOND);
            });
        });
    }

    @Test
    void shouldKeepItsOwnScopesToItselfWhileItIsAway() throws Exception {
        inSimulation(() -> {
            var own = new CancelScope("own");
            Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
                own.run(() -> {
                    self.handBack("inside");
                    Strand.sleep(HOUR);
                });
                return "not here";
            });
            assertEquals("inside", c.switchTo(""));
            own.cancel();
            Strand.sleep(SECOND); // not the root's concern
            var outer = new CancelScope("outer");
            outer.run(() -> {
                var e = assertThrows(CancelledException.class, () -> c.switchTo(""));
                assertTrue(e.isFrom(own));
                Strand.sleep(SECOND);
            });
            assertTrue(c.dead());
        });
    }

    @Test
    void shouldLinkItsOwnScopesToThoseOfItsNextRoot() throws Exception {
        inSimulation(() -> {
            var own = new CancelScope("own");
            Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
                own.run(() -> {
                    self.handBack("inside");
                    Strand.sleep(HOUR);
                });
                return "not here";
            });
            c.switchTo("");
            var outer = new CancelScope("outer");
            Strand other = Strand.start("other root", () -> {
                if (Coroutine.backend().equals("continuations")) {
                    assertThrows(IllegalStateException.class, () -> c.switchTo(""));
                    return;
                }
                cancelLater(outer);
                var e = assertThrows(CancelledException.class, () -> outer.run(() -> c.switchTo("")));
                assertTrue(e.isFrom(outer));
            });
            assertTrue(other.join(HOUR));
            c.close();
            assertTrue(c.dead());
            assertFalse(own.isCancelled());
        });
    }

    @Test
    void shouldShieldOnlyItself() throws Exception {
        inSimulation(() -> {
            var scope = new CancelScope("outer");
            Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
                CancelScope.shield(() -> {
                    self.handBack("shielded");
                    Strand.sleep(SECOND);
                });
                return "finished";
            });
            scope.run(() -> {
                c.switchTo("");
                scope.cancel();
                assertThrows(CancelledException.class, () -> Strand.sleep(SECOND));
                assertEquals("finished", c.switchTo(""));
            });
        });
    }

    @Test
    void shouldBeInterruptedWithTheThreadThatRunsIt() throws Exception {
        inSimulation(() -> {
            Strand root = Strand.current();
            Strand.start("other", () -> {
                Strand.sleep(SECOND);
                root.interrupt();
            });
            Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
                var e = assertThrows(CancelledException.class, () -> Strand.sleep(HOUR));
                assertTrue(e.wasInterrupt());
                return "interrupted";
            });
            assertEquals("interrupted", c.switchTo(""));
            assertTrue(Thread.interrupted(), "the flag comes along");
            Strand.sleep(SECOND);
        });
    }

    @Test
    void shouldLeaveNoScopeBehindWhenClosedInside() throws Exception {
        inSimulation(() -> {
            Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
                new CancelScope("own").run(() -> self.handBack("inside"));
                return "not here";
            });
            c.switchTo("");
            c.close();
            assertNull(Strand.current().scope());
            assertEquals(0, Strand.current().shields());
        });
    }

    @Test
    void shouldLeaveNoScopeBehindWhenItsBodyDoesNotExitIt() throws Exception {
        inSimulation(() -> {
            Coroutine<String, Boolean> c = Coroutine.of("c", (self, first) -> {
                boolean clean =
                        Strand.current().scope() == null && Strand.current().shields() == 0;
                new CancelScope("left open").enter();
                Strand.current().beginShield();
                return clean;
            });
            assertTrue(c.switchTo(""));
            assertNull(Strand.current().scope(), "nothing of it concerns the root");
            assertEquals(0, Strand.current().shields());
            c.reset();
            assertTrue(c.switchTo(""), "nor its next life");
        });
    }

    private static void cancelLater(CancelScope scope) {
        Strand.start("canceller", () -> {
            Strand.sleep(SECOND);
            scope.cancel();
        });
    }

    private static void inSimulation(VirtualTime.ThrowingRunnable test) throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            VirtualTime.run(seed, test);
        }
    }
}
