package dev.espalier.profiling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MovesTest {
    private static void onAnotherThread(Runnable action) {
        Thread thread = Thread.ofPlatform().start(action);
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldDoItAtOnceWhileNobodyReads() {
        List<String> seen = new ArrayList<>();
        Moves.move(() -> seen.add("moved"));
        assertEquals(List.of("moved"), seen);
    }

    @Test
    void shouldWaitWithItWhileSomebodyReadsAndLetNobodyWait() {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        Moves.read(() -> {
            onAnotherThread(() -> Moves.move(() -> seen.add("first")));
            onAnotherThread(() -> Moves.move(() -> seen.add("second")));
            return seen.add("read");
        });
        assertEquals(List.of("read", "first", "second"), seen);
    }

    @Test
    void shouldLeaveNothingBehindHoweverManyReadAndMove() throws InterruptedException {
        AtomicInteger moved = new AtomicInteger();
        Thread reader = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 5_000; i++) {
                Moves.read(moved::get);
            }
        });
        for (int i = 0; i < 20_000; i++) {
            Moves.move(moved::incrementAndGet);
        }
        reader.join();
        assertEquals(20_000, moved.get());
    }
}
