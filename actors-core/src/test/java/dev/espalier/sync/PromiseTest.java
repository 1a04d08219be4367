package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PromiseTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldKeepWhatCameFirst() {
        var promise = new Promise<Integer>();
        assertFalse(promise.isDone());
        assertTrue(promise.complete(1));
        assertFalse(promise.complete(2));
        assertFalse(promise.fail(new IOException()));
        assertFalse(promise.cancel());
        assertEquals(1, promise.get());
        assertTrue(promise.done().isGo());
        assertEquals("Promise[done]", promise.toString());
    }

    @Test
    void shouldTakeNullAsAResult() {
        var promise = new Promise<Integer>();
        assertTrue(promise.complete(null));
        assertNull(promise.get());
        assertTrue(promise.isDone());
    }

    @Test
    void shouldThrowTheFailure() {
        var promise = new Promise<Integer>();
        var cause = new IOException("no");
        promise.fail(cause);
        assertSame(cause, assertThrows(FailedException.class, promise::get).getCause());
        var cancelled = new Promise<Integer>();
        assertTrue(cancelled.cancel());
        assertTrue(assertThrows(FailedException.class, cancelled::get).wasCancelled());
    }

    @Test
    void shouldWaitAsLongAsItIsTold() throws Exception {
        VirtualTime.run(() -> {
            var promise = new Promise<Integer>();
            assertThrows(TimedOutException.class, () -> promise.get(SECOND));
            Till till = Till.after(SECOND);
            assertThrows(TimedOutException.class, () -> promise.get(till));
            Strand.current().schedule(Strand.deadlineAfter(SECOND), () -> promise.complete(5));
            assertEquals(5, promise.get());
            assertEquals(Duration.ofSeconds(3), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldRunListenersOnceAndNotThoseThatWereRemoved() {
        var promise = new Promise<Integer>();
        var seen = new ArrayList<Object>();
        promise.onDone((value, failure) -> seen.add(value));
        assertTrue(promise.onDone((value, failure) -> seen.add("removed")).remove());
        promise.complete(1);
        promise.complete(2);
        promise.onDone((value, failure) -> seen.add("late"));
        assertEquals(List.of(1, "late"), seen);
    }

    @Test
    void shouldGoToAndFromFutures() throws Exception {
        var promise = new Promise<Integer>();
        CompletableFuture<Integer> future = promise.toCompletableFuture();
        assertFalse(future.isDone());
        promise.complete(3);
        assertEquals(3, future.get());
        var cause = new IOException("no");
        var failed = new Promise<Integer>();
        failed.fail(cause);
        assertSame(
                cause,
                assertThrows(
                                ExecutionException.class,
                                () -> failed.toCompletableFuture().get())
                        .getCause());
        var source = new CompletableFuture<Integer>();
        Promise<Integer> from = Promise.from(source.thenApply(x -> x + 1));
        source.complete(1);
        assertEquals(2, from.get());
        Promise<Integer> fails =
                Promise.from(CompletableFuture.<Integer>failedFuture(cause).thenApply(x -> x));
        assertSame(cause, assertThrows(FailedException.class, fails::get).getCause());
        var given = new CompletableFuture<Integer>();
        given.cancel(false);
        assertTrue(assertThrows(FailedException.class, () -> Promise.from(given).get())
                .wasCancelled());
    }

    @Test
    @Tag("slow")
    @Tag("once")
    void shouldWakeEveryReaderAndHaveOneWinnerWhenThreadsRace() throws Exception {
        for (int round = 0; round < 5_000; round++) {
            var promise = new Promise<Integer>();
            var winners = new AtomicInteger();
            var sum = new AtomicInteger();
            SignalFixture.inThreads(4, thread -> {
                if (thread < 2) {
                    winners.addAndGet(promise.complete(7) ? 1 : 0);
                } else {
                    sum.addAndGet(promise.get());
                }
            });
            assertEquals(1, winners.get());
            assertEquals(14, sum.get());
        }
    }
}
