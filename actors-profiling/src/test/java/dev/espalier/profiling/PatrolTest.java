package dev.espalier.profiling;

import static dev.espalier.profiling.ActorRecordTest.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.Supervision;
import dev.espalier.sync.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// The time of the looks is made up, that of the actors is not.
class PatrolTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final long SECOND = 1_000_000_000L;
    private static final Limits LIMITS = new Limits(5 * SECOND, 5 * SECOND, SECOND, 10 * SECOND, 3);

    private final List<Trouble> told = new ArrayList<>();
    private final Patrol patrol = new Patrol(LIMITS, told::add);
    private long now = -3 * SECOND;

    /// Waits for the signal, computes until it goes, or fails, as it is told.
    static final class Hand implements Behavior<String> {
        private final Signal free;

        Hand(Signal free) {
            this.free = free;
        }

        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            switch (message) {
                case "wait" -> free.waitForGo();
                case "compute" -> {
                    while (!free.isGo()) {
                        Thread.onSpinWait();
                    }
                }
                case "fail" -> throw new IllegalStateException("on purpose");
                default -> {}
            }
        }
    }

    private void look(ActorSystem system, long later) {
        now += later;
        patrol.look(Objects.requireNonNull(Trees.of(system)).living(), now);
    }

    private List<Trouble.Kind> kinds() {
        return told.stream().map(Trouble::kind).toList();
    }

    private static void awaitInHand(ActorRef<String> hand) {
        Awaitility.await()
                .until(() ->
                        Profiling.of(hand).flatMap(figures -> figures.current()).isPresent());
    }

    @Test
    void shouldTellOnceOfAMessageThatIsStuckWithItsStack() {
        Signal free = new Signal();
        try (ActorSystem system = start("stuck")) {
            ActorRef<String> hand = system.spawn("hand", () -> new Hand(free));
            hand.tell("wait");
            awaitInHand(hand);
            Awaitility.await().until(() -> {
                Thread thread = hand.info().thread();
                return thread != null && thread.getState() == Thread.State.WAITING;
            });
            look(system, 0);
            look(system, 4 * SECOND);
            assertEquals(List.of(), told);
            look(system, SECOND);
            look(system, SECOND);
            assertEquals(List.of(Trouble.Kind.STUCK, Trouble.Kind.QUEUE), kinds());
            Trouble stuck = told.getFirst();
            assertEquals("/stuck/hand", stuck.path());
            assertTrue(stuck.text().contains("one java.lang.String in hand for over 5000 ms"), stuck::text);
            assertTrue(
                    stuck.stack().stream().anyMatch(frame -> frame.contains("Hand.onMessage")),
                    stuck.stack()::toString);
            assertEquals(told, patrol.goingOn());
            free.go();
            assertTrue(hand.awaitProcessed(MINUTE));
            look(system, 60 * SECOND);
            assertEquals(2, told.size());
            assertEquals(List.of(), patrol.goingOn());
        } finally {
            free.go();
        }
    }

    @Test
    void shouldTellOfAHogOnlyWhenItComputes() {
        Signal free = new Signal();
        try (ActorSystem system = start("hog")) {
            ActorRef<String> hand = system.spawn("hand", () -> new Hand(free));
            hand.tell("compute");
            awaitInHand(hand);
            look(system, 0);
            look(system, SECOND / 2);
            look(system, SECOND / 2);
            assertEquals(List.of(), told);
            look(system, SECOND / 2);
            assertEquals(List.of(Trouble.Kind.HOG), kinds());
            free.go();
        } finally {
            free.go();
        }
    }

    @Test
    void shouldTellOfAMailboxThatIsBehindAndForgetItWhenThatIsOver() {
        Signal first = new Signal();
        Signal[] gate = {first};
        try (ActorSystem system = start("behind")) {
            ActorRef<String> hand = system.spawn("hand", () -> (message, ctx) -> gate[0].waitForGo());
            hand.tell("a");
            hand.tell("b");
            awaitInHand(hand);
            look(system, 0);
            look(system, 4 * SECOND);
            gate[0] = new Signal();
            first.go(); // "a" is handled, "b" waits on
            Awaitility.await().until(() -> hand.ledger().processed() == 1);
            awaitInHand(hand);
            look(system, SECOND);
            assertEquals(List.of(Trouble.Kind.QUEUE), kinds());
            assertTrue(told.getFirst().text().contains("1 are in its mailbox"), told::toString);
            gate[0].go();
            assertTrue(hand.awaitProcessed(MINUTE));
            look(system, SECOND);
            gate[0] = new Signal();
            hand.tell("c");
            awaitInHand(hand);
            look(system, SECOND);
            look(system, 4 * SECOND);
            assertEquals(1, told.size());
            look(system, SECOND);
            assertEquals(List.of(Trouble.Kind.QUEUE, Trouble.Kind.STUCK, Trouble.Kind.QUEUE), kinds());
            gate[0].go(); // before the close, which would wait for it
        } finally {
            first.go();
            gate[0].go();
        }
    }

    @Test
    void shouldTellOfARestartStorm() {
        try (ActorSystem system = ActorSystem.builder("storm")
                .handleSignals(false)
                .supervision(Supervision.oneForOne().intensity(100, MINUTE))
                .start()) {
            ActorRef<String> hand = system.spawn("hand", () -> new Hand(new Signal()));
            hand.tell("fail");
            Awaitility.await().until(() -> restarts(hand) == 1);
            look(system, 0);
            look(system, 20 * SECOND);
            hand.tell("fail");
            hand.tell("fail");
            Awaitility.await().until(() -> restarts(hand) == 3);
            look(system, SECOND);
            assertEquals(List.of(), told);
            hand.tell("fail");
            Awaitility.await().until(() -> restarts(hand) == 4);
            look(system, SECOND);
            look(system, SECOND);
            assertEquals(List.of(Trouble.Kind.RESTARTS), kinds());
            assertTrue(told.getFirst().text().contains("3 times within 10000 ms"), told::toString);
        }
    }

    private static ActorSystem patient(String name) {
        return ActorSystem.builder(name)
                .handleSignals(false)
                .supervision(Supervision.oneForOne().intensity(100, MINUTE))
                .start();
    }

    private static void fail(ActorRef<String> hand, int times) {
        long before = restarts(hand);
        for (int i = 0; i < times; i++) {
            hand.tell("fail");
        }
        Awaitility.await().until(() -> restarts(hand) == before + times);
    }

    @Test
    void shouldNotTakeRestartsForAStormThatWereBeforeItLooked() {
        try (ActorSystem system = patient("late")) {
            ActorRef<String> hand = system.spawn("hand", () -> new Hand(new Signal()));
            fail(hand, 5);
            look(system, 0);
            look(system, SECOND);
            assertEquals(List.of(), told);
            ActorRef<String> other = system.spawn("other", () -> new Hand(new Signal()));
            fail(other, 3);
            look(system, SECOND);
            assertEquals(List.of(Trouble.Kind.RESTARTS), kinds());
            assertEquals("/late/other", told.getFirst().path());
        }
    }

    @Test
    void shouldTellOfAStormWheneverItBegins() {
        try (ActorSystem system = patient("slides")) {
            ActorRef<String> hand = system.spawn("hand", () -> new Hand(new Signal()));
            fail(hand, 1);
            look(system, 0);
            fail(hand, 2);
            look(system, 9 * SECOND);
            assertEquals(List.of(), told);
            fail(hand, 1);
            look(system, 2 * SECOND);
            assertEquals(List.of(Trouble.Kind.RESTARTS), kinds());
            look(system, 20 * SECOND);
            fail(hand, 3);
            look(system, SECOND);
            assertEquals(List.of(Trouble.Kind.RESTARTS, Trouble.Kind.RESTARTS), kinds(), "the first was over");
        }
    }

    private static long restarts(ActorRef<?> actor) {
        return Profiling.of(actor).map(ActorFigures::restarts).orElse(0L);
    }
}
