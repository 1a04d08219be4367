package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.sync.BinarySemaphore;
import dev.espalier.sync.CancelScope;
import dev.espalier.sync.Channel;
import dev.espalier.sync.Condition;
import dev.espalier.sync.Event;
import dev.espalier.sync.FailedException;
import dev.espalier.sync.Fork;
import dev.espalier.sync.Lock;
import dev.espalier.sync.MVar;
import dev.espalier.sync.Monitor;
import dev.espalier.sync.Progress;
import dev.espalier.sync.Select;
import dev.espalier.sync.Semaphore;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import dev.espalier.sync.Till;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The code of `docs/guide/primitives.md` and of the Javadoc of the primitives, compiled and run.
class PrimitivesGuideTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldChooseWhatComesFirst() throws Exception {
        VirtualTime.run(42, () -> {
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

    @Test
    void shouldPassValuesAndChoose() throws Exception {
        VirtualTime.run(() -> {
            var handled = new ArrayList<String>();
            // @start region="channel"
            Channel<String> orders = Channel.bounded(100);
            Fork<?> desk = Fork.start("desk", () -> {
                for (String order : orders) { // ends when it is closed and empty
                    handled.add(order);
                }
            });
            orders.send("tea");
            orders.send("milk");
            orders.close();
            // @end
            desk.get();
            assertEquals(List.of("tea", "milk"), handled);

            Channel<String> in = Channel.bounded(1);
            Channel<String> log = Channel.rendezvous();
            var pleaseStop = new Signal();
            Strand.start("reader", () -> handled.add(log.receive().orElseThrow()));
            Strand.sleep(SECOND);
            // @start region="choose"
            String what = Select.<String>of()
                    .receive(in, order -> order.orElse("the end"))
                    .send(log, "idle", () -> "logged")
                    .onGo(pleaseStop, () -> "stop")
                    .await();
            // @end
            assertEquals("logged", what);
        });
    }

    @Test
    void shouldGuardWhatThreadsShare() throws Exception {
        VirtualTime.run(() -> {
            long[] balance = new long[1];
            // @start region="lock"
            Lock lock = new Lock();
            lock.run(() -> balance[0] += 100);
            long now = lock.call(() -> balance[0]);
            // @end
            assertEquals(100, now);

            // @start region="condition"
            Condition paidIn = lock.newCondition();
            Fork<?> spender = Fork.start("spender", () -> {
                lock.run(() -> {
                    paidIn.awaitThat(() -> balance[0] >= 150); // gives the lock away meanwhile
                    balance[0] -= 150;
                });
            });
            lock.run(() -> {
                balance[0] += 100;
                paidIn.wakeOne();
            });
            // @end
            spender.get();
            assertEquals(50, balance[0]);

            // @start region="monitor"
            Monitor monitor = new Monitor();
            Deque<String> orders = new ArrayDeque<>();
            Fork<String> next = Fork.start(
                    "next",
                    () -> monitor.call(() -> {
                        monitor.awaitThat(() -> !orders.isEmpty());
                        return orders.remove();
                    }));
            monitor.run(() -> orders.add("tea")); // to leave it wakes who waits
            // @end
            assertEquals("tea", next.get());

            // @start region="box"
            MVar<Integer> counter = new MVar<>(1);
            int two = counter.modify(old -> old + 1); // atomic: others wait meanwhile
            int taken = counter.take(); // now it is empty
            counter.put(7);
            // @end
            assertEquals(2, two);
            assertEquals(2, taken);
            assertEquals(7, counter.read());
        });
    }

    @Test
    void shouldCountAndLimit() throws Exception {
        VirtualTime.run(() -> {
            var fetched = new ArrayList<String>();
            // @start region="units"
            Semaphore connections = new Semaphore(10);
            connections.acquire();
            try {
                fetched.add("page");
            } finally {
                connections.release();
            }
            // @end
            assertEquals(10, connections.available());
            assertEquals(List.of("page"), fetched);

            // @start region="binary"
            BinarySemaphore changed = new BinarySemaphore(false);
            changed.release();
            changed.release(); // the same as once
            boolean first = changed.acquire(Duration.ofSeconds(1));
            boolean second = changed.acquire(Duration.ofSeconds(1));
            // @end
            assertTrue(first);
            assertFalse(second);

            // @start region="event"
            Event open = new Event();
            Fork<Boolean> customer = Fork.start("customer", () -> open.await(Duration.ofHours(1)));
            open.set();
            // @end
            assertTrue(customer.get());

            // @start region="progress"
            Progress written = new Progress();
            Fork<Boolean> reader = Fork.start("reader", () -> written.waitFor(1_000, Duration.ofHours(1)));
            written.advance(600);
            written.advance(600); // 1,200: the reader goes on
            // @end
            assertTrue(reader.get());
        });
    }

    @Test
    void shouldSignalAndCancel() throws Exception {
        VirtualTime.run(() -> {
            var listened = new ArrayList<String>();
            // @start region="signal"
            Signal ready = new Signal("ready");
            Fork<Boolean> waiter = Fork.start("waiter", () -> ready.waitForGo(Duration.ofSeconds(10)));
            ready.onGo(() -> listened.add("ready"));
            ready.go(); // for ever
            // @end
            assertTrue(waiter.get());
            assertEquals(List.of("ready"), listened);

            var pleaseStop = new Signal();
            // @start region="till"
            boolean stopped = pleaseStop.waitForGo(Till.after(Duration.ofSeconds(5)));
            Signal either = pleaseStop.or(Till.after(Duration.ofSeconds(5)));
            // @end
            assertFalse(stopped);
            either.waitForGo();
            assertEquals(Duration.ofSeconds(10), VirtualTime.elapsed());

            // @start region="scope"
            CancelScope scope = new CancelScope("reading");
            Fork<String> reading = Fork.start(
                    "reader",
                    () -> scope.call(() -> {
                        Strand.sleep(Duration.ofDays(1)); // a cancel ends this wait
                        return "read";
                    }));
            scope.cancel(); // from any thread
            // @end
            assertTrue(assertThrows(FailedException.class, reading::get).wasCancelled());
            assertEquals(Duration.ofSeconds(10), VirtualTime.elapsed());
        });
    }
}
