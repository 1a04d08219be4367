package dev.espalier.actor;

import static dev.espalier.actor.GuideFixture.LONG;
import static dev.espalier.actor.GuideFixture.simulate;
import static dev.espalier.actor.GuideFixture.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.testkit.Probe;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The code of `docs/guide/asking.md`, compiled and run.
class AskingGuideTest {
    // @start region="cashier-protocol"
    sealed interface CashierMessage {
        record Pay(String item, ReplyTo<Integer> replyTo) implements CashierMessage {}

        record Priced(Pay pay, int price) implements CashierMessage {}

        record NoPrice(Pay pay, Throwable error) implements CashierMessage {}
    }

    record PriceOf(String item, ReplyTo<Integer> replyTo) {}
    // @end

    // @start region="ask-later"
    static final class Cashier implements Behavior<CashierMessage> {
        private final ActorRef<PriceOf> prices;

        Cashier(ActorRef<PriceOf> prices) {
            this.prices = prices;
        }

        @Override
        public void onMessage(CashierMessage message, ActorContext<CashierMessage> ctx) {
            switch (message) {
                case CashierMessage.Pay pay ->
                    ctx.<PriceOf, Integer>ask(
                            prices,
                            replyTo -> new PriceOf(pay.item(), replyTo),
                            Duration.ofSeconds(1),
                            (price, error) -> error == null
                                    ? new CashierMessage.Priced(pay, price)
                                    : new CashierMessage.NoPrice(pay, error));
                case CashierMessage.Priced(CashierMessage.Pay pay, int price) ->
                    pay.replyTo().reply(price);
                case CashierMessage.NoPrice(CashierMessage.Pay pay, Throwable error) ->
                    pay.replyTo().fail(error);
            }
        }
    }
    // @end

    @Test
    void shouldAskAndGoOn() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                Probe<PriceOf> prices = Probe.start(system);
                ActorRef<CashierMessage> cashier = system.spawn("cashier", () -> new Cashier(prices.ref()));
                Strand customer = Strand.start("customer", () -> {
                    // @start region="ask-for-price"
                    int price = cashier.ask(replyTo -> new CashierMessage.Pay("pear", replyTo), Duration.ofSeconds(3));
                    // @end
                    assertEquals(7, price);
                });
                prices.expectMessage(LONG).replyTo().reply(7);
                assertTrue(customer.join(LONG));
            }
        });
    }

    @Test
    void shouldFailAnAsk() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                Probe<PriceOf> prices = Probe.start(system);
                ActorRef<CashierMessage> cashier = system.spawn("cashier", () -> new Cashier(prices.ref()));
                var failed = assertThrows(
                        ActorFailedException.class,
                        () -> cashier.<Integer>ask(
                                replyTo -> new CashierMessage.Pay("pear", replyTo), Duration.ofSeconds(3)));
                assertEquals(AskTimeoutException.class, failed.getCause().getClass());
                assertEquals(Duration.ofSeconds(1), VirtualTime.elapsed());
            }
        });
    }

    // @start region="forward"
    static final class PriceDesk implements Behavior<PriceOf> {
        private final List<ActorRef<PriceOf>> clerks;
        private int next;

        PriceDesk(List<ActorRef<PriceOf>> clerks) {
            this.clerks = clerks;
        }

        @Override
        public void onMessage(PriceOf request, ActorContext<PriceOf> ctx) {
            request.replyTo().forward(clerks.get(next++ % clerks.size()), request);
        }
    }
    // @end

    @Test
    void shouldForwardToOneAfterTheOther() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                List<String> names = List.of("a", "b");
                List<ActorRef<PriceOf>> clerks = new ArrayList<>();
                for (String name : names) {
                    int price = 10 + names.indexOf(name);
                    clerks.add(system.spawn(
                            name, () -> (request, ctx) -> request.replyTo().reply(price)));
                }
                ActorRef<PriceOf> desk = system.spawn("desk", () -> new PriceDesk(clerks));
                for (int price : List.of(10, 11, 10)) {
                    assertEquals(price, desk.<Integer>ask(r -> new PriceOf("pear", r), LONG));
                }
            }
        });
    }
}
