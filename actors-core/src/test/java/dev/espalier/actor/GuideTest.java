package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.SnippetsTest.Order;
import dev.espalier.actor.SnippetsTest.OrderDesk;
import dev.espalier.actor.testkit.NothingOutlives;
import dev.espalier.actor.testkit.Probe;
import dev.espalier.sync.CancelScope;
import dev.espalier.sync.Channel;
import dev.espalier.sync.Select;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The code of `docs/guide`, compiled and run.
class GuideTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private static void simulate(VirtualTime.ThrowingRunnable test) throws Exception {
        VirtualTime.run(1, test);
    }

    private static ActorSystem start() {
        return ActorSystem.builder("shop").handleSignals(false).start();
    }

    // first-actor.md

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

    // blocking-is-fine.md

    interface Storage {
        void write(String row) throws IOException;
    }

    // @start region="blocking"
    static final class Writer implements Behavior<String> {
        private final Storage storage; // a database, a socket, a file

        Writer(Storage storage) {
            this.storage = storage;
        }

        @Override
        public void onMessage(String row, ActorContext<String> ctx) throws IOException {
            storage.write(row); // blocks this actor, and no other
        }
    }
    // @end

    // @start region="pool"
    static final class WriterPool implements Behavior<String> {
        private final Storage storage;
        private final List<ActorRef<String>> writers = new ArrayList<>();
        private int next;

        WriterPool(Storage storage) {
            this.storage = storage;
        }

        @Override
        public void onStart(ActorContext<String> ctx) {
            for (int i = 0; i < 8; i++) {
                writers.add(ctx.spawn("writer-" + i, () -> new Writer(storage)));
            }
        }

        @Override
        public void onMessage(String row, ActorContext<String> ctx) {
            writers.get(next++ % writers.size()).tell(row);
        }
    }
    // @end

    @Test
    @ExtendWith(NothingOutlives.class)
    void shouldWriteByAPool(ActorSystem system) {
        var rows = new ConcurrentLinkedQueue<String>();
        Storage storage = rows::add;
        // @start region="pool-spec"
        ActorRef<String> pool = system.spawn(
                ActorSpec.behavior("writers", () -> new WriterPool(storage)).stopsChildrenInParallel());
        // @end
        for (int i = 0; i < 100; i++) {
            pool.tell("row " + i);
        }
        assertTrue(system.shutdown().isClean());
        assertEquals(100, rows.size());
    }

    // @start region="compute"
    static final class Squarer implements Behavior<Integer> {
        private final ExecutorService platformThreads;
        private final ActorRef<Integer> results;

        Squarer(ExecutorService platformThreads, ActorRef<Integer> results) {
            this.platformThreads = platformThreads;
            this.results = results;
        }

        @Override
        public void onMessage(Integer number, ActorContext<Integer> ctx) throws Exception {
            int square = platformThreads.submit(() -> number * number).get(); // parks; holds no carrier
            results.tell(square);
        }
    }
    // @end

    @Test
    @ExtendWith(NothingOutlives.class)
    void shouldComputeElsewhere(ActorSystem system) {
        try (ExecutorService platformThreads = Executors.newFixedThreadPool(1)) {
            Probe<Integer> probe = Probe.start(system);
            system.spawn("squarer", () -> new Squarer(platformThreads, probe.ref()))
                    .tell(12);
            assertEquals(144, probe.expectMessage(LONG));
        }
    }

    // supervision.md

    // @start region="on-child-failure"
    static final class Watchful implements Behavior<String> {
        private final ActorRef<String> alarm;

        Watchful(ActorRef<String> alarm) {
            this.alarm = alarm;
        }

        @Override
        public void onStart(ActorContext<String> ctx) {
            ctx.spawn("worker", () -> (text, c) -> {
                throw new IllegalStateException("cannot handle " + text);
            });
        }

        @Override
        public void onMessage(String text, ActorContext<String> ctx) {
            ctx.children().find("worker").ifPresent(worker -> alarm.tell(worker.path() + " lives"));
        }

        @Override
        public void onChildFailure(Failure failure, ActorContext<String> ctx) {
            alarm.tell(failure.path() + " failed: " + failure.cause().getMessage());
        }
    }
    // @end

    @Test
    @SuppressWarnings("unchecked")
    void shouldHearOfAChildsFailure() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                Probe<String> probe = Probe.start(system);
                ActorRef<String> parent = system.spawn("parent", () -> new Watchful(probe.ref()));
                ((ActorRef<String>) system.find("/shop/parent/worker").orElseThrow()).tell("this");
                assertEquals("/shop/parent/worker failed: cannot handle this", probe.expectMessage(LONG));
                parent.tell("and now?");
                assertEquals("/shop/parent/worker lives", probe.expectMessage(LONG));
            }
        });
    }

    @Test
    void shouldRestartAllTogether() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                // @start region="strategy"
                ActorRef<Order> front = system.spawn(ActorSpec.behavior("front", Front::new)
                        .supervision(Supervision.oneForAll().intensity(10, Duration.ofMinutes(1))));
                // @end
                assertEquals(0, front.<Integer>ask(Order.Total::new, LONG));
            }
        });
    }

    @Test
    void shouldRetryAFailedMessage() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                Probe<String> probe = Probe.start(system);
                Storage storage = row -> {
                    probe.ref().tell(row);
                    throw new IOException("the disk is full");
                };
                // @start region="retry"
                ActorRef<String> writer = system.spawn(ActorSpec.behavior("writer", () -> new Writer(storage))
                        .retryFailedMessage(3) // then it becomes a dead letter
                        .backOff(BackOff.exponential(Duration.ofMillis(100), Duration.ofSeconds(10))));
                // @end
                writer.tell("row");
                for (int i = 0; i < 3; i++) {
                    assertEquals("row", probe.expectMessage(LONG));
                }
                probe.expectNoMessage(LONG);
                assertEquals(1, system.deadLetters().count(DeadLetter.Reason.QUARANTINED));
            }
        });
    }

    // stopping.md

    /// Stops its system at once, so that the test ends.
    static final class Counter implements Behavior<Order> {
        @Override
        public void onStart(ActorContext<Order> ctx) {
            ctx.system().stop();
        }

        @Override
        public void onMessage(Order message, ActorContext<Order> ctx) {}
    }

    @Test
    void shouldAwaitShutdown() {
        // @start region="service"
        try (var system = ActorSystem.start("shop")) {
            system.spawn("counter", Counter::new);
            system.awaitShutdown(); // until SIGTERM, SIGINT, stop(), exit(code) or a failure that reaches the root
        }
        // @end
    }

    @Test
    void shouldLookAtPleaseStop() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                Probe<String> stock = Probe.start(system);
                // @start region="please-stop"
                ActorRef<Void> poller = system.spawnBody("poller", (inbox, ctx) -> {
                    while (!ctx.pleaseStop().waitForGo(Duration.ofSeconds(30))) {
                        stock.ref().tell("look again");
                    }
                });
                // @end
                assertEquals("look again", stock.expectMessage(Duration.ofSeconds(31)));
                poller.stop();
                stock.expectStopped(poller, Duration.ofMillis(1));
            }
        });
    }

    @Test
    void shouldStopInOrder() throws Exception {
        simulate(() -> {
            Duration quick = Duration.ofSeconds(1);
            var ended = new ArrayList<String>();
            Body<String> service = (inbox, ctx) -> {
                inbox.receive();
                ended.add(ctx.self().name());
            };
            try (var system = start()) {
                // @start region="depends-on"
                system.spawnAll(List.of(
                        ActorSpec.body("http", service).dependsOn("db", "cache"),
                        ActorSpec.body("db", service),
                        ActorSpec.body("cache", service).dependsOn("db"))); // starts db, cache, http
                // @end
                // @start region="report"
                StopReport report = system.shutdown(); // stops http, cache, db
                if (!report.isClean()) {
                    System.err.println(report.toText());
                }
                // @end
                assertEquals(List.of("http", "cache", "db"), ended);
                assertTrue(report.took().compareTo(quick) < 0);
            }
        });
    }

    @Test
    void shouldShieldTheLastWork() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                Probe<List<String>> file = Probe.start(system);
                // @start region="shield"
                ActorRef<String> buffer = system.spawnBody("buffer", (inbox, ctx) -> {
                    List<String> lines = new ArrayList<>();
                    try {
                        for (String line : inbox) {
                            lines.add(line);
                            Strand.sleep(Duration.ofMillis(10)); // a cancel ends this wait
                        }
                    } finally {
                        CancelScope.shield(() -> {
                            Strand.sleep(Duration.ofMillis(5)); // a cancel does not end this one
                            file.ref().tell(lines);
                        });
                    }
                });
                // @end
                buffer.tellAll(List.of("a", "b"));
                Strand.sleep(Duration.ofMillis(5));
                buffer.cancel();
                assertEquals(List.of("a"), file.expectMessage(LONG));
                file.expectStopped(buffer, LONG);
            }
        });
    }

    // asking.md

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

    // on demand

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

    // testing.md

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

    // primitives.md

    @Test
    void shouldChooseWhatComesFirst() throws Exception {
        simulate(() -> {
            // @start region="select"
            Channel<String> orders = Channel.bounded(100);
            Strand.start("customer", () -> {
                orders.send("tea");
                orders.close();
            });
            var pleaseStop = new Signal();
            String first = Select.<String>of()
                    .receive(orders, order -> order.orElse("none"))
                    .onGo(pleaseStop, () -> "stopped")
                    .await();
            // @end
            assertEquals("tea", first);
        });
    }
}
