package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The contract of coroutines; the build runs it over both backends, on platform and on green threads.
@Tag("coroutines")
class CoroutineTest {
    private final List<String> log = new ArrayList<>();

    @Test
    void shouldUseContinuationsExactlyWhereTheirPackageIsOpen() {
        boolean open = Object.class.getModule().isExported("jdk.internal.vm", Coroutine.class.getModule());
        assertEquals(open ? "continuations" : "green threads", Coroutine.backend());
    }

    @Test
    void shouldCarryValuesBothWays() {
        Coroutine<String, Integer> length = Coroutine.of("length", (self, first) -> {
            String next = first;
            for (int i = 0; i < 3; i++) {
                next = self.handBack(next.length());
            }
            return -1;
        });
        assertEquals(1, length.switchTo("a"));
        assertEquals(2, length.switchTo("bb"));
        assertEquals(3, length.switchTo("ccc"));
        assertFalse(length.dead());
        assertEquals(-1, length.switchTo("end"));
        assertTrue(length.dead());
    }

    @Test
    void shouldKnowRootCurrentAndParent() {
        var root = Coroutine.root();
        assertSame(root, Coroutine.current());
        assertSame(root, root.parent());
        Coroutine<String, String> outer = Coroutine.of("outer", (self, x) -> {
            assertSame(root, Coroutine.root());
            assertSame(self, Coroutine.current());
            assertSame(root, self.parent());
            Coroutine<String, String> inner = Coroutine.of("inner", (own, y) -> {
                assertSame(self, own.parent());
                assertSame(root, Coroutine.root());
                return y + "!";
            });
            return inner.switchTo(x) + "?";
        });
        assertEquals("x!?", outer.switchTo("x"));
        assertSame(root, Coroutine.current());
    }

    @Test
    void shouldTellStartedAndDead() {
        Coroutine<String, String> c = Coroutine.of("c", (self, x) -> self.handBack(x));
        assertFalse(c.started() || c.dead(), c::toString);
        c.switchTo("");
        assertTrue(c.started() && !c.dead(), c::toString);
        c.switchTo("");
        assertTrue(c.started() && c.dead(), c::toString);
    }

    @Test
    void shouldSwitchBetweenSiblingsWithoutTheRoot() {
        List<Coroutine<Object, Object>> ring = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            ring.add(Coroutine.of("c" + i, (self, first) -> {
                Object token = first;
                while ((int) token < 100) {
                    log.add(number + "");
                    token = ring.get((number + 1) % 5).switchTo((int) token + 1);
                }
                return token;
            }));
        }
        assertEquals(100, ring.getFirst().switchTo(0));
        assertEquals(100, log.size());
        for (int i = 0; i < 100; i++) {
            assertEquals(i % 5 + "", log.get(i));
        }
        ring.forEach(Coroutine::close);
    }

    @Test
    void shouldReturnToItselfWhenSwitchedToItself() {
        assertEquals("x", Coroutine.current().switchTo("x"));
        Coroutine<String, String> c =
                Coroutine.of("c", (self, x) -> (String) Coroutine.current().switchTo(x + "y"));
        assertEquals("xy", c.switchTo("x"));
    }

    @Test
    void shouldReturnToTheNearestLiveAncestorWhenFinished() {
        var inner = new Coroutine<?, ?>[1];
        Coroutine<String, String> outer = Coroutine.of("outer", (self, x) -> {
            Coroutine<String, String> child = Coroutine.of("inner", (own, y) -> {
                assertEquals("again", Coroutine.root().switchTo("from inner"));
                return "end of inner";
            });
            inner[0] = child;
            log.add(child.switchTo("go"));
            return "end of outer";
        });
        assertEquals("from inner", outer.switchTo("x"));
        @SuppressWarnings("unchecked")
        Coroutine<String, String> child = (Coroutine<String, String>) inner[0];
        outer.close();
        assertEquals("end of inner", child.switchTo("again"));
        assertTrue(log.isEmpty(), "outer was closed: " + log);
    }

    @Test
    void shouldReturnToItsParentWhenFinishedWhoeverSwitchedToIt() {
        Coroutine<String, String> outer = Coroutine.of("outer", (self, x) -> {
            Coroutine<String, String> child = Coroutine.of("child", (own, y) -> "result");
            String got = (String) Coroutine.root().switchTo(child);
            return "outer got " + got;
        });
        @SuppressWarnings({"unchecked", "rawtypes"})
        Coroutine<String, String> child = (Coroutine) ((Coroutine) outer).switchTo("x");
        assertEquals("outer got result", child.switchTo("go")); // by way of outer, its parent
        assertTrue(outer.dead());
    }

    @Test
    void shouldThrowAtTheParentWhenTheBodyThrows() {
        var failure = new IllegalArgumentException("bad");
        Coroutine<String, String> outer = Coroutine.of("outer", (self, x) -> {
            Coroutine<String, String> inner = Coroutine.of("inner", (own, y) -> {
                throw failure;
            });
            assertSame(failure, assertThrows(IllegalArgumentException.class, () -> inner.switchTo("")));
            assertTrue(inner.dead());
            throw new IOException("worse");
        });
        var thrown = assertThrows(CompletionException.class, () -> outer.switchTo(""));
        assertEquals("worse", thrown.getCause().getMessage());
        assertEquals("fine", Coroutine.<String, String>of("c", (self, x) -> x).switchTo("fine"));
    }

    @Test
    void shouldThrowInjectedExceptionsWhereItWaits() {
        Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
            try {
                return self.handBack("waiting");
            } catch (IllegalStateException e) {
                return self.handBack("caught " + e.getMessage());
            }
        });
        c.switchTo("");
        assertEquals("caught one", c.inject(new IllegalStateException("one")));
        var two = new IllegalStateException("two");
        assertSame(two, assertThrows(IllegalStateException.class, () -> c.inject(two)));
        assertTrue(c.dead());
    }

    @Test
    void shouldNotRunTheBodyWhenInjectedBeforeTheStart() {
        Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
            log.add("ran");
            return "";
        });
        var early = new IllegalStateException("early");
        assertSame(early, assertThrows(IllegalStateException.class, () -> c.inject(early)));
        assertTrue(c.dead() && !c.started() && log.isEmpty(), c + " " + log);
    }

    @Test
    void shouldUnwindWhenClosed() {
        Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
            try {
                return self.handBack("waiting");
            } catch (Exception e) {
                log.add("caught " + e);
                throw e;
            } finally {
                log.add("finally");
            }
        });
        c.switchTo("");
        c.close();
        assertEquals(List.of("finally"), log);
        assertTrue(c.dead());
        c.close();
        Coroutine<String, String> unstarted = Coroutine.of("c", (self, first) -> first);
        unstarted.close();
        assertTrue(unstarted.dead() && !unstarted.started());
    }

    @Test
    void shouldComeBackToWhoeverClosesIt() {
        Coroutine<String, String> victim = Coroutine.of("victim", (self, first) -> self.handBack("waiting"));
        victim.switchTo("");
        Coroutine<String, String> closer = Coroutine.of("closer", (self, first) -> {
            victim.close(); // its parent is the root
            return "closed";
        });
        assertEquals("closed", closer.switchTo(""));
        assertTrue(victim.dead());
    }

    @Test
    void shouldThrowAtTheCloserWhenUnwindingThrows() {
        Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
            try {
                return self.handBack("waiting");
            } finally {
                log.add("finally");
                if (!log.isEmpty()) {
                    Objects.fail("clean-up");
                }
            }
        });
        c.switchTo("");
        assertEquals(
                "clean-up", assertThrows(IllegalStateException.class, c::close).getMessage());
        assertTrue(c.dead());
    }

    @Test
    void shouldRefuseToCloseWhatGoesOn() {
        Coroutine<String, String> stubborn = Coroutine.of("stubborn", (self, first) -> {
            try {
                return self.handBack("one");
            } catch (CoroutineExit exit) {
                return self.handBack("two");
            }
        });
        stubborn.switchTo("");
        assertThrows(IllegalStateException.class, stubborn::close);
        assertFalse(stubborn.dead());
        assertEquals("end", stubborn.switchTo("end"));
        assertThrows(IllegalStateException.class, Coroutine.root()::close);
    }

    @Test
    void shouldEndWhenItClosesItself() {
        Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
            try {
                self.close();
                return "not here";
            } finally {
                log.add("finally");
            }
        });
        assertEquals(null, c.switchTo(""));
        assertTrue(c.dead());
        assertEquals(List.of("finally"), log);
    }

    @Test
    void shouldStartAnewAfterReset() {
        Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
            try {
                log.add(first);
                return self.handBack("waiting");
            } finally {
                log.add("finally");
            }
        });
        c.switchTo("one");
        c.reset();
        assertFalse(c.started() || c.dead(), c::toString);
        c.switchTo("two");
        c.switchTo("");
        c.reset();
        c.switchTo("three");
        c.close();
        assertEquals(List.of("one", "finally", "two", "finally", "three", "finally"), log);
    }

    @Test
    void shouldRefuseTheDeadTheRunningAndForeignRoots() throws Exception {
        Coroutine<String, String> c = Coroutine.of("c", (self, first) -> {
            var root = Coroutine.root();
            onAnotherThread(() -> {
                assertThrows(IllegalStateException.class, () -> self.switchTo(""));
                assertThrows(IllegalStateException.class, () -> root.switchTo(""));
                assertThrows(IllegalStateException.class, self::close);
                assertThrows(IllegalStateException.class, () -> self.handBack(""));
            });
            return "end";
        });
        assertEquals("end", c.switchTo(""));
        assertThrows(IllegalStateException.class, () -> c.switchTo(""));
        assertThrows(IllegalStateException.class, () -> c.inject(new RuntimeException()));
    }

    @Test
    void shouldGoOnOnAnotherThreadUnlessItIsAContinuation() throws Exception {
        Coroutine<String, String> c = tellsItsRootAfterAPause();
        assertEquals("away", c.switchTo(""));
        if (Coroutine.backend().equals("continuations")) {
            onAnotherThread(() -> {
                assertThrows(IllegalStateException.class, () -> c.switchTo(""));
                assertThrows(IllegalStateException.class, c::close);
            });
            assertEquals("the same root", c.switchTo(""));
        } else {
            onAnotherThread(() -> assertEquals("another root", c.switchTo("")));
        }
        assertTrue(c.dead());
    }

    @Test
    void shouldGoOnOnAnotherThreadWhenThreadsRunTheCodeOfMany() throws Exception {
        var made = new CompletableFuture<Coroutine<String, String>>();
        onAnotherThread(() -> {
            Strand.current().host(new Tenants());
            Coroutine<String, String> c = tellsItsRootAfterAPause();
            assertEquals("away", c.switchTo(""));
            made.complete(c);
        });
        onAnotherThread(() -> {
            Strand.current().host(new Tenants());
            assertEquals("another root", made.join().switchTo(""));
        });
        assertTrue(made.join().dead());
    }

    private static Coroutine<String, String> tellsItsRootAfterAPause() {
        return Coroutine.of("c", (self, first) -> {
            var here = Coroutine.root();
            self.handBack("away");
            return here == Coroutine.root() ? "the same root" : "another root";
        });
    }

    @Test
    void shouldServeEachRootInTurnWhenCodeIsCompiled() throws Exception {
        try (var numbers = Generator.<Long>of("numbers", out -> {
            for (long i = 0; ; i++) {
                out.accept(i);
            }
        })) {
            boolean stays = Coroutine.backend().equals("continuations");
            for (int round = 0; round < 20; round++) {
                long first = round * 2_000L;
                Runnable some = () -> {
                    for (long i = first; i < first + 2_000; i++) {
                        assertEquals(i, numbers.next());
                    }
                };
                if (stays) {
                    some.run();
                } else {
                    onAnotherThread(some);
                }
            }
        }
    }

    @Test
    void shouldRefuseToSwitchAwayBelowANativeFrameWhereItCannot() throws IOException {
        byte[] late = classFile(Late.class);
        Coroutine<String, String> c = Coroutine.of("native", (self, first) -> {
            below = () -> self.handBack("from below");
            try {
                MethodHandles.lookup().defineHiddenClass(late, true); // runs the static initialiser
            } catch (ExceptionInInitializerError e) {
                assertEquals(IllegalStateException.class, e.getCause().getClass());
                return self.handBack("refused") + ", went on";
            }
            return "initialised";
        });
        if (Coroutine.backend().equals("continuations")) {
            assertEquals("refused", c.switchTo(""));
            assertEquals("still here, went on", c.switchTo("still here"));
        } else {
            assertEquals("from below", c.switchTo(""));
            assertEquals("initialised", c.switchTo(""));
        }
    }

    private static byte[] classFile(Class<?> type) throws IOException {
        String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
        try (var in = type.getResourceAsStream(file)) {
            return in.readAllBytes();
        }
    }

    static Supplier<String> below = () -> "";

    /// Its initialiser runs below a native frame.
    static final class Late {
        static final String GOT = below.get();
    }

    @Test
    void shouldKeepDeepStacks() {
        Coroutine<Integer, Integer> c = Coroutine.of("deep", (self, first) -> sum(self, 1_000));
        int got = c.switchTo(0);
        for (int i = 0; i < 1_000; i++) {
            assertEquals(i, got);
            got = c.switchTo(i);
        }
        assertEquals(999 * 1_000 / 2, got);
    }

    private static int sum(Coroutine<Integer, Integer> self, int depth) {
        return depth == 0 ? 0 : sum(self, depth - 1) + self.handBack(depth - 1);
    }

    @Test
    void shouldWalkAsTheModelDoesWhenSwitchesAreRandom() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        int[] visits = new int[8];
        List<Coroutine<Integer, Integer>> all = new ArrayList<>();
        for (int i = 0; i < visits.length; i++) {
            int own = i;
            all.add(Coroutine.of("c" + i, (self, first) -> {
                int got = first;
                while (true) {
                    assertEquals(own, got, "what was sent names its receiver");
                    visits[own]++;
                    int next = random.nextInt(visits.length + 1);
                    got = next == visits.length
                            ? self.handBack(own)
                            : all.get(next).switchTo(next);
                }
            }));
        }
        int total = 0;
        for (int round = 0; round < 500; round++) {
            int next = random.nextInt(visits.length);
            all.get(next).switchTo(next);
            int seen = 0;
            for (int each : visits) {
                seen += each;
            }
            assertTrue(seen > total, "seed " + seed);
            total = seen;
        }
        all.forEach(Coroutine::close);
        assertTrue(all.stream().allMatch(Coroutine::dead), "seed " + seed);
    }

    static void onAnotherThread(Runnable work) throws Exception {
        var task = new FutureTask<>(work, "");
        Thread.ofPlatform().daemon().start(task);
        task.get(10, TimeUnit.SECONDS);
    }

    /// A strand with it runs the code of many.
    private static final class Tenants implements Strand.Host {
        private @Nullable Object whose;

        @Override
        public void tenant(@Nullable Object next) {
            whose = next;
        }

        @Override
        public @Nullable Object tenant() {
            return whose;
        }

        @Override
        public void beforePark(Strand strand) {}

        @Override
        public void afterPark(Strand strand) {}
    }

    /// A throw that the compiler does not see, so that a `finally` may contain it.
    private static final class Objects {
        static void fail(String message) {
            throw new IllegalStateException(message);
        }
    }
}
