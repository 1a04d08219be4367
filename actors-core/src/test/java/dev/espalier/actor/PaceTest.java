package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.sync.Strand;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PaceTest {
    /// What is enough after as many turns with this many messages in so many ns.
    private static int enoughAfter(long nanos, int messages) {
        Pace pace = new Pace();
        pace.begin(1_000);
        for (int i = 0; i < messages; i++) {
            pace.countMessage();
        }
        pace.measure(1_000 + nanos);
        return pace.enough();
    }

    @Test
    void shouldFindAnythingEnoughWhenItKnowsNothing() {
        Pace pace = new Pace();
        assertEquals(1, pace.enough());
        pace.begin(5);
        assertEquals(1, pace.enough());
    }

    @Test
    void shouldFindAnythingEnoughWhenMessagesTakeLong() {
        assertEquals(1, enoughAfter(Pace.SPAN * Pace.LONG, Pace.SPAN));
        assertEquals(1, enoughAfter(Pace.SPAN * 1_000_000L, Pace.SPAN));
    }

    @Test
    void shouldFindAnythingEnoughWhenTurnsHandleNoMessages() {
        assertEquals(1, enoughAfter(Pace.SPAN * 100L, 0));
    }

    @Test
    void shouldWantABacklogWhenMessagesAreShort() {
        assertEquals(1 + (int) (Pace.BACKLOG / 100), enoughAfter(Pace.SPAN * 100L, Pace.SPAN));
        // The turns are long, but not their messages.
        assertEquals(1 + (int) (Pace.BACKLOG / 6_400), enoughAfter(Pace.SPAN * 6_400L, Pace.SPAN * 64));
        assertTrue(enoughAfter(0, 1) > 1_000_000, "a clock that stands still");
    }

    @Test
    void shouldCountAnewInEachSpan() {
        Pace pace = new Pace();
        pace.begin(0);
        for (int i = 0; i < Pace.SPAN; i++) {
            pace.countMessage();
        }
        pace.measure(Pace.SPAN * 100L);
        assertTrue(pace.enough() > 1);
        pace.measure(Pace.SPAN * 200L);
        assertEquals(1, pace.enough(), "no messages since");
    }

    @Test
    void shouldFindAnythingEnoughWhenATurnHasTakenLong() {
        Pace pace = new Pace();
        pace.begin(0);
        pace.countMessage();
        pace.measure(1);
        assertTrue(pace.enough() > 1);
        pace.isSlow();
        assertEquals(1, pace.enough());
    }

    private static Pace ofThisWorker() {
        return ((Worker) Strand.current().host()).pace();
    }

    /// After many short messages, a turn wakes actors and then does not end: others run them.
    @Test
    @Tag("slow")
    void shouldLetOthersHelpWhenATurnIsSuddenlyLong() throws Exception {
        int ring = 20;
        int woken = 20;
        TurnFixture.inRealSystem(system -> {
            List<ActorRef<Integer>> actors = new ArrayList<>();
            var found = new CountDownLatch(1);
            var ran = new CountDownLatch(woken);
            for (int i = 0; i < ring; i++) {
                int next = (i + 1) % ring;
                actors.add(system.spawn("short" + i, () -> (Integer left, ActorContext<Integer> ctx) -> {
                    if (left > 0 && ofThisWorker().enough() == 1) {
                        actors.get(next).tell(left - 1);
                        return;
                    }
                    assertTrue(left > 0, "never found short");
                    for (int k = 0; k < woken; k++) {
                        system.spawn("woken" + k, () -> (Integer message, ActorContext<Integer> own) -> ran.countDown())
                                .tell(k);
                    }
                    found.countDown();
                    TurnFixture.spinUntil(() -> ran.getCount() == 0);
                }));
            }
            actors.getFirst().tell(50_000_000);
            assertTrue(found.await(30, TimeUnit.SECONDS), "is still long");
            assertTrue(ran.await(30, TimeUnit.SECONDS), () -> ran.getCount() + " wait");
            assertEquals(List.of(), system.failures());
        });
    }
}
