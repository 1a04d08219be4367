package dev.espalier.actor;

import static dev.espalier.actor.GuideFixture.LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.SnippetsTest.Order;
import dev.espalier.actor.SnippetsTest.OrderDesk;
import dev.espalier.actor.testkit.NothingOutlives;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The code of `docs/guide/first-actor.md`, compiled and run.
class FirstActorGuideTest {
    // @start region="parent"
    static final class Front implements Behavior<Order> {
        private ActorRef<Order> desk;

        @Override
        public void onStart(ActorContext<Order> ctx) {
            desk = ctx.spawn("desk", OrderDesk::new); // its path: /shop/front/desk
        }

        @Override
        public void onMessage(Order order, ActorContext<Order> ctx) {
            desk.tell(order);
        }
    }
    // @end

    @Test
    @ExtendWith(NothingOutlives.class)
    void shouldHaveAChild(ActorSystem system) {
        ActorRef<Order> front = system.spawn("front", Front::new);
        front.tell(new Order.Place("pear", 3));
        int total = front.ask(Order.Total::new, LONG);
        assertEquals(3, total);
        assertTrue(system.find("/test/front/desk").isPresent());
    }

    // @start region="timer"
    static final class Waterer implements Behavior<Waterer.Tick> {
        record Tick() {}

        private final ActorRef<String> can;

        Waterer(ActorRef<String> can) {
            this.can = can;
        }

        @Override
        public void onStart(ActorContext<Tick> ctx) {
            ctx.timers().fixedRate("water", new Tick(), Duration.ofHours(12));
        }

        @Override
        public void onMessage(Tick tick, ActorContext<Tick> ctx) {
            can.tell("water the pear tree");
        }
    }
    // @end
}
