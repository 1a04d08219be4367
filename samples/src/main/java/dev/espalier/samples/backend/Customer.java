package dev.espalier.samples.backend;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorException;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.Behavior;
import dev.espalier.samples.backend.Place.Outcome;
import java.time.Duration;
import java.util.OptionalLong;

/// One customer: its orders are placed one after the other, and it knows what they cost in all.
final class Customer implements Behavior<Customer.Message> {
    sealed interface Message permits Place, Idle {}

    record Idle() implements Message {}

    /// Whom it works with.
    record Colleagues(ActorRef<Database.Message> db, ActorRef<Writer.Store> writer, ActorRef<Pricing.Price> pricing) {}

    private static final long UNKNOWN = -1;

    private final Duration idle;
    private final Colleagues ask;
    private long total = UNKNOWN;

    Customer(Colleagues ask, Duration idle) {
        this.ask = ask;
        this.idle = idle;
    }

    @Override
    public void onStart(ActorContext<Message> ctx) {
        ctx.timers().receiveTimeout(new Idle(), idle);
    }

    @Override
    public void onMessage(Message message, ActorContext<Message> ctx) {
        switch (message) {
            case Idle() -> ctx.passivate(); // or goes on, if an order has come in
            case Place place -> {
                try {
                    place(place);
                } catch (ActorException e) { // nobody answered, or not in time; the order may be stored or not
                    total = UNKNOWN;
                    place.replyTo().fail(e);
                }
            }
        }
    }

    private void place(Place place) {
        Order order = place.order();
        OptionalLong price = ask.pricing()
                .ask(
                        to -> new Pricing.Price(order.item(), order.quantity(), to),
                        place.replyTo().remaining());
        if (price.isEmpty()) {
            place.refuse(400, "no such item: " + order.item());
            return;
        }
        Writer.Written written = ask.writer()
                .ask(
                        to -> new Writer.Store(order.priced(price.getAsLong()), to),
                        place.replyTo().remaining());
        if (!written.order().sameAs(order)) {
            place.refuse(409, "another order has the id " + order.id());
            return;
        }
        if (total == UNKNOWN) { // read after the write: so it holds whatever was under way before
            total = ask.db()
                    .ask(
                            to -> new Database.Message.Total(order.customer(), to),
                            place.replyTo().remaining());
        } else if (written.now()) {
            total += written.order().totalCents();
        }
        place.replyTo().reply(new Outcome.Stored(written.order(), written.now(), total));
    }
}
