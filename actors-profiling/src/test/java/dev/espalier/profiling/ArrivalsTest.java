package dev.espalier.profiling;

import static dev.espalier.profiling.ActorRecordTest.pause;
import static dev.espalier.profiling.ActorRecordTest.row;
import static dev.espalier.profiling.ActorRecordTest.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.Restart;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How long messages waited and who sent them, in simulated time.
class ArrivalsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /// Takes as long as the message says.
    static final class Desk implements Behavior<Duration> {
        @Override
        public void onMessage(Duration time, ActorContext<Duration> ctx) {
            if (time.isPositive()) {
                pause(time);
            }
        }
    }

    /// Passes on as many messages as it is told.
    static final class Courier implements Behavior<Integer> {
        private final ActorRef<Duration> desk;

        Courier(ActorRef<Duration> desk) {
            this.desk = desk;
        }

        @Override
        public void onMessage(Integer messages, ActorContext<Integer> ctx) {
            for (int i = 0; i < messages; i++) {
                desk.tell(Duration.ZERO);
            }
        }
    }

    @AfterEach
    void resetLevel() {
        Profiling.level(Level.COUNTERS);
    }

    /// One message that takes so long, and behind it some that wait for it.
    private static void inject(ActorRef<Duration> desk, Duration wait, int messages) {
        desk.tell(wait);
        for (int i = 0; i < messages; i++) {
            desk.tell(Duration.ZERO);
        }
        assertTrue(desk.awaitProcessed(MINUTE));
    }

    private static void assertSameBucket(Duration expected, Duration actual) {
        assertEquals(
                CompactHistogram.bucket(expected.toNanos()),
                CompactHistogram.bucket(actual.toNanos()),
                () -> actual + " is not in the bucket of " + expected);
    }

    @Test
    void shouldTellInjectedWaitsWithinABucket() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start("waits");
                    Profiler profiler = Profiler.start(system)) {
                for (int millis : List.of(1, 10, 100)) {
                    Duration wait = Duration.ofMillis(millis);
                    inject(system.spawn("desk" + millis, Desk::new), wait, 200);
                    Row row = row(profiler.report(), By.PATH, "/waits/desk" + millis);
                    assertEquals(201, row.sampled());
                    assertSameBucket(wait, row.waitP50());
                    assertSameBucket(wait, row.waitP99());
                }
            }
        });
    }

    @Test
    void shouldTellWaitsOfDifferentLengthsApart() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start("mixed");
                    Profiler profiler = Profiler.start(system)) {
                ActorRef<Duration> desk = system.spawn("desk", Desk::new);
                inject(desk, Duration.ofMillis(1), 60);
                inject(desk, Duration.ofMillis(10), 32);
                inject(desk, Duration.ofMillis(100), 5);
                Row row = row(profiler.report(), By.MESSAGE, Duration.class.getName());
                assertSameBucket(Duration.ofMillis(1), row.waitP50());
                assertSameBucket(Duration.ofMillis(100), row.waitP99());
                assertEquals(100, row.sampled());
                assertTrue(profiler.report().toText(Sort.WAIT_P99).contains("wait p99"));
            }
        });
    }

    @Test
    void shouldTellTheWaitsOfABatch() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start("batch");
                    Profiler profiler = Profiler.start(system)) {
                ActorRef<String> body = system.spawnBody("body", (inbox, ctx) -> {
                    pause(Duration.ofMillis(15));
                    while (!inbox.receiveBatch(3).isEmpty()) {
                        pause(Duration.ofMillis(10));
                    }
                });
                pause(Duration.ofMillis(5)); // it has started: what comes before is not sampled
                body.tellAll(List.of("a", "b", "c"));
                assertTrue(body.awaitProcessed(MINUTE));
                Row row = row(profiler.report(), By.PATH, "/batch/body");
                assertEquals(3, row.sampled());
                assertSameBucket(Duration.ofMillis(10), row.waitP50());
            }
        });
    }

    @Test
    void shouldTellWhoSendsToWhom() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start("flows");
                    Profiler profiler = Profiler.start(system)) {
                ActorRef<Duration> desk = system.spawn("desk", Desk::new);
                ActorRef<Integer> one = system.spawn("one", () -> new Courier(desk));
                ActorRef<Integer> two = system.spawn("two", () -> new Courier(desk));
                one.tell(7);
                two.tell(3);
                assertTrue(one.awaitProcessed(MINUTE) && two.awaitProcessed(MINUTE) && desk.awaitProcessed(MINUTE));
                desk.tell(Duration.ZERO);
                assertTrue(desk.awaitProcessed(MINUTE));
                Report report = profiler.report();
                assertEquals(
                        List.of(
                                new Flow("/flows/one", "/flows/desk", 7),
                                new Flow("/flows/two", "/flows/desk", 3),
                                new Flow("(outside)", "/flows/desk", 1),
                                new Flow("(outside)", "/flows/one", 1),
                                new Flow("(outside)", "/flows/two", 1)),
                        report.flows(By.PATH));
                assertEquals(
                        new Flow(Courier.class.getName(), Desk.class.getName(), 10),
                        report.flows(By.CODE).getFirst());
                assertTrue(report.toText(Sort.OWN).contains("7  /flows/one -> /flows/desk\n"));
                assertTrue(report.toCsv().contains("flow_path,/flows/desk,7,,,,,,,,,,,,,,/flows/one\n"), report::toCsv);
                assertEquals(
                        7,
                        new ObjectMapper()
                                .readTree(report.toJson())
                                .at("/flows/0/messages")
                                .asInt());
            }
        });
    }

    @Test
    void shouldFoldSendersIntoTheParentAndTellFewApart() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start("many");
                    Profiler profiler = Profiler.start(system)) {
                ActorRef<Duration> desk = system.spawn("desk", Desk::new);
                for (int i = 0; i < 100; i++) {
                    ActorRef<Integer> courier = system.spawn(
                            ActorSpec.behavior("c" + i, () -> new Courier(desk)).restart(Restart.TEMPORARY));
                    courier.tell(2);
                    assertTrue(courier.awaitProcessed(MINUTE));
                    courier.stop();
                    courier.join();
                }
                assertTrue(desk.awaitProcessed(MINUTE));
                List<Flow> toDesk = profiler.report().flows(By.PATH).stream()
                        .filter(flow -> flow.to().equals("/many/desk"))
                        .toList();
                assertEquals(Senders.MOST + 1, toDesk.size());
                assertEquals(new Flow("/many/*", "/many/desk", 2 * (100 - Senders.MOST)), toDesk.getFirst());
                desk.stop();
                desk.join();
                pause(Duration.ofMillis(1)); // observers are told of the end after those who wait for it
                assertEquals(
                        new Flow(Courier.class.getName(), Desk.class.getName(), 200),
                        profiler.report().flows(By.CODE).stream()
                                .filter(flow -> flow.to().equals(Desk.class.getName()))
                                .findFirst()
                                .orElseThrow());
            }
        });
    }

    /// As the trace of the observer does.
    @Test
    void shouldCountSendersRightWhenSomebodyElsePicksMoreOften() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start("more")) {
                ActorRef<Duration> desk = system.spawn("desk", Desk::new);
                Profiling.level(Level.sampled(16));
                inject(desk, Duration.ZERO, 99);
                try (Profiler profiler =
                        Profiler.builder().system(system).level(Level.COUNTERS).start()) {
                    assertEquals(16, system.sampleArrivals(desk, 1));
                    inject(desk, Duration.ZERO, 99);
                    assertEquals(
                            List.of(new Flow(Senders.OUTSIDE, "/more/desk", 100)),
                            profiler.report().flows(By.PATH));
                }
            }
        });
    }

    @Test
    void shouldSampleArrivalsAsTheLevelSays() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start("levels")) {
                ActorRef<Duration> desk = system.spawn("desk", Desk::new);
                ActorRef<Duration> other = system.spawn("other", Desk::new);
                inject(desk, Duration.ZERO, 9);
                inject(other, Duration.ZERO, 9);
                assertEquals(0, sampled(desk));
                Profiling.level(desk, Level.FULL);
                inject(desk, Duration.ZERO, 9);
                inject(other, Duration.ZERO, 9);
                assertEquals(10, sampled(desk));
                assertEquals(0, sampled(other));
                Profiling.level(Level.sampled(16));
                inject(other, Duration.ZERO, 15_999);
                assertTrue(sampled(other) > 800 && sampled(other) < 1_200, () -> sampled(other) + " of 16000");
                Profiling.level(Level.COUNTERS);
                long before = sampled(desk);
                inject(desk, Duration.ZERO, 99);
                assertEquals(before, sampled(desk));
            }
        });
    }

    private static long sampled(ActorRef<?> actor) {
        return Profiling.messages(actor).stream().mapToLong(Row::sampled).sum();
    }
}
