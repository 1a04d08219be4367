package dev.espalier.actor.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorState;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.ReplyTo;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/// Everything in a simulation, with several schedules; once in real time, too.
class ProbeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private interface Scene {
        void play(ActorSystem system, Probe<Object> probe) throws Exception;
    }

    private static void simulate(Scene scene) throws Exception {
        for (long seed = 0; seed < 5; seed++) {
            VirtualTime.run(seed, () -> {
                try (var system =
                        ActorSystem.builder("test").handleSignals(false).start()) {
                    scene.play(system, Probe.start(system, "probe"));
                }
            });
        }
    }

    private static void later(Duration delay, Runnable action) {
        Strand.start("later", () -> {
            Strand.sleep(delay);
            action.run();
        });
    }

    private static String failure(Runnable expectation) {
        return assertThrows(AssertionFailedError.class, expectation::run).getMessage();
    }

    @Test
    void shouldTakeMessagesInOrder() throws Exception {
        simulate((system, probe) -> {
            probe.ref().tellAll(List.of("a", "b", "c"));
            assertEquals("a", probe.expectMessage(SECOND));
            assertEquals("b", probe.expectMessage(String.class, SECOND));
            assertEquals("c", probe.expectMessage(SECOND));
            assertEquals(List.of("a", "b", "c"), probe.messages());
            assertEquals(Duration.ZERO, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldWaitUntilAMessageComes() throws Exception {
        simulate((system, probe) -> {
            later(Duration.ofHours(1), () -> probe.ref().tell("late"));
            assertEquals("late", probe.expectMessage(Duration.ofHours(2)));
            assertEquals(Duration.ofHours(1), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldFailWhenNoMessageComesInTime() throws Exception {
        simulate((system, probe) -> {
            later(Duration.ofMillis(1_500), () -> probe.ref().tell("too late"));
            String message = failure(() -> probe.expectMessage(SECOND));
            assertEquals(SECOND, VirtualTime.elapsed());
            assertTrue(message.contains("/test/probe: no message came within PT1S; it is RUNNING"), message);
            assertEquals("too late", probe.expectMessage(SECOND));
        });
    }

    @Test
    void shouldTakeOnlyWhatIsThereWhenTheTimeIsZero() throws Exception {
        simulate((system, probe) -> {
            failure(() -> probe.expectMessage(Duration.ZERO));
            probe.ref().tell("there");
            assertTrue(probe.ref().awaitProcessed(SECOND));
            assertEquals("there", probe.expectMessage(Duration.ZERO));
        });
    }

    @Test
    void shouldFailWhenTheNextMessageIsOfAnotherType() throws Exception {
        simulate((system, probe) -> {
            probe.ref().tellAll(List.of(1, "one"));
            String message = failure(() -> probe.expectMessage(String.class, SECOND));
            assertTrue(message.contains("expected a String, but the next message was 1"), message);
            assertEquals("one", probe.expectMessage(String.class, SECOND));
            assertTrue(failure(() -> probe.expectMessage(String.class, SECOND)).contains("no String came within PT1S"));
        });
    }

    @Test
    void shouldExpectNoMessage() throws Exception {
        simulate((system, probe) -> {
            probe.expectNoMessage(SECOND);
            assertEquals(SECOND, VirtualTime.elapsed());
            later(Duration.ofMillis(999), () -> probe.ref().tell("noise"));
            String message = failure(() -> probe.expectNoMessage(SECOND));
            assertTrue(message.contains("expected no message for PT1S, but there was noise"), message);
        });
    }

    @Test
    void shouldFishForAMessageAmongOthers() throws Exception {
        simulate((system, probe) -> {
            probe.ref().tellAll(List.of(1, 2, "three", 4, 5));
            assertEquals("three", probe.fishFor(String.class, SECOND));
            assertEquals(5, probe.fishFor(message -> message.equals(5), SECOND));
            assertEquals(List.of(1, 2, "three", 4, 5), probe.messages());
        });
    }

    @Test
    void shouldFailWhenTheFishDoesNotBiteInTime() throws Exception {
        simulate((system, probe) -> {
            for (int i = 1; i <= 20; i++) {
                int number = i;
                later(Duration.ofMillis(90L * i), () -> probe.ref().tell(number));
            }
            String message = failure(() -> probe.fishFor(String.class, SECOND));
            assertEquals(SECOND, VirtualTime.elapsed());
            assertTrue(message.contains("no String came within PT1S; 11 others did"), message);
            assertTrue(message.endsWith("the last ones: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]"), message);
        });
    }

    @Test
    void shouldExpectTheEndOfAnActor() throws Exception {
        simulate((system, probe) -> {
            ActorRef<String> sleeper = system.spawnBody("sleeper", (inbox, ctx) -> {
                ctx.pleaseStop().waitForGo();
                Strand.sleep(Duration.ofMillis(300));
            });
            String message = failure(() -> probe.expectStopped(sleeper, SECOND));
            assertTrue(message.startsWith("/test/sleeper has not stopped within PT1S"), message);
            sleeper.stop();
            probe.expectStopped(sleeper, SECOND);
            assertEquals(Duration.ofMillis(1_300), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldLetTheTestAnswerARequest() throws Exception {
        record Question(ReplyTo<Integer> replyTo) {}
        simulate((system, probe) -> {
            var answer = new AtomicInteger();
            Strand asker = Strand.start("asker", () -> {
                int reply = probe.ref().ask(Question::new, SECOND);
                answer.set(reply);
            });
            probe.expectMessage(Question.class, SECOND).replyTo().reply(42);
            assertTrue(asker.join(SECOND));
            assertEquals(42, answer.get());
        });
    }

    @Test
    void shouldShareMessagesAmongWaitingThreads() throws Exception {
        simulate((system, probe) -> {
            var taken = new AtomicInteger();
            List<Strand> takers = List.of(1, 2, 3).stream()
                    .map(i -> Strand.start("taker", () -> taken.addAndGet((Integer) probe.expectMessage(SECOND))))
                    .toList();
            later(Duration.ofMillis(1), () -> probe.ref().tellAll(List.of(1, 10, 100)));
            for (Strand taker : takers) {
                assertTrue(taker.join(SECOND));
            }
            assertEquals(111, taken.get());
        });
    }

    @Test
    void shouldStopWithItsSystemAndFreeItsName() throws Exception {
        simulate((system, probe) -> {
            probe.ref().stop();
            probe.expectStopped(probe.ref(), SECOND);
            Probe<String> second = Probe.start(system, "probe");
            Probe<String> third = Probe.start(system);
            second.ref().tell("a");
            assertEquals("a", second.expectMessage(SECOND));
            system.stop();
            third.expectStopped(second.ref(), SECOND);
            assertEquals(ActorState.STOPPED, third.ref().state());
        });
    }

    @Test
    void shouldWorkInRealTime() {
        try (var system = ActorSystem.builder("test").handleSignals(false).start()) {
            Probe<String> probe = Probe.start(system);
            ActorRef<String> echo =
                    system.spawn("echo", () -> (text, ctx) -> probe.ref().tell(text));
            probe.expectNoMessage(Duration.ofMillis(10));
            echo.tell("hello");
            assertEquals("hello", probe.expectMessage(Duration.ofSeconds(10)));
            long before = System.nanoTime();
            failure(() -> probe.expectMessage(Duration.ofMillis(20)));
            assertTrue(System.nanoTime() - before >= 20_000_000);
            echo.stop();
            probe.expectStopped(echo, Duration.ofSeconds(10));
        }
    }
}
