package dev.espalier.observer;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.BackOff;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.MailboxSpec;
import dev.espalier.actor.Restart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/// A tree of many actors at work, for tests of the observer: a shop with customers, one desk that is flooded and
/// one that breaks now and then.
final class Orchard implements AutoCloseable {
    /// What customers and desks do.
    sealed interface Message {
        record Order(int number) implements Message {}

        record Payment(int number) implements Message {}

        record Broken(String why) implements Message {}
    }

    private static class Desk implements Behavior<Message> {
        @Override
        public void onMessage(Message message, ActorContext<Message> ctx) {
            if (message instanceof Message.Broken(String why)) {
                throw new IllegalStateException(why);
            }
        }
    }

    private static final class Closed extends Desk {
        private final CountDownLatch open;

        Closed(CountDownLatch open) {
            this.open = open;
        }

        @Override
        public void onMessage(Message message, ActorContext<Message> ctx) {
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Hands its messages on to children, each of which takes its time.
    private static final class Gardeners implements Behavior<Message> {
        private static final List<String> NAMES = List.of("anna", "ben", "clara", "david", "emma");
        private final List<ActorRef<Message>> all = new ArrayList<>();

        @Override
        public void onStart(ActorContext<Message> ctx) {
            for (String name : NAMES) {
                long nanos = 400_000L * (all.size() + 1);
                Behavior<Message> gardener = (message, own) -> LockSupport.parkNanos(nanos);
                all.add(ctx.spawn(name, () -> gardener));
            }
        }

        @Override
        public void onMessage(Message message, ActorContext<Message> ctx) {
            if (message instanceof Message.Order(int order)) {
                all.get(order % all.size()).tell(message);
            }
        }
    }

    private static final class Customers implements Behavior<Message> {
        private final int number;
        private final List<ActorRef<Message>> all = new ArrayList<>();

        Customers(int number) {
            this.number = number;
        }

        @Override
        public void onStart(ActorContext<Message> ctx) {
            for (int i = 1; i <= number; i++) {
                all.add(ctx.spawn(ActorSpec.behavior("customer-%04d".formatted(i), Desk::new)
                        .restart(Restart.TEMPORARY)));
            }
        }

        @Override
        public void onMessage(Message message, ActorContext<Message> ctx) {
            if (message instanceof Message.Order(int order)) {
                all.get(order % all.size()).tell(message);
            }
        }
    }

    /// The root and its branches without the customers.
    static final int OTHERS = 15;

    /// How long the gate, which stops first, takes for that.
    private static final long SHUTS = 1_500_000_000L;

    final ActorSystem system;
    private final CountDownLatch open = new CountDownLatch(1);
    private final Thread visitors;
    private volatile boolean closing;

    /// @param customers how many there are, besides [#OTHERS]
    Orchard(int customers) {
        system = ActorSystem.builder("orchard")
                .handleSignals(false)
                .budget(Duration.ofSeconds(20))
                .start();
        ActorRef<Message> orders = desk("orders");
        ActorRef<Message> payments = desk("payments");
        ActorRef<Message> stock = desk("stock");
        desk("invoices");
        ActorRef<Message> grafting = system.spawn(ActorSpec.behavior("grafting", Desk::new)
                .restart(Restart.PERMANENT)
                .backOff(BackOff.exponential(Duration.ofMillis(100), Duration.ofSeconds(2))));
        ActorRef<Message> gardeners = system.spawn("gardeners", Gardeners::new);
        ActorRef<Message> mail =
                system.spawn(ActorSpec.behavior("mail", () -> new Closed(open)).mailbox(MailboxSpec.unbounded()));
        for (int i = 0; i < 4_321; i++) {
            mail.tell(new Message.Order(i));
        }
        ActorRef<Message> all = system.spawn("customers", () -> new Customers(customers));
        system.spawn(ActorSpec.<Message>body("gate", (inbox, ctx) -> {
            ctx.pleaseStop().waitForGo();
            long shut = System.nanoTime() + SHUTS;
            while (shut - System.nanoTime() > 0) { // the last visitors leave
                LockSupport.parkNanos(shut - System.nanoTime());
            }
        }));
        visitors = Thread.ofVirtual().start(() -> {
            for (int i = 0; !closing; i++) {
                int busy = 40 + (int) (25 * Math.sin(i / 200.0));
                for (int n = 0; n < busy; n++) {
                    orders.tell(new Message.Order(i));
                    all.tell(new Message.Order(i * 31 + n));
                }
                for (int n = 0; n < 9; n++) {
                    gardeners.tell(new Message.Order(i * 9 + n * n));
                }
                stock.tell(new Message.Order(i));
                payments.tell(new Message.Payment(i));
                if (i % 300 == 299) {
                    grafting.tell(new Message.Broken("the knife is blunt"));
                }
                LockSupport.parkNanos(20_000_000);
            }
        });
    }

    private ActorRef<Message> desk(String name) {
        return system.spawn(name, Desk::new);
    }

    /// Makes an actor fail, which ends a customer.
    @SuppressWarnings("unchecked")
    void breakActor(String path) {
        ((ActorRef<Message>) system.find(path).orElseThrow()).tell(new Message.Broken("broken on purpose"));
    }

    /// The desk that is flooded takes its messages again.
    void open() {
        open.countDown();
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(visitors);
        open();
        system.close();
    }
}
