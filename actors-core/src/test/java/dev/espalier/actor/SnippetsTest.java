package dev.espalier.actor;

import dev.espalier.sync.TraceContext;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/// The code of the documentation, compiled and run.
class SnippetsTest {
    // @start region="protocol"
    sealed interface Order {
        record Place(String item, int count) implements Order {}

        record Total(ReplyTo<Integer> replyTo) implements Order {}
    }
    // @end

    // @start region="behavior"
    static final class OrderDesk implements Behavior<Order> {
        private int total;

        @Override
        public void onMessage(Order order, ActorContext<Order> ctx) {
            switch (order) {
                case Order.Place(String item, int count) -> total += count;
                case Order.Total(ReplyTo<Integer> replyTo) -> replyTo.reply(total);
            }
        }
    }
    // @end

    @Test
    void shouldRunASystem() {
        // @start region="system"
        try (var system = ActorSystem.start("shop")) {
            ActorRef<Order> orders = system.spawn("orders", OrderDesk::new);
            orders.tell(new Order.Place("apple tree", 2));
            // In a service, the main thread would now wait: system.awaitShutdown();
        } // stops in order: every message sent above is handled first
        // @end
    }

    @Test
    void shouldAsk() {
        try (var system = ActorSystem.start("shop")) {
            ActorRef<Order> orders = system.spawn("orders", OrderDesk::new);
            orders.tell(new Order.Place("apple tree", 2));
            // @start region="ask"
            int total = orders.ask(Order.Total::new, Duration.ofSeconds(3));
            // @end
            Assertions.assertEquals(2, total);
        }
    }

    @Test
    void shouldCarryATrace() {
        String header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        ConcurrentLinkedQueue<String> outgoing = new ConcurrentLinkedQueue<>();
        try (var system = ActorSystem.start("shop")) {
            ActorRef<String> desk = system.spawn("desk", () -> (item, ctx) -> {
                // @start region="traced"
                TraceContext mine = TraceContext.current(); // the one that came with the message, or null
                outgoing.add(mine == null ? "" : mine.traceparent()); // what this sends has it, too
                // @end
            });
            // @start region="trace"
            TraceContext trace = TraceContext.parse(header, null).orElseGet(() -> TraceContext.start(true));
            trace.run(() -> desk.tell("apple tree"));
            // @end
            desk.tell("pear tree");
        }
        Assertions.assertEquals(List.of(header, ""), List.copyOf(outgoing));
    }

    @Test
    void shouldRunABody() {
        try (var system = ActorSystem.start("shop")) {
            ActorRef<Order> orders = system.spawn("orders", OrderDesk::new);
            // @start region="body"
            ActorRef<String> feed = system.spawnBody("feed", (inbox, ctx) -> {
                for (String line : inbox) { // ends when pleaseStop goes and the inbox is drained
                    orders.tell(new Order.Place(line, 1));
                }
            });
            // @end
            feed.tell("pear tree");
            feed.stop();
            feed.join();
            Assertions.assertEquals(1, orders.<Integer>ask(Order.Total::new, Duration.ofSeconds(3)));
        }
    }

    @Test
    void shouldSpawnBySpec() {
        try (var system = ActorSystem.start("shop")) {
            // @start region="spec"
            ActorRef<Order> orders = system.spawn(ActorSpec.behavior("orders", OrderDesk::new)
                    .mailbox(MailboxSpec.bounded(1_000, Overflow.FAIL))
                    .onFailure(cause -> cause instanceof IllegalArgumentException ? Decision.RESUME : Decision.RESTART)
                    .backOff(BackOff.exponential(Duration.ofMillis(100), Duration.ofSeconds(10)))
                    .grace(Duration.ofSeconds(2)));
            // @end
            Assertions.assertEquals(0, orders.<Integer>ask(Order.Total::new, Duration.ofSeconds(3)));
        }
    }

    /// Leaves its orders to a child, which it needs its context for.
    private static final class Shop implements Behavior<Order> {
        private final ActorRef<Order> desk;

        Shop(ActorContext<Order> ctx, String deskName) {
            desk = ctx.spawn(deskName, OrderDesk::new);
        }

        @Override
        public void onMessage(Order order, ActorContext<Order> ctx) {
            desk.tell(order);
        }
    }

    @Test
    void shouldSpawnABehaviorThatWantsItsContext() {
        try (var system = ActorSystem.start("town")) {
            // @start region="behavior-with"
            ActorRef<Order> shop =
                    system.spawn(ActorSpec.behaviorWith("shop", (ActorContext<Order> ctx) -> new Shop(ctx, "desk"))
                            .mailbox(MailboxSpec.bounded(1_000)));
            // @end
            shop.tell(new Order.Place("apple tree", 2));
            Assertions.assertEquals(2, shop.<Integer>ask(Order.Total::new, Duration.ofSeconds(3)));
        }
    }

    @Test
    void shouldWaitForABodyThatSaysReady() throws Exception {
        try (var system = ActorSystem.start("shop")) {
            AtomicInteger port = new AtomicInteger();
            // @start region="ready"
            system.spawn(ActorSpec.<Void>body("server", (inbox, ctx) -> {
                        try (ServerSocket server = new ServerSocket(0)) { // if it throws, so does the spawn
                            port.set(server.getLocalPort());
                            ctx.ready();
                            ctx.pleaseStop().waitForGo();
                        }
                    })
                    .saysReady());
            new Socket("localhost", port.get()).close(); // it listens
            // @end
        }
    }

    @Test
    void shouldAdoptAThread() throws InterruptedException {
        try (var system = ActorSystem.start("shop")) {
            Thread poller = new Thread(() -> {
                // @start region="adopt"
                try (Adoption me = system.adopt("poller")) {
                    while (!me.pleaseStop().isGo()) {
                        me.pleaseStop().waitForGo(Duration.ofMillis(100)); // work of a foreign library
                    }
                } // now the stop of the system no longer waits for this thread
                // @end
            });
            poller.start();
            Awaitility.await().until(() -> system.find("/shop/poller").isPresent());
            system.shutdown();
            poller.join();
            Assertions.assertTrue(system.report().isClean());
        }
    }
}
