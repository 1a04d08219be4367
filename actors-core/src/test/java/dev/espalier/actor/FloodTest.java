package dev.espalier.actor;

import static dev.espalier.actor.TurnFixture.LONG;
import static dev.espalier.actor.TurnFixture.inVirtualSystem;
import static dev.espalier.actor.TurnFixture.spawn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A turn that sends more than its receiver takes. In simulated time, a turn takes none: whatever it sends is
/// a flood.
class FloodTest {
    @Test
    void shouldKeepTheReceiverBackUntilThereIsALotForIt() throws Exception {
        inVirtualSystem(2, system -> {
            int[] handled = {0};
            List<Integer> waiting = new ArrayList<>();
            ActorRef<Integer> receiver = system.spawn("receiver", () -> (n, ctx) -> handled[0]++);
            ActorRef<Job> sender = spawn(system, "sender");
            sender.tell(ctx -> {
                for (int burst : List.of(TicketGate.LOOK * 2, Flood.LOT / 2, Flood.LOT)) {
                    for (int i = 0; i < burst; i++) {
                        receiver.tell(i);
                    }
                    VirtualTime.pause(); // others run now, if they have anything to run
                    waiting.add((int) receiver.ledger().queued());
                }
            });
            assertTrue(sender.awaitProcessed(LONG));
            assertTrue(receiver.awaitProcessed(LONG));
            assertEquals(List.of(TicketGate.LOOK * 2, TicketGate.LOOK * 2 + Flood.LOT / 2, 0), waiting);
            assertEquals(TicketGate.LOOK * 2 + Flood.LOT / 2 + Flood.LOT, handled[0]);
        });
    }
}
