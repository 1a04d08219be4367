package dev.espalier.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorSystem;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
    @Test
    void shouldMakeNoFrameAfterTheLastForASlowClientWouldMissTheEnd() {
        try (ActorSystem system =
                ActorSystem.builder("shop").handleSignals(false).start()) {
            Snapshots snapshots = new Snapshots(system, ObserverEvents.of(system), false);
            assertFalse(snapshots.whole().frame().last());
            snapshots.tick(true);
            Frame last = snapshots.whole().frame();
            assertTrue(last.last());
            snapshots.tick(false);
            assertEquals(last.number(), snapshots.whole().frame().number());
        }
    }
}
