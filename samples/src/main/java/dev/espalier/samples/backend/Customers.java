package dev.espalier.samples.backend;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.MailboxSpec;
import dev.espalier.actor.Restart;
import dev.espalier.actor.Told;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/// Finds the actor of a customer, or makes it. An idle one asks to leave; what comes for it from then on waits
/// until it has gone and goes to its successor, so that no order is lost in between and no two actors serve one
/// customer.
final class Customers implements Behavior<Customers.Message> {
    sealed interface Message permits Place, Leave, Gone {}

    record Leave(String customer) implements Message {}

    record Gone(String customer) implements Message {}

    /// Makes the behavior of one customer.
    interface Factory {
        Behavior<Customer.Message> create(ActorRef<Message> customers, String name);
    }

    private final Factory factory;
    private final MailboxSpec mailbox;
    private final int most;
    private final Map<String, ActorRef<Customer.Message>> present = new HashMap<>();
    private final Map<String, Queue<Place>> leaving = new HashMap<>();

    Customers(Factory factory, int perCustomer) {
        this.factory = factory;
        this.mailbox = MailboxSpec.bounded(perCustomer);
        this.most = perCustomer;
    }

    @Override
    public void onMessage(Message message, ActorContext<Message> ctx) {
        switch (message) {
            case Place place -> place(place, ctx);
            case Leave(String customer) -> leave(customer);
            case Gone(String customer) -> {
                present.remove(customer);
                Queue<Place> waiting = leaving.remove(customer);
                if (waiting != null) {
                    waiting.forEach(place -> place(place, ctx));
                }
            }
        }
    }

    private void place(Place place, ActorContext<Message> ctx) {
        String name = place.order().customer();
        Queue<Place> waiting = leaving.get(name);
        boolean taken;
        if (waiting == null) {
            taken = present.computeIfAbsent(name, n -> make(n, ctx)).tryTell(place) == Told.ACCEPTED;
        } else {
            taken = waiting.size() < most && waiting.add(place);
        }
        if (!taken) {
            place.refuse(429, "too many orders of " + name + " are waiting");
        }
    }

    private ActorRef<Customer.Message> make(String name, ActorContext<Message> ctx) {
        ActorRef<Customer.Message> made = ctx.spawn(ActorSpec.behavior(name, () -> factory.create(ctx.self(), name))
                .restart(Restart.TEMPORARY)
                .mailbox(mailbox));
        ctx.watchWith(made, new Gone(name));
        return made;
    }

    private void leave(String customer) {
        ActorRef<Customer.Message> ref = present.get(customer);
        if (ref != null && leaving.putIfAbsent(customer, new ArrayDeque<>()) == null) {
            ref.stop(); // what we have told it before is still handled
        }
    }
}
