package dev.espalier.profiling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.ReplyTo;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is counted and timed, in simulated time.
class ActorRecordTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /// Takes as long as the message says.
    record Work(Duration time) {}

    record Fail() {}

    record Question(ReplyTo<Integer> replyTo) {}

    static final class Worker implements Behavior<Object> {
        @Override
        public void onMessage(Object message, ActorContext<Object> ctx) {
            switch (message) {
                case Work(Duration time) -> pause(time);
                case Question(ReplyTo<Integer> replyTo) -> {
                    pause(Duration.ofMillis(30));
                    replyTo.reply(1);
                }
                default -> throw new IllegalStateException("on purpose");
            }
        }
    }

    /// Asks the worker, and takes 10 ms itself.
    static final class Asker implements Behavior<String> {
        private final ActorRef<Object> worker;

        Asker(ActorRef<Object> worker) {
            this.worker = worker;
        }

        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            worker.<Integer>ask(Question::new, MINUTE);
            pause(Duration.ofMillis(10));
        }
    }

    static void pause(Duration time) {
        long until = Strand.deadlineAfter(time);
        while (Strand.now() - until < 0) {
            Strand.park(ActorRecordTest.class, until);
        }
    }

    static ActorSystem start(String name) {
        return ActorSystem.builder(name).handleSignals(false).start();
    }

    static Row row(Report report, By by, String name) {
        return report.rows(by, Sort.NAME).stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in " + report.rows(by, Sort.NAME)));
    }

    private static void assertNear(Duration expected, Duration actual) {
        long off = Math.abs(actual.toNanos() - expected.toNanos());
        assertTrue(off <= expected.toNanos() / 16, () -> actual + " is not " + expected + " to a sixteenth");
    }

    @AfterEach
    void resetLevel() {
        Profiling.level(Level.COUNTERS);
    }

    @Test
    void shouldTellHowLongMessagesTook() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start("times");
                    Profiler profiler = Profiler.start(system)) {
                ActorRef<Object> worker = system.spawn("worker", Worker::new);
                for (int i = 0; i < 100; i++) {
                    worker.tell(new Work(Duration.ofMillis(i < 90 ? 1 : i < 98 ? 10 : 100)));
                }
                assertTrue(worker.awaitProcessed(MINUTE));
                Row row = row(profiler.report(), By.PATH, "/times/worker");
                assertEquals(100, row.calls());
                assertEquals(Duration.ofMillis(370), row.own());
                assertEquals(Duration.ofMillis(370), row.cumulative());
                assertEquals(Duration.ofNanos(3_700_000), row.perCall());
                assertNear(Duration.ofMillis(1), row.p50());
                assertNear(Duration.ofMillis(100), row.p99());
            }
        });
    }

    @Test
    void shouldTakeTheWaitForRepliesFromTheOwnTime() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start("asks");
                    Profiler profiler = Profiler.start(system)) {
                ActorRef<Object> worker = system.spawn("worker", Worker::new);
                ActorRef<String> asker = system.spawn("asker", () -> new Asker(worker));
                asker.tell("go");
                assertTrue(asker.awaitProcessed(MINUTE));
                Row row = row(profiler.report(), By.CODE, Asker.class.getName());
                assertEquals(Duration.ofMillis(10), row.own());
                assertEquals(Duration.ofMillis(40), row.cumulative());
                assertEquals(
                        Duration.ofMillis(30),
                        row(profiler.report(), By.MESSAGE, Question.class.getName())
                                .own());
            }
        });
    }

    @Test
    void shouldShareTheTimeOfABatch() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start("batch");
                    Profiler profiler = Profiler.start(system)) {
                ActorRef<Object> body = system.spawnBody("body", (inbox, ctx) -> {
                    pause(Duration.ofMillis(1));
                    while (!inbox.receiveBatch(4).isEmpty()) {
                        pause(Duration.ofMillis(40));
                    }
                });
                body.tellAll(List.of("a", "b", "c", 4));
                assertTrue(body.awaitProcessed(MINUTE));
                Row strings = row(profiler.report(), By.MESSAGE, String.class.getName());
                assertEquals(3, strings.timed());
                assertEquals(Duration.ofMillis(30), strings.own());
                assertNear(Duration.ofMillis(10), strings.p50());
                Row numbers = row(profiler.report(), By.MESSAGE, Integer.class.getName());
                assertEquals(Duration.ofMillis(10), numbers.own());
            }
        });
    }

    @Test
    void shouldCountFailuresAndRestarts() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start("failures")) {
                ActorRef<Object> worker = system.spawn("worker", Worker::new);
                worker.tell(new Fail());
                worker.tell(new Work(Duration.ZERO));
                assertTrue(worker.awaitProcessed(MINUTE));
                ActorFigures figures = Profiling.of(worker).orElseThrow();
                assertEquals(2, figures.calls());
                assertEquals(1, figures.failed());
                assertEquals(1, figures.restarts());
                assertEquals(2, figures.ledger().processed());
            }
        });
    }

    @Test
    void shouldShowTheMessageInHandAndItsAge() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start("hand");
                    Profiler profiler = Profiler.start(system)) {
                ActorRef<Object> worker = system.spawn("worker", Worker::new);
                worker.tell(new Work(Duration.ofSeconds(5)));
                pause(Duration.ofSeconds(2));
                ActorFigures figures = Profiling.of(worker).orElseThrow();
                assertEquals(Optional.of(Work.class.getName()), figures.current());
                assertEquals(Optional.of(Duration.ofSeconds(2)), figures.age());
                assertTrue(profiler.report().toText(Sort.OWN).contains("/hand/worker  " + Work.class.getName()));
                assertTrue(worker.awaitProcessed(MINUTE));
                assertEquals(
                        Optional.empty(), Profiling.of(worker).orElseThrow().current());
            }
        });
    }

    @Test
    void shouldWriteDownWhatTheLevelSays() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start("levels")) {
                ActorRef<Object> worker = system.spawn("worker", Worker::new);
                ActorRef<Object> other = system.spawn("other", Worker::new);
                try (Profiler profiler =
                        Profiler.builder().system(system).level(Level.COUNTERS).start()) {
                    handle(worker, other, 10);
                    assertEquals(
                            10,
                            row(profiler.report(), By.PATH, "/levels/worker").calls());
                    assertEquals(
                            0, row(profiler.report(), By.PATH, "/levels/worker").timed());
                    Profiling.level(worker, Level.FULL);
                    handle(worker, other, 10);
                    assertEquals(
                            10,
                            row(profiler.report(), By.PATH, "/levels/worker").timed());
                    assertEquals(
                            0, row(profiler.report(), By.PATH, "/levels/other").timed());
                    Profiling.level(Level.sampled(16));
                    handle(worker, other, 10_000);
                    long timed =
                            row(profiler.report(), By.PATH, "/levels/other").timed();
                    assertTrue(timed > 470 && timed < 780, () -> timed + " of 10000 were timed");
                }
                long before = Profiling.of(worker).orElseThrow().calls();
                Profiling.level(Level.OFF);
                handle(worker, other, 10);
                assertEquals(before, Profiling.of(worker).orElseThrow().calls());
            }
        });
    }

    @Test
    void shouldNotTakeTheWaitOfAMessageThatIsNotCountedForThatOfTheNext() {
        try (ActorSystem system = start("switch")) {
            ActorRecord record = new ActorRecord(system.spawn("worker", Worker::new), null, Level.FULL);
            record.every(Level.FULL);
            record.arrived(null, MINUTE.toNanos(), Strand.now(), 1);
            record.every(Level.OFF); // before it is begun
            record.started("first");
            record.every(Level.FULL);
            record.started("second");
            record.ended(null);
            assertEquals(1, record.rows().getFirst().calls());
            assertEquals(0, record.rows().getFirst().sampled());
        }
    }

    @Test
    void shouldTimeWhatWasPickedWhenItWasSent() {
        try (ActorSystem system = start("picked")) {
            ActorRecord record = new ActorRecord(system.spawn("worker", Worker::new), null, Level.COUNTERS);
            record.every(Level.sampled(1_024));
            handleDirectly(record, 1); // the first is timed anyway
            for (int i = 0; i < 10; i++) {
                record.arrived(null, 7, Strand.now(), 1_024);
                handleDirectly(record, 10);
            }
            Row row = record.rows().getFirst();
            assertEquals(11, row.timed());
            assertEquals(10, row.sampled());
        }
    }

    @Test
    void shouldTimeSomeMessagesThatNobodyHasSent() {
        try (ActorSystem system = start("ticks")) {
            ActorRecord record = new ActorRecord(system.spawn("worker", Worker::new), null, Level.COUNTERS);
            record.every(Level.sampled(16));
            handleDirectly(record, 100_000);
            long timed = record.rows().getFirst().timed();
            assertTrue(timed > 900 && timed < 1_200, () -> timed + " of 100000 were timed, of 65 to 128 one");
        }
    }

    private static void handleDirectly(ActorRecord record, int messages) {
        for (int i = 0; i < messages; i++) {
            record.started("message");
            record.ended(null);
        }
    }

    /// A timer's message, for one, comes long after an ask that has expired, and not by the mailbox.
    @Test
    void shouldNotTimeAMessageFromTheArrivalOfAnother() {
        try (ActorSystem system = start("expired")) {
            ActorRecord record = new ActorRecord(system.spawn("worker", Worker::new), null, Level.FULL);
            record.every(Level.FULL);
            record.arrived(null, MINUTE.toNanos(), Strand.now() - MINUTE.toNanos(), 1);
            record.ended(null); // it has expired
            record.started("tick");
            record.ended(null);
            Row row = record.rows().getFirst();
            assertEquals(0, row.sampled());
            assertTrue(row.own().compareTo(MINUTE) < 0, row::toString);
        }
    }

    /// The last of a batch may be an ask that has expired.
    @Test
    void shouldForgetAnArrivalAtTheEndOfABatch() {
        try (ActorSystem system = start("batch")) {
            ActorRecord record = new ActorRecord(system.spawn("worker", Worker::new), null, Level.FULL);
            record.every(Level.FULL);
            record.started("first");
            record.arrived(null, MINUTE.toNanos(), Strand.now() - MINUTE.toNanos(), 1);
            record.ended(null);
            record.started("tick");
            record.ended(null);
            Row row = record.rows().getFirst();
            assertEquals(0, row.sampled());
            assertTrue(row.own().compareTo(MINUTE) < 0, row::toString);
        }
    }

    private static void handle(ActorRef<Object> one, ActorRef<Object> other, int messages) {
        for (int i = 0; i < messages; i++) {
            one.tell(new Work(Duration.ZERO));
            other.tell(new Work(Duration.ZERO));
        }
        assertTrue(one.awaitProcessed(MINUTE));
        assertTrue(other.awaitProcessed(MINUTE));
    }
}
