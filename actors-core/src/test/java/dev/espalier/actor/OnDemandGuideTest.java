package dev.espalier.actor;

import static dev.espalier.actor.GuideFixture.LONG;
import static dev.espalier.actor.GuideFixture.simulate;
import static dev.espalier.actor.GuideFixture.start;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The code of `docs/guide/asking.md`, on actors that are made on demand, compiled and run.
class OnDemandGuideTest {
    sealed interface CustomerMessage {
        record Buy(String customer, int cents, ReplyTo<Integer> replyTo) implements CustomerMessage {}

        record Idle() implements CustomerMessage {}
    }

    // @start region="passivate"
    static final class Customer implements Behavior<CustomerMessage> {
        private int total;

        @Override
        public void onStart(ActorContext<CustomerMessage> ctx) {
            ctx.timers().receiveTimeout(new CustomerMessage.Idle(), Duration.ofMinutes(10));
        }

        @Override
        public void onMessage(CustomerMessage message, ActorContext<CustomerMessage> ctx) {
            switch (message) {
                case CustomerMessage.Idle() -> ctx.passivate(); // or goes on, if something has come in
                case CustomerMessage.Buy buy -> {
                    total += buy.cents();
                    buy.replyTo().reply(total);
                }
            }
        }
    }
    // @end

    // @start region="on-demand"
    static final class Customers implements Behavior<CustomerMessage.Buy> {
        private final Map<String, ActorRef<CustomerMessage>> present = new HashMap<>();

        @Override
        public void onMessage(CustomerMessage.Buy buy, ActorContext<CustomerMessage.Buy> ctx) {
            var customer = present.computeIfAbsent(buy.customer(), name -> make(name, ctx));
            switch (buy.replyTo().tryForward(customer, buy)) {
                case ACCEPTED -> {}
                case FULL -> buy.replyTo().fail(new IllegalStateException("too many orders at once"));
                case CLOSED -> { // it has just left: its successor gets the order
                    customer.stopped().waitForGo();
                    present.remove(buy.customer());
                    onMessage(buy, ctx);
                }
            }
        }

        private ActorRef<CustomerMessage> make(String name, ActorContext<?> ctx) {
            ActorRef<CustomerMessage> made =
                    ctx.spawn(ActorSpec.behavior(name, Customer::new).restart(Restart.TEMPORARY));
            ctx.watch(made, gone -> present.remove(name, made));
            return made;
        }
    }
    // @end

    @Test
    void shouldMakeCustomersOnDemand() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                ActorRef<CustomerMessage.Buy> customers = system.spawn("customers", Customers::new);
                assertEquals(5, buy(customers, "ann", 5));
                assertEquals(6, buy(customers, "bob", 6));
                assertEquals(12, buy(customers, "ann", 7));
                assertEquals(2, customers.info().children().size());
                Strand.sleep(Duration.ofMinutes(11));
                assertEquals(List.of(), customers.info().children());
                assertEquals(1, buy(customers, "ann", 1)); // a fresh one
                assertEquals(0, system.deadLetters().count());
            }
        });
    }

    private static int buy(ActorRef<CustomerMessage.Buy> customers, String name, int cents) {
        return customers.<Integer>ask(replyTo -> new CustomerMessage.Buy(name, cents, replyTo), LONG);
    }
}
