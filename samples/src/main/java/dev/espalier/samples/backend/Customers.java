package dev.espalier.samples.backend;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.MailboxSpec;
import dev.espalier.actor.Restart;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/// Finds the actor of a customer, or makes it, and forwards the order to it. An idle one leaves by itself; an
/// order that meets it on its way out goes to its successor, so that none is lost in between and no two actors
/// serve one customer.
final class Customers implements Behavior<Place> {
    private final Supplier<Customer> factory;
    private final MailboxSpec mailbox;
    private final Map<String, ActorRef<Customer.Message>> present = new HashMap<>();

    Customers(Supplier<Customer> factory, int perCustomer) {
        this.factory = factory;
        this.mailbox = MailboxSpec.bounded(perCustomer);
    }

    @Override
    public void onMessage(Place place, ActorContext<Place> ctx) {
        String name = place.order().customer();
        ActorRef<Customer.Message> customer = present.computeIfAbsent(name, n -> make(n, ctx));
        switch (place.replyTo().tryForward(customer, place)) {
            case ACCEPTED -> {}
            case FULL -> place.refuse(429, "too many orders of " + name + " are waiting");
            case CLOSED -> {
                customer.stopped().waitForGo();
                present.remove(name);
                onMessage(place, ctx);
            }
        }
    }

    private ActorRef<Customer.Message> make(String name, ActorContext<Place> ctx) {
        ActorRef<Customer.Message> made = ctx.spawn(
                ActorSpec.behavior(name, factory).restart(Restart.TEMPORARY).mailbox(mailbox));
        ctx.watch(made, gone -> present.remove(name, made));
        return made;
    }
}
