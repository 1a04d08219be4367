package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Registration;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private static ActorRef<Integer> ended(ActorSystem system) {
        ActorRef<Integer> gone = system.spawn("gone", () -> (message, ctx) -> {});
        gone.stop();
        gone.join(LONG);
        return gone;
    }

    @Test
    void shouldCountAndTellAMessageToAStoppedActor() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<DeadLetter> letters = new ArrayList<>();
            Registration listening = system.deadLetters().onDeadLetter(letters::add);
            ActorRef<Integer> gone = ended(system);
            gone.tell(1);
            gone.tellAll(List.of(2, 3));
            assertEquals(
                    List.of(1, 2, 3), letters.stream().map(DeadLetter::message).toList());
            assertEquals(new DeadLetter(1, "/t/gone", DeadLetter.Reason.STOPPED), letters.getFirst());
            assertEquals(3, system.deadLetters().count());
            assertEquals(3, system.deadLetters().count(DeadLetter.Reason.STOPPED));
            assertEquals(0, system.deadLetters().count(DeadLetter.Reason.LEFT_OVER));
            assertEquals(new Ledger(3, 0, 3, 0, 0, 0), gone.ledger());
            assertEquals(gone.ledger(), system.ledger());

            assertTrue(listening.remove());
            gone.tell(4);
            assertEquals(3, letters.size());
            assertEquals(4, system.deadLetters().count());
        });
    }

    @Test
    void shouldTellObserversAndSurviveAListenerThatThrows() throws Exception {
        try (var log = new EngineLog(Level.ERROR)) {
            VirtualTime.run(() -> {
                List<Object> seen = new ArrayList<>();
                var observer = new ActorObserver() {
                    @Override
                    public void deadLetter(DeadLetter letter) {
                        seen.add(letter.message());
                    }
                };
                MailFixture.runIn(MailFixture.builder().observer(observer), system -> {
                    system.deadLetters().onDeadLetter(letter -> {
                        throw new IllegalStateException("bad listener");
                    });
                    system.deadLetters().onDeadLetter(letter -> seen.add("second " + letter.message()));
                    ended(system).tell(1);
                    assertEquals(List.of("second 1", 1), seen);
                });
            });
            assertEquals(List.of("ERROR A listener of dead letters failed"), log.lines());
        }
    }

    @Test
    void shouldSayWhyForEachReason() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                List<String> letters = new ArrayList<>();
                system.deadLetters().onDeadLetter(l -> letters.add(l.path() + " " + l.message() + " " + l.reason()));
                ActorRef<Integer> stubborn = system.spawn(ActorSpec.<Integer>behavior("stubborn", () -> (m, ctx) -> {
                            throw new IllegalStateException("always");
                        })
                        .retryFailedMessage(2));
                stubborn.tell(1);
                assertTrue(stubborn.awaitProcessed(LONG));
                ActorRef<Integer> sleeper =
                        system.spawn("sleeper", () -> (message, ctx) -> Strand.sleep(Duration.ofSeconds(100)));
                sleeper.tellAll(List.of(2, 3, 4));
                Strand.sleep(Duration.ofMillis(1));
                sleeper.cancel();
                sleeper.join(LONG);
                sleeper.tell(5);
                assertEquals(
                        List.of(
                                "/t/stubborn 1 QUARANTINED",
                                "/t/sleeper 3 LEFT_OVER",
                                "/t/sleeper 4 LEFT_OVER",
                                "/t/sleeper 5 STOPPED"),
                        letters);
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldLogTenASecondAndThenHowManyMore() throws Exception {
        for (long start : List.of(0L, -5_000_000_000_000L, Long.MAX_VALUE - 1_500_000_000L)) {
            try (var log = new EngineLog(Level.INFO)) {
                VirtualTime.configure()
                        .startAt(start)
                        .execute(() -> MailFixture.runIn(MailFixture.builder(), system -> {
                            ActorRef<Integer> gone = ended(system);
                            for (int second = 0; second < 3; second++) {
                                for (int i = 0; i < 25; i++) {
                                    gone.tell(i);
                                }
                                Strand.sleep(Duration.ofSeconds(1));
                            }
                            List<String> lines = log.lines();
                            assertEquals(
                                    30,
                                    lines.stream()
                                            .filter(line -> line.contains("Dead letter for"))
                                            .count(),
                                    () -> "from " + start + ": " + lines);
                            assertEquals(
                                    2,
                                    lines.stream()
                                            .filter("INFO 15 more dead letters"::equals)
                                            .count());
                            assertEquals("INFO Dead letter for /t/gone (STOPPED): 0", lines.getFirst());
                            assertEquals(75, system.deadLetters().count());
                        }));
            }
        }
    }

    @Test
    void shouldBeQuietButCountDuringTheStop() throws Exception {
        try (var log = new EngineLog(Level.INFO)) {
            VirtualTime.run(() -> {
                var system = MailFixture.builder().start();
                ActorRef<Integer> gone = ended(system);
                system.spawn("talker", () -> new Behavior<Integer>() {
                    @Override
                    public void onMessage(Integer message, ActorContext<Integer> ctx) {}

                    @Override
                    public void onStop(ActorContext<Integer> ctx) {
                        gone.tell(1);
                    }
                });
                StopReport report = system.shutdown();
                gone.tell(2);
                assertEquals(2, system.deadLetters().count());
                assertEquals(1, report.ledger().deadLettered());
                assertEquals(2, system.ledger().deadLettered());
            });
            assertTrue(log.lines().stream().noneMatch(line -> line.contains("Dead letter")), log.lines()::toString);
        }
    }

    @Test
    void shouldLogLongMessagesInPart() throws Exception {
        try (var log = new EngineLog(Level.INFO)) {
            MailFixture.inVirtualSystem(system -> {
                ActorRef<Object> gone = system.spawn("gone", () -> (message, ctx) -> {});
                gone.stop();
                gone.join(LONG);
                gone.tell("x".repeat(100_000));
                gone.tell(new Object() {
                    @Override
                    public String toString() {
                        throw new IllegalStateException("no text");
                    }
                });
                assertTrue(log.lines().get(0).length() < 600);
                assertTrue(log.lines().get(1).contains("its toString() threw java.lang.IllegalStateException"));
                assertEquals(2, system.deadLetters().count());
            });
        }
    }

    @Test
    void shouldRefuseNull() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            assertThrows(NullPointerException.class, () -> system.deadLetters().onDeadLetter(null));
            assertThrows(NullPointerException.class, () -> system.deadLetters().count(null));
        });
    }
}
