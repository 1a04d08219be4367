package dev.espalier.actor;

import static dev.espalier.actor.TicketGate.LET_IN;
import static dev.espalier.actor.TicketGate.LET_IN_CROWD;
import static dev.espalier.actor.TicketGate.LOOK;
import static dev.espalier.actor.TicketGate.NO_ROOM;
import static dev.espalier.actor.TicketGate.REFUSED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// The producers' side, step by step; with many threads it is attacked by the proofs.
class TicketGateTest {
    private static final class Narrow extends TicketQueue {
        private final long bound;

        Narrow(long bound) {
            super(new TicketGate());
            this.bound = bound;
        }

        @Override
        long bound() {
            return bound;
        }

        int push() {
            return gate().push("entry", this);
        }

        void takeUntil(long left) {
            while (gate().letIn() - takenCount() > left) {
                take();
            }
        }

        /// Lets in that many, none of which finds a crowd.
        void pushAll(int count) {
            for (int i = 0; i < count; i++) {
                assertEquals(LET_IN, push(), () -> "after " + gate().letIn());
            }
        }
    }

    @Test
    void shouldLetInExactlyAsManyAsThereIsRoomFor() {
        for (int bound : new int[] {1, 2, LOOK - 1, LOOK}) {
            var queue = new Narrow(bound);
            queue.pushAll(bound);
            assertEquals(NO_ROOM, queue.push(), "bound " + bound);
            assertEquals(NO_ROOM, queue.push(), "asked twice");
            assertEquals(bound, queue.gate().letIn());
        }
    }

    @Test
    void shouldLetInAsManyAsWereTakenOnceItIsFull() {
        var queue = new Narrow(3);
        queue.pushAll(3);
        queue.take();
        queue.take();
        assertEquals(LET_IN, queue.push());
        assertEquals(LET_IN, queue.push());
        assertEquals(NO_ROOM, queue.push());
        assertEquals(5, queue.gate().letIn());
    }

    @Test
    void shouldTellOfACrowdOnceInSoMany() {
        var queue = new Narrow(10 * LOOK);
        queue.pushAll(LOOK);
        assertEquals(LET_IN_CROWD, queue.push());
        queue.pushAll(LOOK - 1);
        assertEquals(LET_IN_CROWD, queue.push());
        queue.pushAll(LOOK - 1);
        queue.takeUntil(LOOK);
        assertEquals(LET_IN_CROWD, queue.push(), "so many wait");
        queue.pushAll(LOOK - 1);
        queue.takeUntil(LOOK - 1);
        assertEquals(LET_IN, queue.push(), "one less");
    }

    @Test
    void shouldLetInAboveTheBoundOnlyWhenItMust() {
        var queue = new Narrow(2);
        queue.pushAll(2);
        assertEquals(3, queue.gate().pushAnyway("urgent", queue), "the length with it");
        assertEquals(NO_ROOM, queue.push());
        assertEquals("entry", queue.take());
        assertEquals("entry", queue.take());
        assertEquals(2, queue.gate().pushAnyway("urgent", queue));
        assertEquals(NO_ROOM, queue.push());
        assertEquals("urgent", queue.take());
        assertEquals(LET_IN, queue.push());
    }

    @Test
    void shouldRefuseEverybodyOnceItIsSealed() {
        for (int before : new int[] {0, 1, LOOK + 5}) {
            var queue = new Narrow(100);
            for (int i = 0; i < before; i++) {
                queue.push();
            }
            assertFalse(queue.gate().isSealed());
            queue.seal();
            queue.seal();
            assertTrue(queue.gate().isSealed());
            assertEquals(REFUSED, queue.push());
            assertEquals(REFUSED, queue.gate().pushAnyway("urgent", queue));
            assertEquals(before, queue.gate().letIn());
            int taken = 0;
            while (queue.take() != null) {
                taken++;
            }
            assertEquals(before, taken, "what was let in stays");
        }
    }

    @Test
    void shouldSealOnlyIfNoMoreThanSoManyWereLetIn() {
        var queue = new Narrow(100);
        queue.pushAll(2);
        assertFalse(queue.gate().sealAt(1));
        assertFalse(queue.gate().sealAt(3));
        assertFalse(queue.gate().isSealed());
        assertTrue(queue.gate().sealAt(2));
        assertTrue(queue.gate().isSealed());
        assertTrue(queue.gate().sealAt(7), "it is");
        assertEquals(2, queue.gate().newest().ticket);
    }
}
