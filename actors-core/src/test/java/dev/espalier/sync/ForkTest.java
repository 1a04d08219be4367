package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ForkTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    @Test
    void shouldGiveTheResultWhenItHasEnded() throws Exception {
        VirtualTime.run(() -> {
            Fork<String> fork = Fork.start("namer", () -> {
                Strand.sleep(SECOND);
                return Thread.currentThread().getName();
            });
            assertThrows(TimedOutException.class, () -> fork.get(Duration.ofMillis(1)));
            Till soon = Till.after(Duration.ofMillis(1));
            assertThrows(TimedOutException.class, () -> fork.get(soon));
            assertFalse(fork.isDone());
            assertEquals("namer", fork.get());
            assertEquals("namer", fork.get(DAY));
            assertEquals("namer", fork.get(new Signal()));
            assertEquals(SECOND, VirtualTime.elapsed());
            assertTrue(fork.isDone());
            assertTrue(fork.done().isGo());
            assertEquals("namer", fork.name());
        });
    }

    @Test
    void shouldGiveNullWhenTheCodeHasNoResult() throws Exception {
        VirtualTime.run(() ->
                assertNull(Fork.start("worker", () -> Strand.sleep(SECOND)).get()));
    }

    @Test
    void shouldThrowTheCauseToEveryReaderWhenItFails() throws Exception {
        VirtualTime.run(() -> {
            var cause = new IOException("no disk");
            Fork<Integer> fork = Fork.start("writer", () -> {
                Strand.sleep(SECOND);
                throw cause;
            });
            for (int i = 0; i < 2; i++) {
                var error = assertThrows(FailedException.class, fork::get);
                assertSame(cause, error.getCause());
                assertEquals(List.of(cause), error.failures());
                assertFalse(error.wasCancelled());
            }
        });
    }

    @Test
    void shouldEndAtItsNextBlockingCallWhenCancelled() throws Exception {
        VirtualTime.run(() -> {
            var cleaned = new AtomicInteger();
            Fork<Void> fork = Fork.start("sleeper", () -> {
                try {
                    Strand.sleep(DAY);
                } finally {
                    cleaned.incrementAndGet();
                }
            });
            Strand.sleep(SECOND);
            assertTrue(fork.cancel());
            assertFalse(fork.cancel());
            assertTrue(assertThrows(FailedException.class, fork::get).wasCancelled());
            assertEquals(1, cleaned.get());
            assertEquals(SECOND, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldGoOnWhenTheCancelIsSwallowed() throws Exception {
        VirtualTime.run(() -> {
            Fork<Integer> fork = Fork.start("stubborn", () -> {
                int swallowed = 0;
                for (int i = 0; i < 3; i++) {
                    try {
                        Strand.sleep(SECOND);
                    } catch (CancelledException e) {
                        swallowed++;
                    }
                }
                return swallowed;
            });
            assertTrue(fork.cancel());
            assertEquals(1, fork.get());
        });
    }

    @Test
    void shouldDoNothingWhenCancelledAfterItsEnd() throws Exception {
        VirtualTime.run(() -> {
            Fork<Integer> fork = Fork.start("quick", () -> 1);
            fork.get();
            assertFalse(fork.cancel());
            assertEquals(1, fork.get());
        });
    }

    @Test
    void shouldRunItsListenerWhenItHasEnded() throws Exception {
        VirtualTime.run(() -> {
            var seen = new ArrayList<Object>();
            Fork<Integer> fork = Fork.start("quick", () -> 1);
            fork.onDone((value, failure) -> seen.add(value));
            assertTrue(fork.onDone((value, failure) -> seen.add("removed")).remove());
            fork.get();
            fork.onDone((value, failure) -> seen.add(failure == null));
            assertEquals(List.of(1, true), seen);
            assertEquals(1, fork.toCompletableFuture().get());
        });
    }

    @Test
    @Tag("slow")
    void shouldEndEachOnceWhenCancelledAtRandomTimes() throws Exception {
        int rounds = 20_000;
        var ended = new AtomicInteger();
        for (int i = 0; i < rounds; i++) {
            Fork<Integer> fork = Fork.start("racer", () -> {
                try {
                    new Signal().waitForGo(Duration.ofNanos(1_000));
                    return 1;
                } finally {
                    ended.incrementAndGet();
                }
            });
            boolean first = fork.cancel();
            try {
                assertEquals(1, fork.get(SECOND.multipliedBy(20)));
            } catch (FailedException e) {
                assertTrue(first && e.wasCancelled(), e.toString());
            }
        }
        assertEquals(rounds, ended.get());
    }

    @Test
    void shouldLogItsFailureOnlyWhenNobodyAsks() throws Exception {
        try (var errors = LoggedErrors.begin()) {
            VirtualTime.run(() -> {
                Runnable fails = () -> {
                    Strand.sleep(SECOND);
                    throw new IllegalStateException("no");
                };
                Fork<?> asked = Fork.start("asked", fails);
                assertThrows(FailedException.class, asked::get);
                assertEquals(List.of(), errors.causes());
                Fork.start("cancelled", fails).cancel();
                Fork.start("nobody's", fails);
                Strand.sleep(SECOND.multipliedBy(2));
                assertEquals(List.of("no"), errors.causes());
            });
        }
    }

    @Test
    void shouldHaveItsResultWhenItsNurseryThrowsAtTheEnd() throws Exception {
        VirtualTime.run(() -> {
            var thrown = new AtomicReference<Throwable>();
            Nursery.Place place = new Nursery.Place() {
                @Override
                public String name() {
                    return "place";
                }

                @Override
                public void begin(Strand self) {
                    self.thread().setUncaughtExceptionHandler((thread, error) -> thrown.set(error));
                }

                @Override
                public void end(Strand self, Throwable failure) {
                    throw new IllegalStateException("nursery");
                }
            };
            Nursery nursery = (name, ofGroup) -> place;
            Strand.current().tenant(nursery);
            Fork<Integer> fork = Fork.start("fork", () -> 1);
            Strand.current().tenant(null);
            assertEquals(1, fork.get(SECOND));
            Strand.sleep(SECOND);
            assertEquals("nursery", thrown.get().getMessage());
        });
    }

    @Test
    void shouldLogWhatFailedWhileItUnwoundFromACancel() throws Exception {
        try (LoggedErrors logged = LoggedErrors.begin()) {
            VirtualTime.run(() -> {
                Fork<Integer> clean = Fork.start("clean", () -> sleepsWith(() -> {}));
                Fork<Integer> dirty = Fork.start(
                        "dirty",
                        () -> sleepsWith(() -> {
                            throw new IOException("does not close");
                        }));
                Strand.sleep(SECOND);
                assertTrue(clean.cancel() && dirty.cancel());
                Strand.sleep(SECOND);
                assertEquals(List.of("cancelled: dirty"), logged.causes());
                assertTrue(assertThrows(FailedException.class, clean::get).wasCancelled());
                assertFalse(assertThrows(FailedException.class, dirty::get).wasCancelled());
            });
        }
    }

    private static int sleepsWith(AutoCloseable resource) throws Exception {
        try (resource) {
            Strand.sleep(DAY);
            return 1;
        }
    }

    @Test
    void shouldKnowItsFailuresAfterAJourney() throws Exception {
        var failed = new FailedException("job", List.of(new IOException("one"), new IOException("two")));
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(failed);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            var read = (FailedException) in.readObject();
            assertEquals(
                    List.of("one", "two"),
                    read.failures().stream().map(Throwable::getMessage).toList());
            assertFalse(read.wasCancelled());
        }
    }
}
