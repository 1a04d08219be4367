package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.espalier.actor.TicketGate.Node;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// The consumer's side, step by step; with many threads it is attacked by the proofs.
class TicketQueueTest {
    private final Mailbox box = new Mailbox(MailboxSpec.bounded(1_000));

    private static int entryOf(Node node) {
        assertNotNull(node.entry);
        return (Integer) node.entry;
    }

    @Test
    void shouldKnowTheEntryInHandWhateverComesAfterIt() {
        box.offer(1, false);
        Node first = assertNode();
        box.offer(2, false);
        box.offer(3, false);
        assertEquals(1, box.inHand());
        assertEquals(1, box.inHand(), "asked twice");
        first.entry = null;
        assertNull(box.inHand());
        assertEquals(2, entryOf(assertNode()));
        box.offer(4, false);
        assertEquals(2, box.inHand());
        assertEquals(3, entryOf(assertNode()));
        assertEquals(4, entryOf(assertNode()));
        assertNull(box.pollNode());
    }

    private Node assertNode() {
        Node node = box.pollNode();
        assertNotNull(node);
        return node;
    }

    @Test
    void shouldGiveOutEachEntryOnceInOrderWhateverIsAskedInBetween() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var waiting = new ArrayDeque<Integer>();
        Integer inHand = null;
        for (int n = 0; n < 20_000; n++) {
            int before = n;
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    if (waiting.size() < 1_000) {
                        box.offer(n, false);
                        waiting.add(n);
                    }
                }
                case 2, 3 -> {
                    Node node = box.pollNode();
                    assertEquals(
                            waiting.peek(), node == null ? null : node.entry, () -> "seed " + seed + ", " + before);
                    inHand = node == null ? inHand : waiting.poll();
                }
                default -> {
                    assertEquals(inHand, box.inHand(), () -> "seed " + seed + ", " + before);
                    assertEquals(!waiting.isEmpty(), box.hasNext(), () -> "seed " + seed + ", " + before);
                    assertEquals(waiting.size(), box.depth(), () -> "seed " + seed + ", " + before);
                }
            }
        }
    }

    @Test
    void shouldKeepNothingAliveThatWasTaken() {
        List<WeakReference<Object>> taken = new ArrayList<>();
        for (int n = 0; n < 20; n++) {
            var message = new Object();
            taken.add(new WeakReference<>(message));
            box.offer(message, false);
        }
        box.offer("waits", false);
        for (int n = 0; n < 20; n++) {
            assertNode().entry = null;
        }
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            System.gc();
            return taken.stream().allMatch(each -> each.refersTo(null));
        });
        assertEquals("waits", assertNode().entry);
    }
}
