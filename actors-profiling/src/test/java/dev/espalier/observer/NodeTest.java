package dev.espalier.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.profiling.Profiling;
import dev.espalier.sync.Signal;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class NodeTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void shouldTellHowLongAMessageThatComesNowWouldWait() {
        assertEquals(0, new Node.Sums(100, 0, 0, 0).pause());
        assertEquals(2.5, new Node.Sums(4, 0, 0, 10 * SECOND).pause(), "1 waited for 10 s, 4 were handled");
        assertEquals(Double.POSITIVE_INFINITY, new Node.Sums(0, 0, 0, SECOND).pause());
    }

    @Test
    void shouldSumUpHowLongMessagesWaitButNotTheOneInHand() {
        Signal gate = new Signal();
        try (ActorSystem system =
                ActorSystem.builder("shop").handleSignals(false).start()) {
            ActorRef<String> desk = system.spawn("desk", () -> (message, ctx) -> gate.waitForGo());
            for (int i = 0; i < 4; i++) {
                desk.tell("apple");
            }
            Awaitility.await()
                    .until(() ->
                            Profiling.of(desk).flatMap(each -> each.current()).isPresent());
            Node node = new Node(2, 1, desk, 0);
            assertTrue(node.update(Profiling.of(desk), 1));
            assertEquals(3 * SECOND, node.sums.waits());
            assertFalse(node.update(Profiling.of(desk), 2), "nothing that is shown has changed");
            assertEquals(9 * SECOND, node.sums.waits());
            gate.go();
            assertTrue(desk.awaitProcessed(Duration.ofSeconds(10)));
            assertTrue(node.update(Profiling.of(desk), 1));
            assertEquals(0, node.queued);
            assertEquals(4, node.mostQueued);
        } finally {
            gate.go();
        }
    }
}
