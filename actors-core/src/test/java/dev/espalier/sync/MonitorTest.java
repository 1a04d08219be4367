package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class MonitorTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldWakeTheOldestWaiterWhenSomebodyLeaves() throws Exception {
        VirtualTime.run(() -> {
            var monitor = new Monitor();
            var served = new ArrayList<Integer>();
            var items = new int[1];
            for (int i = 0; i < 5; i++) {
                int number = i;
                Strand.start("waiter-" + i, () -> {
                    Strand.sleep(Duration.ofMillis(number));
                    monitor.run(() -> {
                        monitor.awaitThat(() -> items[0] > 0);
                        items[0]--;
                        served.add(number);
                    });
                });
            }
            Strand.sleep(SECOND);
            assertEquals(5, monitor.waiting());
            monitor.run(() -> items[0] = 2);
            Strand.sleep(SECOND);
            assertEquals(List.of(0, 1), served);
            monitor.run(() -> items[0] = 3);
            Strand.sleep(SECOND);
            assertEquals(List.of(0, 1, 2, 3, 4), served);
            assertEquals(0, monitor.waiting());
        });
    }

    @Test
    void shouldLetEachLookOnceWhenTheOldestHasNothingToDo() throws Exception {
        VirtualTime.run(() -> {
            var monitor = new Monitor();
            var looks = new int[3];
            var state = new int[] {-1};
            for (int i = 0; i < 3; i++) {
                int number = i;
                Strand.start("waiter-" + i, () -> {
                    Strand.sleep(Duration.ofMillis(number));
                    monitor.run(() -> monitor.awaitThat(() -> {
                        looks[number]++;
                        return state[0] == number;
                    }));
                });
            }
            Strand.sleep(SECOND);
            int[] before = looks.clone();
            monitor.run(() -> state[0] = 9); // nobody's
            Strand.sleep(SECOND);
            for (int i = 0; i < 3; i++) {
                assertEquals(before[i] + 1, looks[i], "looks of " + i);
            }
            monitor.run(() -> state[0] = 2); // the youngest one's
            Strand.sleep(SECOND);
            assertEquals(2, monitor.waiting());
            monitor.run(() -> state[0] = 1);
            Strand.sleep(SECOND);
            monitor.run(() -> state[0] = 0);
            Strand.sleep(SECOND);
            assertEquals(0, monitor.waiting());
        });
    }

    @Test
    void shouldSeeWhatAWaiterChangedBeforeItWaited() throws Exception {
        VirtualTime.run(() -> {
            var monitor = new Monitor();
            var turn = new int[1];
            Strand.start(
                    "first",
                    () -> monitor.run(() -> {
                        monitor.awaitThat(() -> turn[0] == 1);
                        turn[0] = 2;
                    }));
            Strand.sleep(SECOND);
            monitor.run(() -> {
                turn[0] = 1;
                monitor.awaitThat(() -> turn[0] == 2); // without leaving in between
            });
            assertEquals(SECOND, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldSayWhyAWaitEnded() throws Exception {
        VirtualTime.run(() -> {
            var monitor = new Monitor();
            assertThrows(IllegalMonitorStateException.class, () -> monitor.awaitThat(() -> false));
            assertThrows(IllegalMonitorStateException.class, monitor::leave);
            var scope = new CancelScope("wait");
            Strand.current().schedule(Strand.deadlineAfter(SECOND.multipliedBy(5)), scope::cancel);
            monitor.enter();
            assertFalse(monitor.awaitThat(() -> false, SECOND));
            assertFalse(monitor.awaitThat(() -> false, Till.after(SECOND)));
            assertThrows(CancelledException.class, () -> scope.run(() -> monitor.awaitThat(() -> false)));
            assertTrue(monitor.isInside());
            Strand other = Strand.start("other", () -> {
                assertFalse(monitor.tryEnter());
                assertFalse(monitor.enter(SECOND));
                assertFalse(monitor.enter(Till.after(SECOND)));
            });
            assertTrue(other.join(SECOND.multipliedBy(5)));
            monitor.leave();
            assertFalse(monitor.isInside());
            assertEquals(0, monitor.waiting());
        });
    }

    @Test
    @Tag("slow")
    void shouldMissNoChangeWhenThreadsRace() throws Exception {
        var monitor = new Monitor();
        var items = new ArrayDeque<Integer>();
        var sum = new long[1];
        int each = 10_000;
        SignalFixture.inThreads(6, thread -> {
            for (int i = 1; i <= each; i++) {
                int item = i;
                if (thread % 3 == 0) { // 2 producers of 2 items at a time, with a bound; 4 consumers
                    monitor.run(() -> {
                        monitor.awaitThat(() -> items.size() < 4);
                        items.add(item);
                        items.add(item);
                    });
                } else {
                    monitor.run(() -> {
                        monitor.awaitThat(() -> !items.isEmpty());
                        sum[0] += items.remove();
                    });
                }
            }
        });
        assertEquals(4L * each * (each + 1) / 2, sum[0]);
        assertEquals(0, monitor.waiting());
    }

    @Test
    void shouldBeLeftWhateverTheCalledCodeThrows() throws Exception {
        VirtualTime.run(() -> {
            var monitor = new Monitor();
            var orders = new ArrayDeque<String>();
            Fork<String> desk = Fork.start(
                    "desk",
                    () -> monitor.call(
                            () -> { // no checked exception to catch
                                monitor.awaitThat(() -> !orders.isEmpty());
                                return orders.remove();
                            }));
            Strand.sleep(SECOND);
            assertThrows(
                    IOException.class,
                    () -> monitor.call(() -> {
                        orders.add("tea");
                        throw new IOException("after the change");
                    }));
            assertFalse(monitor.isInside());
            assertEquals("tea", desk.get());
        });
    }
}
