package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.AskingGuideTest.Cashier;
import dev.espalier.actor.AskingGuideTest.CashierMessage;
import dev.espalier.actor.AskingGuideTest.PriceOf;
import dev.espalier.actor.BlockingGuideTest.Writer;
import dev.espalier.actor.FirstActorGuideTest.Waterer;
import dev.espalier.actor.SnippetsTest.Order;
import dev.espalier.actor.testkit.NothingOutlives;
import dev.espalier.actor.testkit.Probe;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The code of `docs/guide/testing.md`, compiled and run.
class TestingGuideTest {
    // @start region="probe"
    @Test
    void shouldAskForThePrice() throws Exception {
        VirtualTime.run(42, () -> {
            try (var system = ActorSystem.builder("test").handleSignals(false).start()) {
                Probe<PriceOf> prices = Probe.start(system, "prices");
                Probe<Integer> customer = Probe.start(system, "customer");
                ActorRef<CashierMessage> cashier = system.spawn("cashier", () -> new Cashier(prices.ref()));
                system.spawnBody("asker", (inbox, ctx) -> {
                    int price = cashier.ask(replyTo -> new CashierMessage.Pay("pear", replyTo), Duration.ofSeconds(3));
                    customer.ref().tell(price);
                });

                PriceOf request = prices.expectMessage(Duration.ofSeconds(1));
                assertEquals("pear", request.item());
                request.replyTo().reply(7);
                assertEquals(7, customer.expectMessage(Duration.ofSeconds(1)));
            }
        });
    }
    // @end

    // @start region="virtual-time"
    @Test
    void shouldWaterEveryTwelveHours() throws Exception {
        VirtualTime.run(42, () -> {
            try (var system = ActorSystem.builder("test").handleSignals(false).start()) {
                Probe<String> can = Probe.start(system);
                system.spawn("waterer", () -> new Waterer(can.ref()));
                can.expectNoMessage(Duration.ofHours(11)); // takes no time at all
                assertEquals("water the pear tree", can.expectMessage(Duration.ofHours(2)));
                assertEquals(Duration.ofHours(12), VirtualTime.elapsed());
            }
        });
    }
    // @end

    // @start region="nothing-outlives"
    @Test
    @ExtendWith(NothingOutlives.class)
    void shouldWrite(ActorSystem system) {
        var rows = new ConcurrentLinkedQueue<String>();
        ActorRef<String> writer = system.spawn("writer", () -> new Writer(rows::add));
        writer.tell("row");
        assertTrue(writer.awaitProcessed(Duration.ofSeconds(5)));
        assertEquals(List.of("row"), List.copyOf(rows));
    }
    // @end

    @Test
    @ExtendWith(NothingOutlives.class)
    void shouldRunOnOtherSeeds() throws Exception {
        // @start region="seeds"
        for (long seed = 0; seed < 20; seed++) { // a failure names its seed
            VirtualTime.run(seed, () -> {
                try (var system =
                        ActorSystem.builder("test").handleSignals(false).start()) {
                    Probe<Order> probe = Probe.start(system);
                    probe.ref().tell(new Order.Place("pear", 1));
                    Order.Place placed = probe.expectMessage(Order.Place.class, Duration.ofSeconds(1));
                    assertEquals(1, placed.count());
                }
            });
        }
        // @end
        assertFalse(Strand.current().isVirtualTime());
    }
}
