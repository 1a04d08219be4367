package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// A look from outside at the messages that wait.
class WaitingTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    /// Its text must not be asked for: that would be code of the user on a foreign thread.
    record Order(List<String> lines) {
        @Override
        public String toString() {
            throw new AssertionError("asked for its text");
        }
    }

    private static List<String> numbers(int from, int to) {
        List<String> all = new ArrayList<>();
        for (int i = from; i < to; i++) {
            all.add("java.lang.Integer " + i);
        }
        return all;
    }

    @Test
    void shouldTellWhatWaitsTheOldestFirst() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var gate = new Signal();
            ActorRef<Integer> stuck = system.spawn("stuck", () -> (message, ctx) -> {
                if (message % 10 == 3) {
                    gate.waitForGo();
                }
            });
            assertEquals(List.of(), system.waiting(stuck, 5));
            stuck.tellAll(MailFixture.range(0, 7)); // stuck over 3
            Strand.sleep(Duration.ofMillis(10));
            assertEquals(numbers(4, 7), system.waiting(stuck, 5));
            stuck.tellAll(MailFixture.range(7, 30)); // which it has not looked at
            assertEquals(numbers(4, 6), system.waiting(stuck, 2));
            assertEquals(numbers(4, 9), system.waiting(stuck, 5));
            assertEquals(numbers(4, 30), system.waiting(stuck, 100));
            gate.go();
            assertTrue(stuck.awaitProcessed(LONG));
            assertEquals(List.of(), system.waiting(stuck, 5));
            assertThrows(IllegalArgumentException.class, () -> system.waiting(stuck, 0));
        });
    }

    @Test
    void shouldGiveTheTextOnlyOfWhatCannotChange() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var gate = new Signal();
            ActorRef<Object> stuck = system.spawn("stuck", () -> (message, ctx) -> gate.waitForGo());
            stuck.tell("first");
            Strand.sleep(Duration.ofMillis(10));
            stuck.tell("x".repeat(1_000));
            stuck.tell(TimeUnit.DAYS);
            stuck.tell(new Order(List.of()));
            assertEquals(
                    List.of(
                            "java.lang.String " + "x".repeat(99) + "…",
                            TimeUnit.class.getName() + " DAYS",
                            Order.class.getName()),
                    system.waiting(stuck, 10));
            gate.go();
            assertTrue(stuck.awaitProcessed(LONG));
        });
    }

    @Test
    void shouldEndWhileTheActorTakesAndOthersSend() throws Exception {
        MailFixture.inRealSystem(system -> {
            ActorRef<Integer> busy = system.spawn("busy", () -> (message, ctx) -> {});
            Thread sender = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 200_000; i++) {
                    busy.tell(i);
                }
            });
            while (sender.isAlive()) {
                List<String> seen = system.waiting(busy, 5);
                assertTrue(seen.size() <= 5 && seen.stream().allMatch(each -> each.startsWith("java.lang.Integer ")));
            }
            assertTrue(busy.awaitProcessed(LONG));
        });
    }
}
