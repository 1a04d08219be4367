package dev.espalier.profiling;

import static dev.espalier.profiling.ActorRecordTest.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.sync.Registration;
import dev.espalier.sync.Signal;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class DetectorsTest {
    private final Queue<Trouble> told = new ConcurrentLinkedQueue<>();

    /// Waits inside its own static initialiser, which pins the carrier.
    static final class Pinned implements Behavior<String> {
        static final CountDownLatch NEVER = new CountDownLatch(1);

        static final class Slow {
            static final boolean CAME;

            static {
                try {
                    CAME = NEVER.await(200, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    throw new ExceptionInInitializerError(e);
                }
            }
        }

        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            if (Slow.CAME) {
                ctx.stop();
            }
        }
    }

    private boolean has(Trouble.Kind kind, String path) {
        return told.stream().anyMatch(each -> each.kind() == kind && each.path().equals(path));
    }

    @Test
    void shouldTellListenersOfTroubleUntilTheyAreRemoved() {
        Signal free = new Signal();
        try (ActorSystem system = start("trouble");
                Detectors detectors =
                        Detectors.builder().stuckAfter(Duration.ofMillis(300)).start(system)) {
            detectors.onTrouble(trouble -> {
                throw new IllegalStateException("on purpose");
            });
            var registration = detectors.onTrouble(told::add);
            ActorRef<String> hand = system.spawn("hand", () -> (message, ctx) -> free.waitForGo());
            hand.tell("wait");
            Awaitility.await().until(() -> has(Trouble.Kind.STUCK, "/trouble/hand"));
            assertTrue(registration.remove());
            Awaitility.await()
                    .until(() -> detectors.troubles().stream()
                            .anyMatch(each -> each.path().equals("/trouble/hand")));
            assertEquals(detectors.troubles(), Profiling.troubles(system));
            free.go();
            Awaitility.await().until(() -> Profiling.troubles(system).isEmpty());
        } finally {
            free.go();
        }
        assertThrows(IllegalArgumentException.class, () -> Detectors.builder().hogAfter(Duration.ZERO));
    }

    @Test
    void shouldTellWhoeverWantsToKnowOfASystemAndEndWithIt() {
        Signal free = new Signal();
        try (ActorSystem system = start("known")) {
            Registration all = Profiling.onTrouble(system, told::add);
            Detectors.builder().stuckAfter(Duration.ofMillis(300)).start(system); // nobody closes them
            ActorRef<String> hand = system.spawn("hand", () -> (message, ctx) -> free.waitForGo());
            hand.tell("wait");
            Awaitility.await().until(() -> has(Trouble.Kind.STUCK, "/known/hand"));
            assertTrue(all.remove());
            free.go();
        } finally {
            free.go();
        }
        Awaitility.await()
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("espalier-detectors")));
    }

    @Test
    void shouldTellWhoPinsACarrier() {
        try (ActorSystem system = start("pins");
                Detectors detectors =
                        Detectors.builder().pinnedFor(Duration.ofMillis(50)).start(system)) {
            detectors.onTrouble(told::add);
            ActorRef<String> actor = system.spawn("actor", Pinned::new);
            actor.tell("go");
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> has(Trouble.Kind.PINNED, "/pins/actor"));
            assertEquals(
                    1,
                    told.stream()
                            .filter(each -> each.kind() == Trouble.Kind.PINNED)
                            .count());
        }
    }
}
